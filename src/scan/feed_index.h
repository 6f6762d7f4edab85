#pragma once
// All entries of all feeds in memory, at one moment: immutable once built, thread-safe to read, swapped as a whole. Keys are
// kept as 16-byte hashes (url::canonical_hash); 32 bytes an entry.

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "state/stores.h"
#include "url/url.h"
#include "verdict/verdict.h"

namespace linkgate::scan {

class FeedIndex {
 public:
  struct Hit {
    std::string_view feed;
    std::string_view detail;   // what the feed says of it, may be empty
    std::string key;           // which of the URL's lookup keys is listed; "host/" lists a whole host
    verdict::Disposition disposition = verdict::Disposition::kPhishing;
    Time since{};              // when this feed first listed it
  };

  // Reads all of `store`.
  static Result<FeedIndex> load(state::IntelStore& store);
  FeedIndex() = default;

  void add(const state::IntelStore::Listed& listed);
  void finish();  // after the last add, before the first find

  // Every feed's entry for the URL, most specific key first; at most kMaxHits. Views live as long as the index.
  static constexpr size_t kMaxHits = 10;
  std::vector<Hit> find(const url::Url& url) const;
  size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    std::array<uint8_t, 16> hash;
    uint16_t feed;
    uint8_t disposition;
    uint32_t detail;
    int64_t since;
  };
  uint32_t intern(std::string_view detail);

  std::vector<Entry> entries_;  // by hash
  std::vector<std::string> feeds_;
  std::vector<std::string> details_;                     // each once: feeds repeat a few words
  std::unordered_map<std::string, uint32_t> detail_at_;  // emptied by finish()
};

}  // namespace linkgate::scan
