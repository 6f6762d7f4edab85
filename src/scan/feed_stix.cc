// STIX 2.1 bundles (OASIS STIX 2.1), and the envelopes of TAXII 2.1, which hold objects likewise.
#include <unordered_map>

#include "base/ascii.h"
#include "scan/feed_parser.h"
#include "scan/json_objects.h"
#include "scan/stix_pattern.h"

namespace linkgate::scan {
namespace {

// Of an object's versions the last counts: those of one id differ by `modified`, whose texts sort as times
// do.
using LastVersions = std::unordered_map<std::string, std::string>;

bool is_indicator(const JsonObject& object) {
  return object["type"] == "indicator" && !object["pattern"].empty();
}

Result<LastVersions> last_versions(std::string_view bytes) {
  LastVersions last;
  TRY(for_each_json_object(bytes, [&](const JsonObject& object) -> Result<void> {
    if (object["type"] != "indicator") return {};
    std::string& modified = last[std::string(object["id"])];
    if (object["modified"] > modified) modified = object["modified"];
    if (last.size() > kMaxFeedEntries) return Error(ErrorCode::kLimit, "more than 20,000,000 indicators");
    return {};
  }));
  return last;
}

// Whether it is in force at `now`.
bool counts(const JsonObject& object, const FeedConfig& config, Time now) {
  if (object["revoked"] == "true") return false;
  const auto from = from_iso8601(object["valid_from"]), until = from_iso8601(object["valid_until"]);
  if ((from && *from > now) || (until && *until <= now)) return false;
  const std::string confidence(object["confidence"]);
  if (!confidence.empty() && std::atoi(confidence.c_str()) < config.min_confidence) return false;
  for (const auto& [list, word] : object.listed) {
    if (list == "indicator_types" && (word == "benign" || word == "anonymization")) return false;
  }
  return true;
}

std::string said_of(const JsonObject& object) {
  std::string text(object["name"]);
  for (const auto& [list, word] : object.listed) {
    if (list != "indicator_types" && list != "labels") continue;
    text.append(text.empty() ? "" : ", ").append(word);
  }
  return text;
}

}  // namespace

Result<void> parse_stix(std::string_view bytes, const FeedConfig& config, Time now,
                        FeedCollector& collector) {
  TRY_ASSIGN(const LastVersions last, last_versions(bytes));
  return for_each_json_object(bytes, [&](const JsonObject& object) -> Result<void> {
    if (!is_indicator(object)) return {};
    const auto latest = last.find(std::string(object["id"]));
    const bool is_latest = latest != last.end() && latest->second == object["modified"];
    if (!is_latest || !counts(object, config, now)) {
      collector.pass_over();
      return {};
    }
    const std::string_view language = object["pattern_type"];
    const auto values =
        language.empty() || language == "stix" ? listed_by_stix_pattern(object["pattern"]) : std::nullopt;
    if (!values) {
      collector.pass_over();  // of hashes, mails, files: nothing that a link leads to
      return {};
    }
    const std::string detail = said_of(object);
    for (const std::string& value : *values)
      TRY(collector.add(value, object["pattern"], disposition_in_text(detail), detail));
    return {};
  });
}

}  // namespace linkgate::scan
