#pragma once
// The queries under way, and the thread that ends those whose client went, whose answer nobody reads any
// more, or whose time is over (the engine looks at its own limit between blocks only).

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
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
  std::atomic<bool> in_engine = false;  // a thread is inside the engine for it, see EngineCall
  bool wanted() const { return !cancelled && !(client_gone && *client_gone); }
};

// For as long as a thread works on `query` inside the engine.
class EngineCall {
 public:
  explicit EngineCall(RunningQuery& query) : query_(query) { query_.in_engine = true; }
  ~EngineCall() { query_.in_engine = false; }
  EngineCall(const EngineCall&) = delete;
  EngineCall& operator=(const EngineCall&) = delete;

 private:
  RunningQuery& query_;
};

// Thread-safe.
class RunningQueries {
 public:
  // `on_stuck`, on the watcher's thread: this query should have ended kStuck ago, was told to, and the engine
  // still does not come back from it. No way leads out of there but a new process.
  RunningQueries(Database& database, size_t max_queries, std::function<void(const std::string& id)> on_stuck);
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
  const std::function<void(const std::string&)> on_stuck_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::map<std::string, std::shared_ptr<RunningQuery>> queries_;
  bool stop_ = false;
  std::thread thread_;
};

}  // namespace linkgate::engine
