#include "api/check.h"

#include <nlohmann/json.hpp>
#include <utility>

namespace linkgate::api {
namespace {

using Json = nlohmann::json;

constexpr std::pair<CheckMoment, std::string_view> kMoments[] = {{CheckMoment::kDelivery, "delivery"},
                                                                 {CheckMoment::kClick, "click"},
                                                                 {CheckMoment::kRescan, "rescan"},
                                                                 {CheckMoment::kAsked, "asked"},
                                                                 {CheckMoment::kMissed, "missed"}};

// Bytes that are not UTF-8 (hostile URLs have them) are replaced; dump() would throw.
std::string print(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

Error malformed(std::string_view what) {
  return Error(ErrorCode::kInvalidArgument, "check: " + std::string(what));
}

Result<Json> parse_object(std::string_view text) {
  if (text.size() > kMaxCheckBytes) return Error(ErrorCode::kLimit, "check: larger than 1 MiB");
  Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (json.is_discarded()) return malformed("not JSON");
  if (!json.is_object()) return malformed("not a JSON object");
  return json;
}

// An absent member leaves `out` as it is; one of another type is refused.
Result<void> read_string(const Json& object, const char* name, std::string* out) {
  const auto member = object.find(name);
  if (member == object.end()) return {};
  if (!member->is_string()) return malformed(std::string(name) + " is not a string");
  *out = member->get<std::string>();
  return {};
}

Result<void> read_bool(const Json& object, const char* name, bool* out) {
  const auto member = object.find(name);
  if (member == object.end()) return {};
  if (!member->is_boolean()) return malformed(std::string(name) + " is not true or false");
  *out = member->get<bool>();
  return {};
}

Result<void> read_time(const Json& object, const char* name, Time* out) {
  std::string text;
  TRY(read_string(object, name, &text));
  if (text.empty()) return {};
  const auto time = from_iso8601(text);
  if (!time) return malformed(std::string(name) + " is not a time");
  *out = *time;
  return {};
}

Result<void> read_evidence(const Json& object, std::vector<verdict::Evidence>* out) {
  const auto member = object.find("evidence");
  if (member == object.end()) return {};
  if (!member->is_array()) return malformed("evidence is not an array");
  for (const Json& item : *member) {
    if (!item.is_object()) return malformed("evidence holds what is not an object");
    verdict::Evidence evidence;
    TRY(read_string(item, "code", &evidence.code));
    TRY(read_string(item, "sentence", &evidence.sentence));
    TRY(read_string(item, "artifact", &evidence.artifact));
    out->push_back(std::move(evidence));
  }
  return {};
}

Result<void> read_chain(const Json& object, std::vector<std::string>* out) {
  const auto member = object.find("url_chain");
  if (member == object.end()) return {};
  if (!member->is_array()) return malformed("url_chain is not an array");
  for (const Json& item : *member) {
    if (!item.is_string()) return malformed("url_chain holds what is not a string");
    out->push_back(item.get<std::string>());
  }
  return {};
}

}  // namespace

std::string_view to_string(CheckMoment moment) {
  for (const auto& [value, word] : kMoments) {
    if (value == moment) return word;
  }
  return "asked";
}

std::string to_json(const CheckRequest& request) {
  Json json = {{"url", request.url}, {"moment", to_string(request.moment)}};
  if (!request.network_message_id.empty()) json["network_message_id"] = request.network_message_id;
  if (!request.recipient.empty()) json["recipient"] = request.recipient;
  if (!request.sender_domain.empty()) json["sender_domain"] = request.sender_domain;
  if (request.sender_is_known) json["sender_is_known"] = true;
  if (request.fresh) json["fresh"] = true;
  if (request.static_only) json["static_only"] = true;
  return print(json);
}

Result<CheckRequest> parse_check_request(std::string_view text) {
  TRY_ASSIGN(const Json json, parse_object(text));
  CheckRequest request;
  TRY(read_string(json, "url", &request.url));
  if (request.url.empty()) return malformed("url is missing");
  std::string moment = "asked";
  TRY(read_string(json, "moment", &moment));
  bool known = false;
  for (const auto& [value, word] : kMoments) {
    if (word != moment) continue;
    request.moment = value;
    known = true;
  }
  if (!known) return malformed("moment is none of delivery, click, rescan, asked");
  TRY(read_string(json, "network_message_id", &request.network_message_id));
  TRY(read_string(json, "recipient", &request.recipient));
  TRY(read_string(json, "sender_domain", &request.sender_domain));
  TRY(read_bool(json, "sender_is_known", &request.sender_is_known));
  TRY(read_bool(json, "fresh", &request.fresh));
  TRY(read_bool(json, "static_only", &request.static_only));
  return request;
}

std::string to_json(const verdict::Verdict& verdict) {
  Json evidence = Json::array();
  for (const verdict::Evidence& item : verdict.evidence) {
    Json entry = {{"code", item.code}, {"sentence", item.sentence}};
    if (!item.artifact.empty()) entry["artifact"] = item.artifact;
    evidence.push_back(std::move(entry));
  }
  return print({{"disposition", verdict::to_string(verdict.disposition)},
                {"confidence", verdict.confidence},
                {"evidence", std::move(evidence)},
                {"url_chain", verdict.url_chain},
                {"detection_method", verdict.detection_method},
                {"judged_at", to_iso8601(verdict.judged_at)},
                {"valid_until", to_iso8601(verdict.valid_until)}});
}

Result<verdict::Verdict> parse_verdict(std::string_view text) {
  TRY_ASSIGN(const Json json, parse_object(text));
  verdict::Verdict verdict;
  std::string disposition;
  TRY(read_string(json, "disposition", &disposition));
  if (!verdict::from_string(disposition, &verdict.disposition)) return malformed("unknown disposition");
  if (const auto member = json.find("confidence"); member != json.end()) {
    if (!member->is_number_integer()) return malformed("confidence is not an integer");
    const auto value = member->get<int64_t>();
    if (value < 0 || value > 100) return malformed("confidence is not within 0 to 100");
    verdict.confidence = static_cast<int>(value);
  }
  TRY(read_evidence(json, &verdict.evidence));
  TRY(read_chain(json, &verdict.url_chain));
  TRY(read_string(json, "detection_method", &verdict.detection_method));
  TRY(read_time(json, "judged_at", &verdict.judged_at));
  TRY(read_time(json, "valid_until", &verdict.valid_until));
  return verdict;
}

}  // namespace linkgate::api
