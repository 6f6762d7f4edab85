// Every format of feeds: whatever the bytes, an answer; and what an entry's key says is a URL that has this
// key.
#include "base/check.h"
#include "scan/feed_parser_for_test.h"
#include "scan/feed_proof.h"
#include "scan/stix_pattern.h"
#include "scan/unpack.h"

using namespace linkgate;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (data[0] == 255) {
    auto packed = scan::FeedBytes::create("").value();
    CHECK(packed.append(bytes).has_value());
    (void)scan::check_sha256(packed, bytes, "list");
    (void)scan::check_minisign(packed, bytes, "RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3");
    auto plain = scan::unpack(std::move(packed), "");
    CHECK(plain || !plain.error().message().empty());
    return 0;
  }
  if (const auto values = scan::listed_by_stix_pattern(bytes))
    CHECK(!values->empty() && values->size() <= scan::kMaxStixValues);
  const auto formats = scan::feed_formats();
  FeedConfig config;
  config.format = formats[data[0] % formats.size()].name;
  const auto feed = scan::parsed_feed(bytes, config, Time(Ticks(17'000'000'000'000'000)));
  if (!feed) {
    CHECK(!feed.error().message().empty());
    return 0;
  }
  CHECK(feed->list.size() == feed->entries);
  for (const auto& entry : feed->list) {
    CHECK(entry.detail.size() <= scan::kMaxFeedDetail);
    if (!entry.key.starts_with("ftp:")) CHECK(scan::feed_key("http://" + entry.key) == entry.key);
  }
  return 0;
}
