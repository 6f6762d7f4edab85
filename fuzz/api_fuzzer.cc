// What services say to each other: whatever parses is printed so that it parses to the same again.
#include "api/check.h"
#include "api/feeds.h"
#include "base/check.h"

using namespace linkgate;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto request = api::parse_check_request(text)) {
    const std::string printed = api::to_json(*request);
    const auto again = api::parse_check_request(printed);
    CHECK(again && api::to_json(*again) == printed);
  }
  if (const auto verdict = api::parse_verdict(text)) {
    const auto again = api::parse_verdict(api::to_json(*verdict));
    CHECK(again && *again == *verdict);
  }
  if (const auto feeds = api::parse_feeds(text)) {
    const auto again = api::parse_feeds(api::to_json(*feeds));
    CHECK(again && *again == *feeds);
  }
  return 0;
}
