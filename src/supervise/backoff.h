#pragma once
// How long to wait before a program that ended is started again. Pure.

#include <algorithm>
#include <chrono>

namespace linkgate::supervise {

struct BackoffOptions {
  std::chrono::milliseconds first{100};
  std::chrono::milliseconds most{10'000};
  std::chrono::milliseconds stable{60'000};  // having run this long clears the record
};

class Backoff {
 public:
  explicit Backoff(const BackoffOptions& options) : options_(options) {}

  // The program ended after having run for `ran`: the pause before the next start. Doubles each time.
  std::chrono::milliseconds next(std::chrono::milliseconds ran) {
    if (ran >= options_.stable || delay_.count() == 0) {
      delay_ = options_.first;
    } else {
      delay_ = std::min(delay_ * 2, options_.most);
    }
    return delay_;
  }
  void reset() { delay_ = std::chrono::milliseconds(0); }

 private:
  BackoffOptions options_;
  std::chrono::milliseconds delay_{0};
};

}  // namespace linkgate::supervise
