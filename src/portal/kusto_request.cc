#include "portal/kusto_request.h"

#include <array>
#include <charconv>
#include <nlohmann/json.hpp>

#include "base/ascii.h"
#include "url/percent.h"

namespace linkgate::portal {
namespace {

using nlohmann::json;

Error wrong(std::string_view what) { return Error(ErrorCode::kInvalidArgument, std::string(what)); }

// Options come as JSON values or as their texts.
std::optional<uint64_t> number_of(const json& value) {
  if (value.is_number_unsigned()) return value.get<uint64_t>();
  if (!value.is_string()) return std::nullopt;
  const auto& text = value.get_ref<const std::string&>();
  uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

bool is_true(const json& value) {
  if (value.is_boolean()) return value.get<bool>();
  return value.is_string() && ascii::iequals(value.get_ref<const std::string&>(), "true");
}

Result<void> read_properties(const json& properties, KustoRequest& out) {
  if (properties.is_null()) return {};
  if (!properties.is_object()) return wrong("properties is no object");
  if (const auto options = properties.find("Options"); options != properties.end() && options->is_object()) {
    for (const auto& [name, value] : options->items()) {
      if (ascii::iequals(name, "servertimeout") && value.is_string())
        out.time = parse_timeout(value.get<std::string>());
      if (ascii::iequals(name, "notruncation")) out.no_truncation = is_true(value);
      if (ascii::iequals(name, "truncationmaxrecords")) out.max_rows = number_of(value);
      if (ascii::iequals(name, "truncationmaxsize")) out.max_bytes = number_of(value);
    }
  }
  if (const auto given = properties.find("Parameters"); given != properties.end() && given->is_object()) {
    for (const auto& [name, value] : given->items()) {
      if (value.is_structured()) return wrong("the parameter " + name + " is no text and no number");
      out.parameters[name] = value.is_string() ? value.get<std::string>() : value.dump();
    }
  }
  return {};
}

// Properties may be an object or the text of one.
Result<void> read_any_properties(const json& value, KustoRequest& out) {
  if (!value.is_string()) return read_properties(value, out);
  const json parsed = json::parse(value.get_ref<const std::string&>(), nullptr, false);
  if (parsed.is_discarded()) return wrong("properties is no JSON");
  return read_properties(parsed, out);
}

}  // namespace

std::optional<std::chrono::seconds> parse_timeout(std::string_view text) {
  int64_t days = 0;
  if (const size_t dot = text.find('.'), colon = text.find(':');
      dot != std::string_view::npos && colon != std::string_view::npos && dot < colon) {
    if (std::from_chars(text.data(), text.data() + dot, days).ptr != text.data() + dot) return std::nullopt;
    text.remove_prefix(dot + 1);
  }
  text = text.substr(0, text.find('.'));
  std::array<int64_t, 3> parts{};
  for (size_t i = 0; i < parts.size(); ++i) {
    const size_t end = i < 2 ? text.find(':') : text.size();
    if (end == std::string_view::npos || end == 0 || end > 4) return std::nullopt;
    if (std::from_chars(text.data(), text.data() + end, parts[i]).ptr != text.data() + end)
      return std::nullopt;
    text.remove_prefix(std::min(text.size(), end + 1));
  }
  if (days < 0 || days > 1000 || parts[0] < 0 || parts[1] < 0 || parts[2] < 0) return std::nullopt;
  const std::chrono::seconds time(((days * 24 + parts[0]) * 60 + parts[1]) * 60 + parts[2]);
  return std::max(time, std::chrono::seconds(1));
}

Result<KustoRequest> parse_kusto_body(std::string_view text) {
  const json body = json::parse(text, nullptr, false);
  if (!body.is_object()) return wrong("the body is no JSON object");
  KustoRequest request;
  const auto csl = body.find("csl");
  if (csl == body.end() || !csl->is_string()) return wrong("the body has no text \"csl\"");
  request.text = csl->get<std::string>();
  if (const auto db = body.find("db"); db != body.end() && db->is_string())
    request.database = db->get<std::string>();
  if (const auto properties = body.find("properties"); properties != body.end()) {
    TRY(read_any_properties(*properties, request));
  }
  return request;
}

Result<KustoRequest> parse_kusto_query(std::string_view query) {
  KustoRequest request;
  bool has_text = false;
  for (const std::string_view parameter : ascii::split(query, '&')) {
    const size_t equals = std::min(parameter.find('='), parameter.size());
    const std::string_view name = parameter.substr(0, equals);
    std::string value(parameter.substr(std::min(parameter.size(), equals + 1)));
    for (char& c : value) c = c == '+' ? ' ' : c;
    value = url::percent_decode(value);
    if (name == "csl") request.text = value, has_text = true;
    if (name == "db") request.database = value;
    if (name == "properties") TRY(read_any_properties(json(value), request));
  }
  if (!has_text) return wrong("the address has no \"csl\"");
  return request;
}

}  // namespace linkgate::portal
