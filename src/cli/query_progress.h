#pragma once
// A line on standard error while a query takes long; where that is a terminal, and gone when the answer
// comes.

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "store/client.h"

namespace linkgate::cli {

// "asking for 12 s, 258 million rows read of some 3,000 million"; without rows nothing of them.
std::string progress_line(std::chrono::seconds spent, const store::ReadSoFar& read);

class QueryProgress {
 public:
  // `look` says what the store has read, and is called on a thread of its own, about once a second.
  using Look = std::function<Result<store::ReadSoFar>()>;
  explicit QueryProgress(Look look);
  ~QueryProgress();
  QueryProgress(const QueryProgress&) = delete;
  QueryProgress& operator=(const QueryProgress&) = delete;
  // To be called a few times a second.
  void tick();

 private:
  void keep_looking(const std::stop_token& done);

  const bool on_terminal_;
  const std::chrono::steady_clock::time_point begin_;
  std::chrono::seconds shown_{0};
  const Look look_;
  std::atomic<uint64_t> rows_ = 0, of_rows_ = 0;
  std::mutex mutex_;
  std::condition_variable_any stopped_;
  std::jthread looking_;
};

}  // namespace linkgate::cli
