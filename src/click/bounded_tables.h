#pragma once
// What a click node remembers for seconds: each table bounded, thread-safe, and harmless to lose in a
// restart.

#include <chrono>
#include <cstdint>
#include <cstring>
#include <deque>
#include <functional>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
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
  // The identity of the click that `key` began within the window, or `fresh`, which is then remembered.
  ClickIdentity find_or_begin(const Id& key, const ClickIdentity& fresh, SteadyTime now);

 private:
  void expire(SteadyTime now);
  struct Begun {
    SteadyTime at;
    Id key;
  };
  struct Hash {  // keys are hashes already
    size_t operator()(const Id& key) const {
      size_t hash = 0;
      std::memcpy(&hash, key.data(), sizeof(hash));
      return hash;
    }
  };
  std::mutex mutex_;
  std::unordered_map<Id, ClickIdentity, Hash> clicks_;
  std::deque<Begun> order_;  // oldest first
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

// A token bucket for each key: `per_window` at once, refilled evenly over `window`. At kMaxRateKeys the key
// idle for longest is forgotten. per_window <= 0 allows everything.
class RateLimit {
 public:
  RateLimit(double per_window, std::chrono::seconds window);
  bool allow(std::string_view key, SteadyTime now);

 private:
  struct Bucket {
    std::string key;
    double tokens;
    SteadyTime at;
  };
  const double burst_;
  const double per_second_;
  std::mutex mutex_;
  std::list<Bucket> buckets_;                                                 // most recently used first
  std::unordered_map<std::string_view, std::list<Bucket>::iterator> by_key_;  // views into buckets_
};

// What one subscriber holds: an IPv4 address, or the /64 of an IPv6 address. Empty for an empty address.
std::string rate_key(std::string_view client_address);

}  // namespace linkgate::click
