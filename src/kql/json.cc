#include "kql/json.h"

#include <cmath>

#include "kql/json_element.h"
#include "kql/literal.h"
#include "kql/time_text.h"

namespace linkgate::kql {
namespace {

using simdjson::dom::element;
using simdjson::dom::element_type;

// Calls `use(element)` where the text is JSON. The parser refuses what nests deeper than 1,024.
template <typename Use>
auto with_json(std::string_view json, Use use) -> decltype(use(element())) {
  simdjson::dom::parser parser;
  element root;
  if (parser.parse(json.data(), json.size()).get(root) != simdjson::SUCCESS) return std::nullopt;
  return use(root);
}

std::optional<Value> number_as(double number, Type type) {
  if (type == Type::kReal) return Value(number);
  if (type == Type::kBool) return Value(number != 0);
  constexpr double kTwoTo63 = 9223372036854775808.0;
  if ((type == Type::kLong || type == Type::kInt) && std::abs(number) < kTwoTo63)
    return Value(static_cast<int64_t>(number));
  return std::nullopt;
}

}  // namespace

std::optional<Value> scalar_of_element(const element& root, Type type) {
  switch (root.type()) {
    case element_type::STRING: {
      const std::string_view text = root.get_string().value_unsafe();
      if (type == Type::kString) return Value(std::string(text));
      return typed_literal(type, text);
    }
    case element_type::INT64:
    case element_type::UINT64: {
      int64_t whole = 0;
      if (root.get_int64().get(whole) != simdjson::SUCCESS)
        return number_as(root.get_double().value_unsafe(), type);
      if (type == Type::kLong || type == Type::kInt) return Value(whole);
      if (type == Type::kString) return Value(std::to_string(whole));
      return number_as(static_cast<double>(whole), type);
    }
    case element_type::DOUBLE: {
      const double number = root.get_double().value_unsafe();
      return type == Type::kString ? Value(real_text(number)) : number_as(number, type);
    }
    case element_type::BOOL: {
      const bool truth = root.get_bool().value_unsafe();
      if (type == Type::kBool) return Value(truth);
      if (type == Type::kString) return Value(std::string(truth ? "true" : "false"));
      return number_as(truth ? 1 : 0, type);
    }
    case element_type::NULL_VALUE:
      return type == Type::kString ? Value(std::string()) : Value();
    case element_type::ARRAY:
    case element_type::OBJECT:
      if (type == Type::kString) return Value(std::string(simdjson::minify(root)));
      return std::nullopt;
  }
  return std::nullopt;
}

std::optional<std::vector<std::string>> json_elements(std::string_view json) {
  return with_json(json, [](const element& root) -> std::optional<std::vector<std::string>> {
    simdjson::dom::array array;
    if (root.get_array().get(array) != simdjson::SUCCESS) return std::nullopt;
    std::vector<std::string> found;
    for (const element member : array) found.emplace_back(simdjson::minify(member));
    return found;
  });
}

std::optional<Value> scalar_of_json(std::string_view json, Type type) {
  return with_json(json, [type](const element& root) { return scalar_of_element(root, type); });
}

Value dynamic_of(Type type, const Value& value) {
  if (is_null(value)) return {};
  if (const auto* text = std::get_if<std::string>(&value))
    return type == Type::kDynamic ? *text : json_string(*text);
  if (const auto* truth = std::get_if<bool>(&value)) return std::string(*truth ? "true" : "false");
  if (const auto* real = std::get_if<double>(&value)) {
    return std::isfinite(*real) ? real_text(*real) : json_string(real_text(*real));
  }
  const int64_t whole = std::get<int64_t>(value);
  if (type == Type::kDateTime) return json_string(datetime_text(whole));
  if (type == Type::kTimeSpan) return json_string(timespan_text(whole));
  return std::to_string(whole);
}

std::optional<std::string> compact_json(std::string_view json) {
  return with_json(json,
                   [](const element& root) -> std::optional<std::string> { return simdjson::minify(root); });
}

}  // namespace linkgate::kql
