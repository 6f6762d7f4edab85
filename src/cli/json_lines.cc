#include "cli/json_lines.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <iostream>
#include <nlohmann/json.hpp>

#include "base/ascii.h"
#include "cli/command.h"
#include "cli/rows.h"

namespace linkgate::cli {

using nlohmann::json;

namespace {

// The UTF-16 code unit of the escape \uXXXX at `at`, 0 where none stands there.
unsigned code_unit_at(std::string_view json, size_t at) {
  const std::string_view escape = json.substr(std::min(at, json.size()), 6);
  unsigned unit = 0;
  if (escape.size() < 6 || !escape.starts_with("\\u")) return 0;
  const auto end = std::from_chars(escape.data() + 2, escape.data() + 6, unit, 16).ptr;
  return end == escape.data() + 6 ? unit : 0;
}

// Escaped surrogates without their other half, which JavaScript writes for ill-formed strings and nlohmann
// refuses. Such text goes into a URL as U+FFFD there (the URL Standard takes scalar values), so it does here.
std::string with_paired_surrogates(std::string_view line) {
  std::string json(line);
  for (size_t at = json.find('\\'); at != std::string::npos; at = json.find('\\', at + 2)) {
    const unsigned unit = code_unit_at(json, at);
    if (unit < 0xd800 || unit > 0xdfff) continue;
    const unsigned next = code_unit_at(json, at + 6);
    if (unit < 0xdc00 && next >= 0xdc00 && next <= 0xdfff) {
      at += 6;
    } else {
      json.replace(at + 2, 4, "fffd");
    }
  }
  return json;
}

}  // namespace

Result<std::string> JsonObject::text(std::string_view name) const {
  const auto found = texts.find(name);
  if (found == texts.end())
    return Error(ErrorCode::kInvalidArgument, fmt::format("the line has no text \"{}\"", name));
  return found->second;
}

Result<JsonObject> parse_json_object(std::string_view line) {
  if (line.size() > kMaxJsonLine) return Error(ErrorCode::kLimit, "the line is too long");
  const json value = json::parse(with_paired_surrogates(line), nullptr, false);
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
  for (std::string line; std::cout && std::getline(in, line);) {
    if (ascii::trim(line).empty()) continue;
    const auto object = parse_json_object(line);
    Result<std::string> said = object ? answer(*object) : Result<std::string>(object.error());
    if (!said) code = kBadUse;
    std::cout << (said ? *said : json_object({{"error", said.error().message()}})) << std::endl;
  }
  return code;
}

}  // namespace linkgate::cli
