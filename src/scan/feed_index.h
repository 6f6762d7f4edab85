#pragma once
// All entries of all feeds, at one moment: a filter in memory for each feed, which says of almost every key
// that is not listed that it is not, and the intel store behind it, which decides about the rest. Immutable
// once built, thread-safe to read, swapped as a whole.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "scan/exact_listings.h"
#include "scan/fuse_filter.h"
#include "state/stores.h"
#include "url/url.h"
#include "verdict/verdict.h"

namespace linkgate::scan {

// Which keys one feed may list. Shared by successive indices for as long as the feed does not change.
class FeedShard {
 public:
  // Up to so many additions lie beside a filter; with more, it is built anew. So is it where they are more
  // than a quarter of it.
  static constexpr size_t kMaxBeside = 16'384;

  // Asks the store of every key: for who asks little, and until a filter is built.
  static std::shared_ptr<const FeedShard> without_filter(const state::FeedStatus& status);
  // `before`: of an earlier generation of the same feed, or null. What was added since is taken from the
  // store; all of the feed's hashes where that is not known, or is too much.
  static Result<std::shared_ptr<const FeedShard>> load(state::IntelStore& store,
                                                       const state::FeedStatus& status,
                                                       const FeedShard* before);

  bool may_list(uint64_t hash) const;
  const std::string& feed() const { return feed_; }
  uint64_t generation() const { return generation_; }
  state::Version version() const { return version_; }
  size_t size() const { return entries_; }
  bool has_filter() const { return filter_ != nullptr; }
  size_t bytes() const;

 private:
  explicit FeedShard(const state::FeedStatus& status);
  Result<bool> extend(state::IntelStore& store, const state::FeedStatus& status, const FeedShard& before);

  std::string feed_;
  uint64_t generation_ = 0;
  state::Version version_ = 0;
  size_t entries_ = 0;
  std::shared_ptr<const FuseFilter> filter_;  // shared with the shards before, which it does not change
  std::vector<uint64_t> beside_;              // ascending: what was added since the filter was built
};

class FeedIndex {
 public:
  struct Hit {
    std::string feed;
    std::string detail;  // what the feed says of it, may be empty
    std::string key;     // which of the URL's lookup keys is listed; "host/" lists a whole host
    verdict::Disposition disposition = verdict::Disposition::kPhishing;
    Time since{};  // when this feed first listed it
  };

  FeedIndex() = default;
  // All feeds of `store`; what did not change since `before` is taken over from it. `with_filters` false: as
  // far as there are none yet, none are built. Borrows `exact`.
  static Result<FeedIndex> load(state::IntelStore& store, const FeedIndex& before, ExactListings& exact,
                                bool with_filters);

  // Every feed's entry for the URL, most specific key first; at most kMaxHits.
  static constexpr size_t kMaxHits = 10;
  std::vector<Hit> find(const url::Url& url) const;
  // The same for one key, whatever it is a key of.
  std::vector<Hit> find_key(std::string_view key) const;
  size_t size() const;   // entries
  size_t bytes() const;  // of memory

 private:
  std::vector<std::shared_ptr<const FeedShard>> shards_;
  ExactListings* exact_ = nullptr;
};

}  // namespace linkgate::scan
