#pragma once
// The memory that messages under way may take, all sessions together. Use from one io_context thread.
//
// How large a message will be is not known when it begins, so several that grow at once could fill the budget
// and wait for each other for ever. Therefore one of them at a time may overdraw: it always gets what it asks
// for, ends, and the next may. The bound is thus the limit and one message of the largest size.

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstddef>
#include <functional>
#include <list>
#include <memory>

#include "net/smtp_server.h"

namespace linkgate::gateway {

namespace asio = boost::asio;

class MemoryBudget {
 public:
  // `factor`: octets held for each octet of a message. `changed` hears what is in use.
  MemoryBudget(size_t limit, size_t factor, std::chrono::milliseconds patience,
               std::function<void(size_t)> changed = {})
      : limit_(limit), factor_(factor), patience_(patience), changed_(std::move(changed)) {}
  MemoryBudget(const MemoryBudget&) = delete;
  MemoryBudget& operator=(const MemoryBudget&) = delete;

  // The room of one message; gives it back when it dies. The budget outlives it.
  std::unique_ptr<net::SmtpRoom> room();
  size_t used() const { return used_; }

 private:
  class Room;
  struct Waiter {
    Room* room;
    size_t bytes;
    asio::steady_timer timer;
    bool granted = false;
  };
  bool take(Room& room, size_t bytes, bool in_turn);
  void give_back(Room& room);
  void wake();

  const size_t limit_, factor_;
  const std::chrono::milliseconds patience_;
  const std::function<void(size_t)> changed_;
  size_t used_ = 0;
  Room* overdrawn_ = nullptr;
  std::list<Waiter> growing_, beginning_;  // those who hold something already come first
};

}  // namespace linkgate::gateway
