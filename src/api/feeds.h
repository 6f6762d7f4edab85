#pragma once
// "Which feeds are there, and are they well?": GET /feeds and POST /feeds/refresh of linkgate-scan, both
// answered with this list. These functions are the only ones that spell it.

#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace linkgate::api {

struct FeedInfo {
  std::string name;
  std::string source;
  Time loaded{};  // when it was last loaded well; 1970 for never
  uint64_t entries = 0;
  std::string trouble;  // why the last attempt failed; empty when well
  friend bool operator==(const FeedInfo&, const FeedInfo&) = default;
};

// {"feeds":[{"name","source","loaded","entries","trouble"}]}; "loaded" is null for never.
std::string to_json(const std::vector<FeedInfo>& feeds);
Result<std::vector<FeedInfo>> parse_feeds(std::string_view json);

// {"error":{"code","message"}}: what every service answers with a status of 400 and above.
std::string to_json(const Error& error);

}  // namespace linkgate::api
