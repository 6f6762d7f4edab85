#pragma once
// The queries under way, and the thread that ends those whose client went, whose answer nobody reads any
// more, or whose time is over (the engine looks at its own limit between blocks only).

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "base/result.h"
#include "engine/database.h"

namespace linkgate::engine {

// One query. Shared by who runs it and who watches it.
struct RunningQuery {
  std::string id;  // its log_comment
  std::shared_ptr<std::atomic<bool>> client_gone;
  std::chrono::steady_clock::time_point deadline;
  std::atomic<bool> cancelled = false;  // set by anybody; the watcher does the rest
  bool wanted() const { return !cancelled && !(client_gone && *client_gone); }
};

// Thread-safe.
class RunningQueries {
 public:
  RunningQueries(Database& database, size_t max_queries);
  ~RunningQueries();
  // Errors: exceptions, for an id that is running and for too many.
  Result<void> enter(const std::shared_ptr<RunningQuery>& query);
  void leave(const std::shared_ptr<RunningQuery>& query);  // nothing where it never entered
  void cancel_all();
  size_t count() const;

 private:
  void watch();

  Database& database_;
  const size_t max_queries_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::map<std::string, std::shared_ptr<RunningQuery>> queries_;
  bool stop_ = false;
  std::thread thread_;
};

}  // namespace linkgate::engine
