#include "gateway/memory_budget.h"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/check.h"

namespace linkgate::gateway {

class MemoryBudget::Room final : public net::SmtpRoom {
 public:
  explicit Room(MemoryBudget& budget) : budget_(budget) {}
  ~Room() override { budget_.give_back(*this); }
  Room(const Room&) = delete;
  Room& operator=(const Room&) = delete;

  asio::awaitable<bool> grow(size_t bytes) override {
    const size_t wanted = bytes * budget_.factor_;
    if (budget_.take(*this, wanted, false)) co_return true;
    const auto executor = co_await asio::this_coro::executor;
    std::list<Waiter>& queue = held > 0 ? budget_.growing_ : budget_.beginning_;
    const auto at =
        queue.insert(queue.end(), Waiter{this, wanted, asio::steady_timer(executor, budget_.patience_)});
    boost::system::error_code ignored;
    co_await at->timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    const bool granted = at->granted;
    queue.erase(at);
    co_return granted;
  }
  size_t size() const override { return held / budget_.factor_; }

  size_t held = 0;

 private:
  MemoryBudget& budget_;
};

std::unique_ptr<net::SmtpRoom> MemoryBudget::room() { return std::make_unique<Room>(*this); }

// `in_turn`: nobody who waits is passed over.
bool MemoryBudget::take(Room& room, size_t bytes, bool in_turn) {
  const bool waits = room.held == 0 && !in_turn && !(beginning_.empty() && growing_.empty());
  const bool fits = !waits && (used_ == 0 || used_ + bytes <= limit_);
  const bool may_overdraw = room.held > 0 && (overdrawn_ == nullptr || overdrawn_ == &room);
  if (!fits && !may_overdraw) return false;
  if (!fits) overdrawn_ = &room;
  room.held += bytes;
  used_ += bytes;
  if (changed_) changed_(used_);
  return true;
}

void MemoryBudget::give_back(Room& room) {
  CHECK(room.held <= used_);
  used_ -= room.held;
  room.held = 0;
  if (overdrawn_ == &room) overdrawn_ = nullptr;
  if (changed_) changed_(used_);
  wake();
}

void MemoryBudget::wake() {
  for (std::list<Waiter>* queue : {&growing_, &beginning_}) {
    for (Waiter& waiter : *queue) {
      if (waiter.granted) continue;
      if (!take(*waiter.room, waiter.bytes, true)) return;
      waiter.granted = true;
      waiter.timer.cancel();
    }
  }
}

}  // namespace linkgate::gateway
