#include "scan/feed_parser.h"

namespace linkgate::scan {
namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

}  // namespace

Result<FeedSummary> parse_feed(const FeedReading& reading, TakeFeedEntry take) {
  const FeedFormat* format = find_feed_format(reading.config.format);
  if (format == nullptr) return Error(ErrorCode::kInvalidArgument, "has a format that is not known");
  std::string_view bytes = reading.bytes;
  if (bytes.size() > kMaxFeedBytes) return Error(ErrorCode::kLimit, "is larger than 2 GiB");
  if (bytes.starts_with(kByteOrderMark)) bytes.remove_prefix(kByteOrderMark.size());
  FeedCollector collector(
      disposition_of_threat(reading.config.threat).value_or(verdict::Disposition::kPhishing),
      std::move(take));
  TRY(format->parse({bytes, reading.config, reading.now}, collector));
  return std::move(collector).finish();
}

}  // namespace linkgate::scan
