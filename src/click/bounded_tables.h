#pragma once
// What a click node remembers for seconds: each table bounded, thread-safe, and harmless to lose in a
// restart.

#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string_view>
#include <unordered_set>

#include "click/click_token.h"

namespace linkgate::click {

using SteadyTime = std::chrono::steady_clock::time_point;

// Webviews and mail apps often open a link twice: the same link, address and agent within this is the same
// click.
inline constexpr std::chrono::seconds kSameClickWindow{2};
inline constexpr size_t kMaxRecentClicks = 100'000;

class RecentClicks {
 public:
  RecentClicks();
  ~RecentClicks();
  // The identity of the click that `key` (click_key()) began within the window, or `fresh`, which is then
  // remembered.
  ClickIdentity find_or_begin(const Id& key, const ClickIdentity& fresh, SteadyTime now);

 private:
  struct Table;
  std::mutex mutex_;
  std::unique_ptr<Table> table_;
};

inline constexpr size_t kMaxUsedTokens = 100'000;

// Tokens whose button was pressed. A full table forgets the oldest: a token used twice then asks again for
// the page, and can never make a second row, since the row's key is in the token.
class UsedTokens {
 public:
  bool use_once(uint64_t nonce);  // false: it was used before

 private:
  std::mutex mutex_;
  std::unordered_set<uint64_t> used_;
  std::deque<uint64_t> order_;
};

inline constexpr size_t kMaxRateKeys = 50'000;

// A token bucket for each key: `per_window` at once, refilled evenly over `window`. A bucket that is full
// again is forgotten; at kMaxRateKeys one that was idle for long is. per_window <= 0 allows everything.
class RateLimit {
 public:
  RateLimit(double per_window, std::chrono::seconds window);
  ~RateLimit();
  bool allow(const Id& key, SteadyTime now);
  bool unlimited() const { return burst_ <= 0; }

 private:
  struct Table;
  const double burst_;
  const double per_second_;
  const std::chrono::seconds window_;
  std::mutex mutex_;
  std::unique_ptr<Table> table_;
};

// What one subscriber holds: an IPv4 address, or the /64 of an IPv6 address. Other texts are a subscriber
// each.
Id rate_key(std::string_view client_address);

}  // namespace linkgate::click
