#pragma once
// All entries of all feeds in memory, at one moment: immutable once built, thread-safe to read, swapped as a
// whole. Keys are kept as 16-byte hashes (url::canonical_hash); 32 bytes an entry.

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "state/stores.h"
#include "url/url.h"
#include "verdict/verdict.h"

namespace linkgate::scan {

// The entries of one feed. Shared by successive indices for as long as the feed does not change.
class FeedShard {
 public:
  // Reads the feed's entries. `status` is what the store said of it before.
  static Result<std::shared_ptr<const FeedShard>> load(state::IntelStore& store,
                                                       const state::FeedStatus& status);

  using Hash = std::array<uint8_t, 16>;
  struct Entry {
    Hash hash;
    int64_t since;
    uint32_t detail;
    uint8_t disposition;
  };
  const Entry* find(const Hash& hash) const;  // nullptr: not listed
  const std::string& feed() const { return feed_; }
  const std::string& detail(const Entry& entry) const { return details_[entry.detail]; }
  state::Version version() const { return version_; }
  size_t size() const { return entries_.size(); }

 private:
  std::string feed_;
  state::Version version_ = 0;
  std::vector<Entry> entries_;        // by hash
  std::vector<std::string> details_;  // each once: feeds repeat a few words
};

class FeedIndex {
 public:
  struct Hit {
    std::string_view feed;
    std::string_view detail;  // what the feed says of it, may be empty
    std::string key;          // which of the URL's lookup keys is listed; "host/" lists a whole host
    verdict::Disposition disposition = verdict::Disposition::kPhishing;
    Time since{};  // when this feed first listed it
  };

  FeedIndex() = default;
  // All feeds of `store`; what did not change since `before` is taken over from it.
  static Result<FeedIndex> load(state::IntelStore& store, const FeedIndex& before);

  // Every feed's entry for the URL, most specific key first; at most kMaxHits. Views live as long as the
  // index.
  static constexpr size_t kMaxHits = 10;
  std::vector<Hit> find(const url::Url& url) const;
  size_t size() const;

 private:
  std::vector<std::shared_ptr<const FeedShard>> shards_;
};

}  // namespace linkgate::scan
