#pragma once
// A line on standard error while a query takes long; where that is a terminal, and gone when the answer
// comes.

#include <chrono>

namespace linkgate::cli {

class QueryProgress {
 public:
  QueryProgress();
  ~QueryProgress();
  QueryProgress(const QueryProgress&) = delete;
  QueryProgress& operator=(const QueryProgress&) = delete;
  // To be called a few times a second.
  void tick();

 private:
  const bool on_terminal_;
  const std::chrono::steady_clock::time_point begin_;
  std::chrono::seconds shown_{0};
};

}  // namespace linkgate::cli
