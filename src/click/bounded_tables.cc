#include "click/bounded_tables.h"

#include <algorithm>

#include "net/peer.h"

namespace linkgate::click {

ClickIdentity RecentClicks::find_or_begin(const Id& key, const ClickIdentity& fresh, SteadyTime now) {
  std::lock_guard lock(mutex_);
  expire(now);
  auto [at, inserted] = clicks_.try_emplace(key, fresh);
  if (inserted) order_.push_back({now, key});
  return at->second;
}

void RecentClicks::expire(SteadyTime now) {
  while (!order_.empty() &&
         (now - order_.front().at > kSameClickWindow || order_.size() >= kMaxRecentClicks)) {
    clicks_.erase(order_.front().key);
    order_.pop_front();
  }
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

RateLimit::RateLimit(double per_window, std::chrono::seconds window)
    : burst_(per_window), per_second_(per_window / static_cast<double>(window.count())) {}

bool RateLimit::allow(std::string_view key, SteadyTime now) {
  if (burst_ <= 0) return true;
  std::lock_guard lock(mutex_);
  auto found = by_key_.find(key);
  if (found == by_key_.end()) {
    if (buckets_.size() >= kMaxRateKeys) {
      by_key_.erase(buckets_.back().key);
      buckets_.pop_back();
    }
    buckets_.push_front({std::string(key), burst_, now});
    found = by_key_.emplace(buckets_.front().key, buckets_.begin()).first;
  } else {
    buckets_.splice(buckets_.begin(), buckets_, found->second);
  }
  Bucket& bucket = *found->second;
  double elapsed = std::chrono::duration<double>(now - bucket.at).count();
  bucket.tokens = std::min(burst_, bucket.tokens + std::max(0.0, elapsed) * per_second_);
  bucket.at = now;
  if (bucket.tokens < 1) return false;
  bucket.tokens -= 1;
  return true;
}

std::string rate_key(std::string_view client_address) {
  auto address = net::IpAddress::parse(client_address);
  if (!address) return std::string(client_address);
  size_t bytes = address->is_v4() ? 16 : 8;
  return std::string(reinterpret_cast<const char*>(address->bytes.data()), bytes);
}

}  // namespace linkgate::click
