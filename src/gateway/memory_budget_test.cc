#include "gateway/memory_budget.h"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace linkgate::gateway {
namespace {

using namespace std::chrono_literals;

// Grows to `size` in steps, holds it for a moment, ends.
asio::awaitable<void> message(MemoryBudget& budget, size_t size, size_t step, int& ended, int& refused) {
  const auto executor = co_await asio::this_coro::executor;
  const auto room = budget.room();
  while (room->size() < size) {
    const bool granted = co_await room->grow(step);
    if (!granted) {
      ++refused;
      co_return;
    }
    asio::steady_timer breath(executor, 1ms);
    co_await breath.async_wait(asio::use_awaitable);
  }
  ++ended;
}

TEST(MemoryBudget, MessagesThatFillItTogetherAllEndWithinTheLimitAndOneMore) {
  asio::io_context io(1);
  size_t most = 0;
  MemoryBudget budget(1000, 1, 10s, [&](size_t used) { most = std::max(most, used); });
  int ended = 0, refused = 0;
  for (int i = 0; i < 30; ++i) asio::co_spawn(io, message(budget, 700, 100, ended, refused), asio::detached);
  io.run();
  EXPECT_EQ(ended, 30);
  EXPECT_EQ(refused, 0);
  EXPECT_GT(most, 700U);
  EXPECT_LE(most, 1700U);
  EXPECT_EQ(budget.used(), 0U);
}

TEST(MemoryBudget, AMessageLargerThanTheLimitComesAlone) {
  asio::io_context io(1);
  MemoryBudget budget(100, 4, 10s);
  int ended = 0, refused = 0;
  for (int i = 0; i < 3; ++i) asio::co_spawn(io, message(budget, 500, 500, ended, refused), asio::detached);
  io.run();
  EXPECT_EQ(ended, 3);
}

TEST(MemoryBudget, WhoWaitsTooLongIsTold) {
  asio::io_context io(1);
  MemoryBudget budget(100, 1, 5ms);
  int ended = 0, refused = 0;
  const auto holder = budget.room();
  asio::co_spawn(
      io, [&]() -> asio::awaitable<void> { (void)co_await holder->grow(100); }, asio::detached);
  asio::co_spawn(io, message(budget, 10, 10, ended, refused), asio::detached);
  io.run();
  EXPECT_EQ(refused, 1);
  EXPECT_EQ(budget.used(), 100U);
}

}  // namespace
}  // namespace linkgate::gateway
