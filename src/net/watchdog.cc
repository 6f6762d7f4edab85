#include "net/watchdog.h"

#include <iterator>
#include <utility>
#include <vector>

namespace linkgate::net {

void Watchdog::add(std::shared_ptr<Watched> watched) {
  watched_.push_back(std::move(watched));
  watched_.back()->at_ = std::prev(watched_.end());
  if (!armed_) arm();
}

void Watchdog::remove(Watched& watched) { watched_.erase(watched.at_); }

void Watchdog::arm() {
  armed_ = true;
  timer_.expires_after(kWatchdogTick);
  timer_.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
    auto self = weak.lock();
    if (self && !error) self->tick();
  });
}

void Watchdog::tick() {
  auto now = std::chrono::steady_clock::now();
  // A callback may add or remove connections: walk over a copy of those that are due.
  std::vector<std::shared_ptr<Watched>> due;
  for (const auto& one : watched_) {
    one->on_tick(now);
    if (one->deadline <= now) due.push_back(one);
  }
  for (const auto& one : due) {
    one->deadline = std::chrono::steady_clock::time_point::max();
    one->on_deadline();
  }
  armed_ = false;
  if (!watched_.empty()) arm();
}

}  // namespace linkgate::net
