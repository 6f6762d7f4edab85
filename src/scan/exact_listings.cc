#include "scan/exact_listings.h"

#include "base/log.h"
#include "base/metrics.h"

namespace linkgate::scan {
namespace {

void count(const char* result) {
  metrics::process()
      .counter("linkgate_feed_exact_lookups_total",
               "Keys that a filter took for listed, by what the store said", {{"result", result}})
      .add();
}

}  // namespace

std::optional<state::FeedEntry> ExactListings::find(std::string_view feed, uint64_t generation,
                                                    std::string_view key) {
  std::string question = std::to_string(generation);
  question.append(" ").append(feed).append(" ").append(key);
  {
    const std::lock_guard lock(mutex_);
    if (const auto known = remembered_.find(question); known != remembered_.end()) {
      order_.splice(order_.begin(), order_, known->second);
      return known->second->second;
    }
  }
  auto found = store_->find_listed(feed, key);
  note(found);
  if (!found) return std::nullopt;
  const std::lock_guard lock(mutex_);
  if (remembered_.contains(question)) return *found;  // another thread was faster
  order_.emplace_front(std::move(question), *found);
  remembered_.emplace(order_.front().first, order_.begin());
  if (order_.size() > kMaxRemembered) {
    remembered_.erase(order_.back().first);
    order_.pop_back();
  }
  return *std::move(found);
}

void ExactListings::note(const Result<std::optional<state::FeedEntry>>& found) {
  count(!found ? "failed" : *found ? "listed" : "not listed");
  if (in_trouble_.exchange(!found) == !found) return;
  if (!found) return log::error("what feeds list cannot be read: {}", found.error().message());
  log::info("what feeds list can be read again");
}

}  // namespace linkgate::scan
