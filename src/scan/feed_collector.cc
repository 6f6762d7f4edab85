#include "scan/feed_collector.h"

#include "base/ascii.h"
#include "url/canonical_key.h"
#include "url/url.h"

namespace linkgate::scan {
namespace {

using verdict::Disposition;

std::string refang(std::string_view word) {
  std::string text(word);
  if (ascii::istarts_with(text, "hxxp")) text.replace(0, 4, "http");
  for (const std::string_view dot : {"[.]", "(.)", "{.}", "[dot]"}) {
    for (size_t at = text.find(dot); at != text.npos; at = text.find(dot, at + 1))
      text.replace(at, dot.size(), ".");
  }
  return text;
}

}  // namespace

std::string feed_key(std::string_view word) {
  std::string text = refang(word);
  if (text.find("://") == text.npos) {
    if (text.substr(0, text.find('/')).find('@') != text.npos) return "";  // a mail address
    text.insert(0, "http://");
  }
  const auto url = url::Url::parse(text);
  if (!url) return "";
  if (url->scheme() == "ftp") return url::canonical_key(*url);
  if (!url->is_http()) return "";
  const std::string_view host = url->hostname();
  // A bare word is no host that anybody can reach; a whole top-level domain is nothing to list by mistake.
  const size_t dot = host.find('.');
  if (!url->host_is_ip() && (dot == host.npos || dot == 0 || dot + 1 == host.size())) return "";
  return url::canonical_key(*url);
}

std::optional<Disposition> disposition_of_threat(std::string_view threat) {
  if (ascii::istarts_with(threat, "phish")) return Disposition::kPhishing;
  if (ascii::istarts_with(threat, "malware")) return Disposition::kMalware;
  return std::nullopt;
}

std::optional<Disposition> disposition_in_text(std::string_view text) {
  const std::string lower = ascii::to_lower(text);
  if (lower.find("phish") != lower.npos) return Disposition::kPhishing;
  if (lower.find("malware") != lower.npos) return Disposition::kMalware;
  return std::nullopt;
}

Result<void> FeedCollector::add(std::string_view word, std::string_view record,
                                std::optional<Disposition> disposition, std::string_view detail) {
  const std::string key = word.size() > kMaxFeedLine ? "" : feed_key(word);
  if (key.empty()) {
    skip(record);
    return {};
  }
  return add_key(key, disposition.value_or(disposition_), detail);
}

Result<void> FeedCollector::add_key(std::string_view key, Disposition disposition, std::string_view detail) {
  if (summary_.entries == kMaxFeedEntries) return Error(ErrorCode::kLimit, "more than 20,000,000 entries");
  ++summary_.entries;
  return take_(key, disposition, printable(detail.substr(0, kMaxFeedDetail)));
}

void FeedCollector::skip(std::string_view record) {
  if (summary_.skipped++ == 0) summary_.first_skipped = printable(record.substr(0, 80));
}

Result<FeedSummary> FeedCollector::finish() && {
  if (summary_.entries == 0 && summary_.skipped > 0) {
    return Error(ErrorCode::kInvalidArgument,
                 "holds no URL and no host; it begins with \"" + summary_.first_skipped + "\"");
  }
  return std::move(summary_);
}

std::string FeedCollector::printable(std::string_view text) {
  std::string clean(ascii::trim(text));
  for (char& c : clean) {
    if (c < 0x20 || c > 0x7e) c = '?';
  }
  return clean;
}

}  // namespace linkgate::scan
