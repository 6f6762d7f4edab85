#include "api/feeds.h"

#include <nlohmann/json.hpp>

namespace linkgate::api {
namespace {

using Json = nlohmann::json;

constexpr size_t kMaxFeedsBytes = 16 << 20;

std::string print(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

Error malformed(std::string_view what) {
  return Error(ErrorCode::kInvalidArgument, "feeds: " + std::string(what));
}

Result<std::string> text_of(const Json& object, const char* name) {
  const auto member = object.find(name);
  if (member == object.end() || !member->is_string())
    return malformed(std::string(name) + " is not a string");
  return member->get<std::string>();
}

Result<FeedInfo> feed_of(const Json& item) {
  if (!item.is_object()) return malformed("a feed is not an object");
  FeedInfo feed;
  TRY_ASSIGN(feed.name, text_of(item, "name"));
  TRY_ASSIGN(feed.source, text_of(item, "source"));
  TRY_ASSIGN(feed.trouble, text_of(item, "trouble"));
  const auto entries = item.find("entries");
  if (entries == item.end() || !entries->is_number_unsigned()) return malformed("entries is not a number");
  feed.entries = entries->get<uint64_t>();
  const auto loaded = item.find("loaded");
  if (loaded != item.end() && loaded->is_string()) {
    const auto time = from_iso8601(loaded->get<std::string>());
    if (!time) return malformed("loaded is not a time");
    feed.loaded = *time;
  }
  return feed;
}

}  // namespace

std::string to_json(const std::vector<FeedInfo>& feeds) {
  Json list = Json::array();
  for (const FeedInfo& feed : feeds) {
    list.push_back({{"name", feed.name},
                    {"source", feed.source},
                    {"loaded", feed.loaded == Time{} ? Json(nullptr) : Json(to_iso8601(feed.loaded))},
                    {"entries", feed.entries},
                    {"trouble", feed.trouble}});
  }
  return print({{"feeds", std::move(list)}});
}

Result<std::vector<FeedInfo>> parse_feeds(std::string_view text) {
  if (text.size() > kMaxFeedsBytes) return Error(ErrorCode::kLimit, "feeds: larger than 16 MiB");
  const Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return malformed("not a JSON object");
  const auto list = json.find("feeds");
  if (list == json.end() || !list->is_array()) return malformed("feeds is not an array");
  std::vector<FeedInfo> feeds;
  for (const Json& item : *list) {
    TRY_ASSIGN(feeds.emplace_back(), feed_of(item));
  }
  return feeds;
}

std::string to_json(const Error& error) {
  return print({{"error", {{"code", to_string(error.code())}, {"message", error.message()}}}});
}

}  // namespace linkgate::api
