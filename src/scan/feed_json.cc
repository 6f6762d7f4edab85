// Feeds in JSON whose entries are objects with a URL: those of PhishTank and URLhaus, events of MISP.
#include "scan/feed_parser.h"
#include "scan/json_objects.h"

namespace linkgate::scan {
namespace {

// What stands in the log for an object that is passed over.
std::string shown(const JsonObject& object) {
  std::string text;
  for (const auto& [name, value] : object.members) {
    if (text.size() > 100) break;
    text.append(text.empty() ? "" : ", ").append(name).append(" ").append(value.substr(0, 40));
  }
  return text;
}

std::string joined(const JsonObject& object, std::string_view list) {
  std::string text;
  for (const auto& [name, value] : object.listed) {
    if (name == list && text.size() < kMaxFeedDetail) text.append(text.empty() ? "" : " ").append(value);
  }
  return text;
}

bool is_listing(std::string_view type) {
  return type == "url" || type == "uri" || type == "link" || type == "domain" || type == "hostname" ||
         type == "ip-dst" || type == "domain|ip";
}

}  // namespace

// [{"phish_id","url","verified","online","target",...}]
Result<void> parse_phishtank_json(std::string_view bytes, FeedCollector& collector) {
  return for_each_json_object(bytes, [&](const JsonObject& object) -> Result<void> {
    if (object["phish_id"].empty()) return {};  // of its details
    if (object["verified"] == "no" || object["online"] == "no") {
      collector.pass_over();
      return {};
    }
    return collector.add(object["url"], shown(object), verdict::Disposition::kPhishing, object["target"]);
  });
}

// {"ID":[{"url","url_status","threat","tags":[...]}]} as dumped, {"query_status","urls":[{...}]} as answered.
Result<void> parse_urlhaus_json(std::string_view bytes, FeedCollector& collector) {
  return for_each_json_object(bytes, [&](const JsonObject& object) -> Result<void> {
    const std::string_view url = object["url"], threat = object["threat"];
    if (url.empty() && threat.empty()) {
      const std::string_view status = object["query_status"];
      if (!status.empty() && status != "ok")
        return Error(ErrorCode::kUnavailable,
                     "answers \"" + FeedCollector::printable(status.substr(0, 80)) + "\"");
      return {};
    }
    std::string detail(threat);
    if (const std::string tags = joined(object, "tags"); !tags.empty()) detail.append(": ").append(tags);
    return collector.add(url, shown(object), disposition_of_threat(threat), detail);
  });
}

// {"Event":{"info","Attribute":[{"type","value","to_ids","category"}],"Object":[{"Attribute":[...]}]}}, one
// or a list.
Result<void> parse_misp(std::string_view bytes, FeedCollector& collector) {
  return for_each_json_object(bytes, [&](const JsonObject& object) -> Result<void> {
    if (object.name != "Attribute" || !is_listing(object["type"])) return {};
    if (object["to_ids"] == "false" || object["to_ids"] == "0" || object["deleted"] == "true") {
      collector.pass_over();
      return {};
    }
    std::string_view value = object["value"];
    value = value.substr(0, value.find('|'));
    // "Payload delivery" and the like say how, the comment says what.
    std::string detail(object["category"]);
    if (!object["comment"].empty()) detail.append(": ").append(object["comment"]);
    return collector.add(value, shown(object), disposition_in_text(detail), detail);
  });
}

}  // namespace linkgate::scan
