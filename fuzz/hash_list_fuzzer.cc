// Lists of URL hashes: whatever a server answers, an answer; a series ascends, and a list is what its
// checksum says.
#include <algorithm>

#include "base/check.h"
#include "scan/hash_list.h"
#include "scan/hash_search.h"
#include "url/hash_expressions.h"

using namespace linkgate;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 8) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const scan::RiceSeries series{data[0], data[1] % 34U, data[2] * 256U + data[3],
                                std::string(bytes.substr(4))};
  if (const auto values = scan::decode(series)) {
    CHECK(values->size() == size_t{series.count} + 1);
    CHECK(std::is_sorted(values->begin(), values->end()));
  }
  int64_t wait = 0;
  if (const auto updates = scan::parse_hash_lists(bytes, &wait)) {
    CHECK(wait >= 0);
    for (const auto& update : *updates) {
      const auto list = scan::updated({"", {1, 2, 3}}, update);
      if (list) CHECK(std::is_sorted(list->prefixes.begin(), list->prefixes.end()));
    }
  }
  (void)scan::parse_threat_diff(bytes);
  for (const auto protocol : {scan::HashProtocol::kSafeBrowsing, scan::HashProtocol::kWebRisk})
    (void)scan::HashSearch::parse(protocol, bytes, Time{});
  if (const auto url = url::Url::parse(bytes)) {
    const auto expressions = url::hash_expressions(*url);
    CHECK(expressions.size() <= 9 * 6);
    for (const auto& one : expressions) CHECK(one.find('/') != std::string::npos);
  }
  return 0;
}
