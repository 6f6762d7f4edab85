#pragma once
// The formats that a feed may have: what [[feed]] calls them, and who reads them. docs/feeds.md has the same
// table.

#include <span>
#include <string_view>

#include "base/clock.h"
#include "base/config.h"
#include "scan/feed_collector.h"

namespace linkgate::scan {

struct FeedReading {
  std::string_view bytes;
  const FeedConfig& config;
  Time now{};
};
using ParseFeed = Result<void> (*)(const FeedReading& reading, FeedCollector& collector);

struct FeedFormat {
  std::string_view name;
  ParseFeed parse;
  std::string_view accept;  // media types that a server is asked for
};

std::span<const FeedFormat> feed_formats();
// nullptr: there is none of this name.
const FeedFormat* find_feed_format(std::string_view name);

}  // namespace linkgate::scan
