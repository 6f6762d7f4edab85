#pragma once
// The memory that messages under way may take, all sessions together. Waiting is in order of asking. Use from
// one io_context thread.

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstddef>
#include <list>

namespace linkgate::gateway {

namespace asio = boost::asio;

class MemoryBudget {
 public:
  MemoryBudget(size_t limit, std::chrono::milliseconds patience) : limit_(limit), patience_(patience) {}
  MemoryBudget(const MemoryBudget&) = delete;
  MemoryBudget& operator=(const MemoryBudget&) = delete;

  // True once `bytes` are ours; false where others held them for longer than the patience. One who asks while
  // nobody holds anything gets what he asks for, so that a message as large as is allowed can always come
  // alone.
  asio::awaitable<bool> reserve(size_t bytes);
  void release(size_t bytes);
  size_t used() const { return used_; }

 private:
  struct Waiter {
    size_t bytes;
    asio::steady_timer timer;
    bool granted = false;
  };
  bool fits(size_t bytes) const { return used_ == 0 || used_ + bytes <= limit_; }

  const size_t limit_;
  const std::chrono::milliseconds patience_;
  size_t used_ = 0;
  std::list<Waiter> waiters_;
};

}  // namespace linkgate::gateway
