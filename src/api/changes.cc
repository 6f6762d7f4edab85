#include "api/changes.h"

#include <nlohmann/json.hpp>

namespace linkgate::api {

std::string changes_to_json(uint64_t count) { return nlohmann::json{{"changes", count}}.dump(); }

Result<uint64_t> parse_changes(std::string_view json) {
  const auto parsed = nlohmann::json::parse(json, nullptr, /*allow_exceptions=*/false);
  if (!parsed.is_object() || !parsed.contains("changes") || !parsed["changes"].is_number_unsigned())
    return Error(ErrorCode::kInvalidArgument, "changes: not a count of changes");
  return parsed["changes"].get<uint64_t>();
}

}  // namespace linkgate::api
