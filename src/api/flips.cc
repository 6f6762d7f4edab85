#include "api/flips.h"

#include <nlohmann/json.hpp>

namespace linkgate::api {
namespace {

using Json = nlohmann::json;

Error malformed() { return Error(ErrorCode::kInvalidArgument, "flips: not a list of flips"); }

Result<std::string> text_of(const Json& object, const char* name) {
  const auto member = object.find(name);
  if (member == object.end() || !member->is_string()) return malformed();
  return member->get<std::string>();
}

Result<verdict::Disposition> disposition_of(const Json& object, const char* name) {
  TRY_ASSIGN(const std::string word, text_of(object, name));
  verdict::Disposition disposition{};
  if (!verdict::from_string(word, &disposition)) return malformed();
  return disposition;
}

Result<FlipInfo> flip_of(const Json& object) {
  if (!object.is_object() || !object.contains("id") || !object["id"].is_number_integer()) return malformed();
  FlipInfo flip;
  flip.id = object["id"].get<int64_t>();
  TRY_ASSIGN(flip.canonical_hash, text_of(object, "canonical_hash"));
  TRY_ASSIGN(flip.url, text_of(object, "url"));
  TRY_ASSIGN(flip.was, disposition_of(object, "was"));
  TRY_ASSIGN(flip.is, disposition_of(object, "is"));
  TRY_ASSIGN(const std::string at, text_of(object, "at"));
  const auto time = from_iso8601(at);
  if (!time) return malformed();
  flip.at = *time;
  TRY_ASSIGN(flip.cause, text_of(object, "cause"));
  TRY_ASSIGN(flip.reason, text_of(object, "reason"));
  return flip;
}

}  // namespace

std::string to_json(const std::vector<FlipInfo>& flips) {
  Json list = Json::array();
  for (const FlipInfo& flip : flips) {
    list.push_back({{"id", flip.id},
                    {"canonical_hash", flip.canonical_hash},
                    {"url", flip.url},
                    {"was", verdict::to_string(flip.was)},
                    {"is", verdict::to_string(flip.is)},
                    {"at", to_iso8601(flip.at)},
                    {"cause", flip.cause},
                    {"reason", flip.reason}});
  }
  return Json{{"flips", std::move(list)}}.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result<std::vector<FlipInfo>> parse_flips(std::string_view json) {
  const Json parsed = Json::parse(json, nullptr, /*allow_exceptions=*/false);
  if (!parsed.is_object() || !parsed.contains("flips") || !parsed["flips"].is_array()) return malformed();
  std::vector<FlipInfo> flips;
  for (const Json& item : parsed["flips"]) {
    TRY_ASSIGN(FlipInfo flip, flip_of(item));
    flips.push_back(std::move(flip));
  }
  return flips;
}

}  // namespace linkgate::api
