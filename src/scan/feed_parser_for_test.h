#pragma once
// A feed's entries as a list, for tests and fuzzers.

#include <vector>

#include "scan/feed_parser.h"
#include "state/stores.h"

namespace linkgate::scan {

struct ParsedFeed : FeedSummary {
  std::vector<state::FeedEntry> list;
};

inline Result<ParsedFeed> parsed_feed(std::string_view bytes, const FeedConfig& config, Time now = Time{}) {
  ParsedFeed feed;
  const TakeFeedEntry take = [&feed](std::string_view key, verdict::Disposition disposition,
                                     std::string_view detail) -> Result<void> {
    feed.list.push_back({std::string(key), disposition, std::string(detail), {}});
    return {};
  };
  TRY_ASSIGN(static_cast<FeedSummary&>(feed), parse_feed({bytes, config, now}, take));
  return feed;
}

}  // namespace linkgate::scan
