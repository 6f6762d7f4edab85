#include "scan/feed_formats.h"

#include "scan/feed_parser.h"

namespace linkgate::scan {
namespace {

constexpr CsvColumns kUrlhausColumns{"url", "threat", "tags"};
constexpr CsvColumns kPhishtankColumns{"url", "", "target"};

constexpr FeedFormat kFormats[] = {
    {"text", [](const FeedReading& in, FeedCollector& out) { return parse_text(in.bytes, out); },
     "text/plain, */*"},
    {"csv",
     [](const FeedReading& in, FeedCollector& out) {
       return parse_csv(in.bytes, {in.config.url_column, in.config.threat_column, ""}, out);
     },
     "text/csv, */*"},
    {"openphish", [](const FeedReading& in, FeedCollector& out) { return parse_text(in.bytes, out); },
     "text/plain, */*"},
    {"urlhaus-csv",
     [](const FeedReading& in, FeedCollector& out) { return parse_csv(in.bytes, kUrlhausColumns, out); },
     "text/csv, application/zip, */*"},
    {"urlhaus-json",
     [](const FeedReading& in, FeedCollector& out) { return parse_urlhaus_json(in.bytes, out); },
     "application/json, */*"},
    {"phishtank-csv",
     [](const FeedReading& in, FeedCollector& out) { return parse_csv(in.bytes, kPhishtankColumns, out); },
     "text/csv, */*"},
    {"phishtank-json",
     [](const FeedReading& in, FeedCollector& out) { return parse_phishtank_json(in.bytes, out); },
     "application/json, */*"},
    {"misp", [](const FeedReading& in, FeedCollector& out) { return parse_misp(in.bytes, out); },
     "application/json, */*"},
    {"stix",
     [](const FeedReading& in, FeedCollector& out) { return parse_stix(in.bytes, in.config, in.now, out); },
     "application/stix+json;version=2.1, application/json, */*"},
    {"rpz", [](const FeedReading& in, FeedCollector& out) { return parse_rpz(in.bytes, out); },
     "text/dns, */*"},
    {"safebrowsing", [](const FeedReading& in, FeedCollector& out) { return parse_hashes(in.bytes, out); },
     "application/json"},
    {"webrisk", [](const FeedReading& in, FeedCollector& out) { return parse_hashes(in.bytes, out); },
     "application/json"},
};

}  // namespace

std::span<const FeedFormat> feed_formats() { return kFormats; }

const FeedFormat* find_feed_format(std::string_view name) {
  for (const FeedFormat& format : kFormats) {
    if (format.name == name) return &format;
  }
  return nullptr;
}

}  // namespace linkgate::scan
