#pragma once
// Threat feeds as their makers publish them. Pure: bytes in, entries
// out. What the formats are, and what becomes of lines that are neither, is written down in docs/feeds.md.

#include <string>
#include <string_view>
#include <vector>

#include "base/config.h"
#include "scan/feed_collector.h"
#include "scan/feed_formats.h"

namespace linkgate::scan {

// `config.format`, `url_column`, `threat_column` and `threat` decide; see base/config.h. Errors: kLimit;
// kInvalidArgument where a CSV has no such column or a quoted field never ends, and where a feed of some size
// holds nothing that can be read; those of `take`, which was given what came before.
Result<FeedSummary> parse_feed(const FeedReading& reading, TakeFeedEntry take);

// The formats, each in a file of its name.
Result<void> parse_text(std::string_view bytes, FeedCollector& collector);
struct CsvColumns {
  std::string_view url, threat, detail;  // by name or number; the latter two may be empty
};
Result<void> parse_csv(std::string_view bytes, const CsvColumns& names, FeedCollector& collector);
Result<void> parse_phishtank_json(std::string_view bytes, FeedCollector& collector);
Result<void> parse_urlhaus_json(std::string_view bytes, FeedCollector& collector);
Result<void> parse_misp(std::string_view bytes, FeedCollector& collector);
// What is in force at `now`.
Result<void> parse_stix(std::string_view bytes, const FeedConfig& config, Time now, FeedCollector& collector);
Result<void> parse_hashes(std::string_view bytes, FeedCollector& collector);
Result<void> parse_rpz(std::string_view bytes, FeedCollector& collector);

// One record of RFC 4180 CSV at *at, which moves behind it. Line ends are CRLF or LF; quotes are doubled
// within quotes. False at the end of input and for a quoted field that does not end.
bool read_csv_record(std::string_view bytes, size_t* at, std::vector<std::string>* fields);

}  // namespace linkgate::scan
