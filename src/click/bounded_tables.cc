#include "click/bounded_tables.h"

#include <algorithm>
#include <boost/unordered/unordered_flat_map.hpp>
#include <cstring>

#include "net/peer.h"

namespace linkgate::click {

namespace {

// Keys are digests, or addresses, whose varied octets may be any of them.
struct Hash {
  using is_avalanching = void;
  size_t operator()(const Id& key) const {
    uint64_t halves[2];
    std::memcpy(halves, key.data(), sizeof(halves));
    const uint64_t mixed = (halves[0] ^ (halves[1] << 29 | halves[1] >> 35)) * 0x9E3779B97F4A7C15;
    return static_cast<size_t>(mixed ^ mixed >> 32);
  }
};

template <typename Value>
using Table = boost::unordered_flat_map<Id, Value, Hash>;

// A key and when it was looked at.
struct Seen {
  Id key;
  SteadyTime at;
};

}  // namespace

struct RecentClicks::Table {
  click::Table<ClickIdentity> clicks;
  std::deque<Seen> order;  // oldest first
};

RecentClicks::RecentClicks() : table_(std::make_unique<Table>()) {}
RecentClicks::~RecentClicks() = default;

ClickIdentity RecentClicks::find_or_begin(const Id& key, const ClickIdentity& fresh, SteadyTime now) {
  std::lock_guard lock(mutex_);
  auto& [clicks, order] = *table_;
  while (!order.empty() && (now - order.front().at > kSameClickWindow || order.size() >= kMaxRecentClicks)) {
    clicks.erase(order.front().key);
    order.pop_front();
  }
  auto [at, inserted] = clicks.try_emplace(key, fresh);
  if (inserted) order.push_back({key, now});
  return at->second;
}

bool UsedTokens::use_once(uint64_t nonce) {
  std::lock_guard lock(mutex_);
  if (!used_.insert(nonce).second) return false;
  order_.push_back(nonce);
  if (order_.size() > kMaxUsedTokens) {
    used_.erase(order_.front());
    order_.pop_front();
  }
  return true;
}

struct RateLimit::Table {
  struct Bucket {
    double tokens;
    SteadyTime at;  // last use
  };
  click::Table<Bucket> buckets;
  std::deque<Seen> order;  // each bucket once, looked at again when its turn comes

  // The bucket whose turn it is: gone where nobody used it since, else to the end.
  void next_turn() {
    const Seen seen = order.front();
    order.pop_front();
    const auto bucket = buckets.find(seen.key);
    if (bucket->second.at == seen.at) {
      buckets.erase(bucket);
    } else {
      order.push_back({seen.key, bucket->second.at});
    }
  }
};

RateLimit::RateLimit(double per_window, std::chrono::seconds window)
    : burst_(per_window),
      per_second_(per_window / static_cast<double>(window.count())),
      window_(window),
      table_(std::make_unique<Table>()) {}
RateLimit::~RateLimit() = default;

bool RateLimit::allow(const Id& key, SteadyTime now) {
  if (unlimited()) return true;
  std::lock_guard lock(mutex_);
  auto& [buckets, order] = *table_;
  if (!order.empty() && now - order.front().at >= window_) table_->next_turn();
  auto found = buckets.find(key);
  if (found == buckets.end()) {
    while (buckets.size() >= kMaxRateKeys) table_->next_turn();
    found = buckets.emplace(key, Table::Bucket{burst_, now}).first;
    order.push_back({key, now});
  }
  Table::Bucket& bucket = found->second;
  double elapsed = std::chrono::duration<double>(now - bucket.at).count();
  bucket.tokens = std::min(burst_, bucket.tokens + std::max(0.0, elapsed) * per_second_);
  bucket.at = now;
  if (bucket.tokens < 1) return false;
  bucket.tokens -= 1;
  return true;
}

Id rate_key(std::string_view client_address) {
  auto address = net::IpAddress::parse(client_address);
  if (!address) return click_key({}, client_address, "");
  Id key = address->bytes;
  if (!address->is_v4()) std::fill(key.begin() + 8, key.end(), uint8_t{0});
  return key;
}

}  // namespace linkgate::click
