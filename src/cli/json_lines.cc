#include "cli/json_lines.h"

#include <fmt/format.h>

#include <iostream>
#include <nlohmann/json.hpp>

#include "base/ascii.h"
#include "cli/command.h"
#include "cli/rows.h"

namespace linkgate::cli {

using nlohmann::json;

Result<std::string> JsonObject::text(std::string_view name) const {
  const auto found = texts.find(name);
  if (found == texts.end())
    return Error(ErrorCode::kInvalidArgument, fmt::format("the line has no text \"{}\"", name));
  return found->second;
}

Result<JsonObject> parse_json_object(std::string_view line) {
  if (line.size() > kMaxJsonLine) return Error(ErrorCode::kLimit, "the line is too long");
  const json value = json::parse(line, nullptr, false);
  if (!value.is_object()) return Error(ErrorCode::kInvalidArgument, "the line is not a JSON object");
  JsonObject out;
  for (const auto& [name, member] : value.items()) {
    if (member.is_string()) out.texts[name] = member.get<std::string>();
    out.raw[name] = member.dump(-1, ' ', false, json::error_handler_t::replace);
  }
  return out;
}

int answer_lines(std::istream& in, const std::function<Result<std::string>(const JsonObject&)>& answer) {
  int code = kYes;
  for (std::string line; std::getline(in, line);) {
    if (ascii::trim(line).empty()) continue;
    const auto object = parse_json_object(line);
    Result<std::string> said = object ? answer(*object) : Result<std::string>(object.error());
    if (!said) code = kBadUse;
    std::cout << (said ? *said : json_object({{"error", said.error().message()}})) << std::endl;
  }
  return code;
}

}  // namespace linkgate::cli
