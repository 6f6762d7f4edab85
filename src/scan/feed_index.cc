#include "scan/feed_index.h"

#include <algorithm>

#include "url/canonical_key.h"

namespace linkgate::scan {

FeedShard::FeedShard(const state::FeedStatus& status)
    : feed_(status.name),
      generation_(status.generation),
      version_(status.version),
      entries_(status.entries) {}

std::shared_ptr<const FeedShard> FeedShard::without_filter(const state::FeedStatus& status) {
  return std::shared_ptr<const FeedShard>(new FeedShard(status));
}

Result<std::shared_ptr<const FeedShard>> FeedShard::load(state::IntelStore& store,
                                                         const state::FeedStatus& status,
                                                         const FeedShard* before) {
  std::shared_ptr<FeedShard> shard(new FeedShard(status));
  bool is_extended = false;
  if (before != nullptr && before->has_filter()) {
    TRY_ASSIGN(is_extended, shard->extend(store, status, *before));
  }
  if (is_extended) return std::shared_ptr<const FeedShard>(std::move(shard));
  FuseFilterBuilder builder;
  TRY(store.for_each_hash(status.name, [&](uint64_t hash) { builder.add(hash); }));
  shard->filter_ = std::make_shared<const FuseFilter>(std::move(builder).finish());
  return std::shared_ptr<const FeedShard>(std::move(shard));
}

// False where a new filter is due. What is no longer listed stays in the old one: the store knows.
Result<bool> FeedShard::extend(state::IntelStore& store, const state::FeedStatus& status,
                               const FeedShard& before) {
  if (before.generation_ < status.additions_from || before.generation_ > status.generation) return false;
  TRY_ASSIGN(std::vector<uint64_t> added, store.additions(status.name, before.generation_));
  added.insert(added.end(), before.beside_.begin(), before.beside_.end());
  if (added.size() > kMaxBeside || added.size() > before.filter_->size() / 4) return false;
  // Half of what it knows is gone: it would send too many questions to the store.
  if (entries_ < before.filter_->size() / 2) return false;
  std::sort(added.begin(), added.end());
  added.erase(std::unique(added.begin(), added.end()), added.end());
  beside_ = std::move(added);
  filter_ = before.filter_;
  return true;
}

bool FeedShard::may_list(uint64_t hash) const {
  if (filter_ == nullptr) return entries_ > 0;
  return filter_->may_contain(hash) || std::binary_search(beside_.begin(), beside_.end(), hash);
}

size_t FeedShard::bytes() const {
  return (filter_ != nullptr ? filter_->bytes() : 0) + beside_.capacity() * sizeof(uint64_t);
}

Result<FeedIndex> FeedIndex::load(state::IntelStore& store, const FeedIndex& before, ExactListings& exact,
                                  bool with_filters) {
  FeedIndex index;
  index.exact_ = &exact;
  TRY_ASSIGN(const auto feeds, store.feeds());
  for (const state::FeedStatus& status : feeds) {
    const auto known = std::find_if(before.shards_.begin(), before.shards_.end(),
                                    [&](const auto& shard) { return shard->feed() == status.name; });
    const FeedShard* old = known != before.shards_.end() ? known->get() : nullptr;
    const bool is_same = old != nullptr && old->version() == status.version;
    if (is_same && (old->has_filter() || !with_filters)) {
      index.shards_.push_back(*known);
    } else if (with_filters) {
      TRY_ASSIGN(index.shards_.emplace_back(), FeedShard::load(store, status, old));
    } else {
      index.shards_.push_back(FeedShard::without_filter(status));
    }
  }
  return index;
}

std::vector<FeedIndex::Hit> FeedIndex::find(const url::Url& url) const {
  std::vector<Hit> hits;
  if (shards_.empty()) return hits;
  std::vector<const FeedShard*> shards;
  for (const auto& shard : shards_) shards.push_back(shard.get());
  for (const std::string& key : url::lookup_keys(url)) {
    const uint64_t hash = state::listing_hash(key);
    for (const FeedShard*& shard : shards) {
      if (shard == nullptr || !shard->may_list(hash)) continue;
      auto entry = exact_->find(shard->feed(), shard->generation(), key);
      if (!entry) continue;
      // An exception: what this feed says of paths and hosts above does not hold here.
      if (entry->disposition == verdict::Disposition::kClean) {
        shard = nullptr;
        continue;
      }
      hits.push_back({shard->feed(), std::move(entry->detail), key, entry->disposition, entry->since});
      if (hits.size() == kMaxHits) return hits;
    }
  }
  return hits;
}

std::vector<FeedIndex::Hit> FeedIndex::find_key(std::string_view key) const {
  std::vector<Hit> hits;
  const uint64_t hash = state::listing_hash(key);
  for (const auto& shard : shards_) {
    if (!shard->may_list(hash)) continue;
    auto entry = exact_->find(shard->feed(), shard->generation(), key);
    if (entry && entry->disposition != verdict::Disposition::kClean)
      hits.push_back(
          {shard->feed(), std::move(entry->detail), std::string(key), entry->disposition, entry->since});
  }
  return hits;
}

size_t FeedIndex::size() const {
  size_t size = 0;
  for (const auto& shard : shards_) size += shard->size();
  return size;
}

size_t FeedIndex::bytes() const {
  size_t bytes = 0;
  for (const auto& shard : shards_) bytes += shard->bytes();
  return bytes;
}

}  // namespace linkgate::scan
