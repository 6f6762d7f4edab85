#include "gateway/memory_budget.h"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/check.h"

namespace linkgate::gateway {

asio::awaitable<bool> MemoryBudget::reserve(size_t bytes) {
  if (waiters_.empty() && fits(bytes)) {
    used_ += bytes;
    co_return true;
  }
  const auto executor = co_await asio::this_coro::executor;
  const auto at = waiters_.insert(waiters_.end(), Waiter{bytes, asio::steady_timer(executor, patience_)});
  boost::system::error_code ignored;
  co_await at->timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  const bool granted = at->granted;
  waiters_.erase(at);
  co_return granted;
}

void MemoryBudget::release(size_t bytes) {
  CHECK(bytes <= used_);
  used_ -= bytes;
  for (Waiter& waiter : waiters_) {
    if (waiter.granted) continue;
    if (!fits(waiter.bytes)) break;
    used_ += waiter.bytes;
    waiter.granted = true;
    waiter.timer.cancel();
  }
}

}  // namespace linkgate::gateway
