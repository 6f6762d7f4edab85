// What hash_list_source() makes of lists of hashes: "1a2b3c4d se-4b", a line each.
#include <charconv>

#include "base/ascii.h"
#include "scan/feed_parser.h"
#include "scan/hash_list.h"

namespace linkgate::scan {
namespace {

verdict::Disposition disposition_of_list(std::string_view name) {
  return name.starts_with("se-") || name.starts_with("SOCIAL_ENGINEERING") ? verdict::Disposition::kPhishing
                                                                           : verdict::Disposition::kMalware;
}

}  // namespace

Result<void> parse_hashes(std::string_view bytes, FeedCollector& collector) {
  for (size_t at = 0; at < bytes.size();) {
    const size_t end = std::min(bytes.find('\n', at), bytes.size());
    const std::string_view line = bytes.substr(at, end - at);
    at = end + 1;
    uint32_t prefix = 0;
    const auto [last, error] =
        std::from_chars(line.data(), line.data() + std::min<size_t>(line.size(), 8), prefix, 16);
    if (error != std::errc() || last != line.data() + 8 || line.size() < 10 || line[8] != ' ') {
      collector.skip(line);
      continue;
    }
    const std::string_view list = ascii::trim(line.substr(9));
    TRY(collector.add_key(hash_key(prefix), disposition_of_list(list), list));
  }
  return {};
}

}  // namespace linkgate::scan
