// Feeds: whatever the bytes, an answer; and what an entry's key says is a URL that has this key.
#include "base/check.h"
#include "scan/feed_parser_for_test.h"

using namespace linkgate;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  FeedConfig config;
  if ((data[0] & 1) != 0) config.format = "csv";
  if ((data[0] & 2) != 0) config.threat_column = "threat";
  if ((data[0] & 4) != 0) config.url_column = "2";
  const auto feed = scan::parsed_feed(bytes, config);
  if (!feed) {
    CHECK(!feed.error().message().empty());
    return 0;
  }
  CHECK(feed->list.size() == feed->entries);
  for (const auto& entry : feed->list) {
    CHECK(entry.key.find('/') != std::string::npos);
    CHECK(entry.detail.size() <= scan::kMaxFeedDetail);
    if (!entry.key.starts_with("ftp:")) CHECK(scan::feed_key("http://" + entry.key) == entry.key);
  }
  for (size_t at = 0, before = 0; at < bytes.size(); before = at) {
    std::vector<std::string> fields;
    if (!scan::read_csv_record(bytes, &at, &fields)) break;
    CHECK(at > before && at <= bytes.size() && !fields.empty());
  }
  return 0;
}
