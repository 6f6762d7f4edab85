#include "scan/feed_index.h"

#include <algorithm>
#include <cstring>
#include <unordered_map>

#include "base/check.h"
#include "url/canonical_key.h"

namespace linkgate::scan {
namespace {

FeedShard::Hash hash_of(std::string_view key) {
  const std::string bytes = url::canonical_hash(key);
  FeedShard::Hash hash{};
  CHECK(bytes.size() == hash.size());
  std::memcpy(hash.data(), bytes.data(), hash.size());
  return hash;
}

}  // namespace

Result<std::shared_ptr<const FeedShard>> FeedShard::load(state::IntelStore& store,
                                                         const state::FeedStatus& status) {
  auto shard = std::make_shared<FeedShard>();
  shard->feed_ = status.name;
  shard->version_ = status.version;
  shard->entries_.reserve(status.entries);
  std::unordered_map<std::string, uint32_t> detail_at;
  TRY(store.for_each_listed_by(status.name, [&](const state::FeedEntry& entry) {
    const auto number = static_cast<uint32_t>(shard->details_.size());
    const auto [at, is_new] = detail_at.try_emplace(entry.detail, number);
    if (is_new) shard->details_.push_back(entry.detail);
    shard->entries_.push_back({hash_of(entry.key), entry.since.time_since_epoch().count(), at->second,
                               static_cast<uint8_t>(entry.disposition)});
  }));
  std::sort(shard->entries_.begin(), shard->entries_.end(),
            [](const Entry& a, const Entry& b) { return a.hash < b.hash; });
  return std::shared_ptr<const FeedShard>(std::move(shard));
}

const FeedShard::Entry* FeedShard::find(const Hash& hash) const {
  const auto at =
      std::lower_bound(entries_.begin(), entries_.end(), hash,
                       [](const Entry& entry, const Hash& wanted) { return entry.hash < wanted; });
  return at != entries_.end() && at->hash == hash ? &*at : nullptr;
}

Result<FeedIndex> FeedIndex::load(state::IntelStore& store, const FeedIndex& before) {
  FeedIndex index;
  TRY_ASSIGN(const auto feeds, store.feeds());
  for (const state::FeedStatus& status : feeds) {
    const auto known = std::find_if(before.shards_.begin(), before.shards_.end(), [&](const auto& shard) {
      return shard->feed() == status.name && shard->version() == status.version;
    });
    if (known != before.shards_.end()) {
      index.shards_.push_back(*known);
    } else {
      TRY_ASSIGN(index.shards_.emplace_back(), FeedShard::load(store, status));
    }
  }
  return index;
}

std::vector<FeedIndex::Hit> FeedIndex::find(const url::Url& url) const {
  std::vector<Hit> hits;
  if (shards_.empty()) return hits;
  for (const std::string& key : url::lookup_keys(url)) {
    const auto hash = hash_of(key);
    for (const auto& shard : shards_) {
      const FeedShard::Entry* entry = shard->find(hash);
      if (entry == nullptr) continue;
      hits.push_back({shard->feed(), shard->detail(*entry), key,
                      static_cast<verdict::Disposition>(entry->disposition), Time(Ticks(entry->since))});
      if (hits.size() == kMaxHits) return hits;
    }
  }
  return hits;
}

size_t FeedIndex::size() const {
  size_t size = 0;
  for (const auto& shard : shards_) size += shard->size();
  return size;
}

}  // namespace linkgate::scan
