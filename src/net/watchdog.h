#pragma once
// Deadlines of many connections under one timer. A timer a connection, set anew for every read and write,
// costs more than parsing the request; deadlines here are coarse instead: late by up to kWatchdogTick.

#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <list>
#include <memory>

namespace linkgate::net {

inline constexpr std::chrono::milliseconds kWatchdogTick{50};

// One connection as the watchdog sees it. Everything happens on the io_context's thread.
class Watched {
 public:
  virtual ~Watched() = default;
  // Called on every tick, so that a connection can look at more than its deadline.
  virtual void on_tick(std::chrono::steady_clock::time_point now) = 0;
  // The deadline has passed: close what you wait for. Called once; the deadline is taken off.
  virtual void on_deadline() = 0;

  std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::time_point::max();

 private:
  friend class Watchdog;
  std::list<std::shared_ptr<Watched>>::iterator at_;
};

// Ticks only while somebody is watched: an idle program sleeps.
class Watchdog : public std::enable_shared_from_this<Watchdog> {
 public:
  explicit Watchdog(boost::asio::io_context& io) : timer_(io) {}
  void add(std::shared_ptr<Watched> watched);
  void remove(Watched& watched);  // REQUIRES: was added
  const std::list<std::shared_ptr<Watched>>& watched() const { return watched_; }

 private:
  void arm();
  void tick();

  boost::asio::steady_timer timer_;
  std::list<std::shared_ptr<Watched>> watched_;
  bool armed_ = false;
};

}  // namespace linkgate::net
