#pragma once
// Threat feeds as their makers publish them: a URL or host a line, hosts files, CSV. Pure: bytes in, entries
// out. What the formats are, and what becomes of lines that are neither, is written down in docs/feeds.md.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/config.h"
#include "base/result.h"
#include "state/stores.h"

namespace linkgate::scan {

// A feed beyond one of these fails as a whole (kLimit) and keeps its old entries: half a feed would be a
// guess.
inline constexpr size_t kMaxFeedBytes = 256ULL << 20;
inline constexpr size_t kMaxFeedEntries = 3'000'000;
inline constexpr size_t kMaxFeedLine = 70'000;  // longer than any URL; of CSV: a record
inline constexpr size_t kMaxFeedDetail = 200;   // bytes of the threat column that are kept

struct ParsedFeed {
  std::vector<state::FeedEntry> entries;
  size_t skipped = 0;         // lines or records that name no URL or host, or a threat that is none
  std::string first_skipped;  // the first of them, shortened: what an administrator looks for
};

// `config.format`, `url_column`, `threat_column` and `threat` decide; see base/config.h. Errors: kLimit;
// kInvalidArgument where a CSV has no such column or a quoted field never ends, and where a feed of some size
// holds nothing that can be read (an error page instead of a feed must not empty the list).
Result<ParsedFeed> parse_feed(std::string_view bytes, const FeedConfig& config);

// What one word of a feed lists: the canonical key of a URL, "host/" for a host; empty where it is neither.
// Understands defanged spellings ("hxxp://", "[.]").
std::string feed_key(std::string_view word);

// One record of RFC 4180 CSV at *at, which moves behind it. Line ends are CRLF or LF; quotes are doubled
// within quotes. False at the end of input and for a quoted field that does not end.
bool read_csv_record(std::string_view bytes, size_t* at, std::vector<std::string>* fields);

}  // namespace linkgate::scan
