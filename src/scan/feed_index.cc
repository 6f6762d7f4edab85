#include "scan/feed_index.h"

#include <algorithm>
#include <cstring>

#include "base/check.h"
#include "url/canonical_key.h"

namespace linkgate::scan {
namespace {

std::array<uint8_t, 16> hash_of(std::string_view key) {
  const std::string bytes = url::canonical_hash(key);
  std::array<uint8_t, 16> hash{};
  CHECK(bytes.size() == hash.size());
  std::memcpy(hash.data(), bytes.data(), hash.size());
  return hash;
}

}  // namespace

Result<FeedIndex> FeedIndex::load(state::IntelStore& store) {
  FeedIndex index;
  TRY(store.for_each_listed([&](const state::IntelStore::Listed& listed) { index.add(listed); }));
  index.finish();
  return index;
}

uint32_t FeedIndex::intern(std::string_view detail) {
  const auto [at, is_new] =
      detail_at_.try_emplace(std::string(detail), static_cast<uint32_t>(details_.size()));
  if (is_new) details_.emplace_back(detail);
  return at->second;
}

void FeedIndex::add(const state::IntelStore::Listed& listed) {
  // Entries come feed by feed.
  auto feed = std::find(feeds_.rbegin(), feeds_.rend(), listed.feed);
  if (feed == feeds_.rend()) {
    if (feeds_.size() > UINT16_MAX) return;  // more feeds than any configuration names
    feeds_.push_back(listed.feed);
    feed = feeds_.rbegin();
  }
  entries_.push_back({hash_of(listed.entry.key), static_cast<uint16_t>(feeds_.rend() - feed - 1),
                      static_cast<uint8_t>(listed.entry.disposition), intern(listed.entry.detail),
                      listed.entry.since.time_since_epoch().count()});
}

void FeedIndex::finish() {
  std::sort(entries_.begin(), entries_.end(), [](const Entry& a, const Entry& b) {
    return a.hash != b.hash ? a.hash < b.hash : a.feed < b.feed;
  });
  entries_.shrink_to_fit();
  detail_at_.clear();
}

std::vector<FeedIndex::Hit> FeedIndex::find(const url::Url& url) const {
  std::vector<Hit> hits;
  if (entries_.empty()) return hits;
  for (std::string& key : url::lookup_keys(url)) {
    const auto hash = hash_of(key);
    auto at = std::lower_bound(entries_.begin(), entries_.end(), hash,
                               [](const Entry& entry, const auto& wanted) { return entry.hash < wanted; });
    for (; at != entries_.end() && at->hash == hash; ++at) {
      if (hits.size() == kMaxHits) return hits;
      hits.push_back({feeds_[at->feed], details_[at->detail], key,
                      static_cast<verdict::Disposition>(at->disposition), Time(Ticks(at->since))});
    }
  }
  return hits;
}

}  // namespace linkgate::scan
