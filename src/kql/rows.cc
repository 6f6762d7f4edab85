// The store's answer, line by line, as KQL values.

#include <simdjson.h>

#include <charconv>
#include <cmath>
#include <optional>

#include "base/ascii.h"
#include "kql/json.h"
#include "kql/kql.h"
#include "kql/literal.h"
#include "kql/time_text.h"

namespace linkgate::kql {
namespace {

using simdjson::dom::element;
using simdjson::dom::element_type;

Error corrupt(std::string_view what) {
  return Error(ErrorCode::kCorrupt, "event store: " + std::string(what));
}

std::optional<int64_t> whole_of(const element& cell) {
  int64_t value = 0;
  if (cell.get_int64().get(value) == simdjson::SUCCESS) return value;
  std::string_view text;
  if (cell.get_string().get(text) != simdjson::SUCCESS) return std::nullopt;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<double> real_of(const element& cell) {
  double value = 0;
  if (cell.get_double().get(value) == simdjson::SUCCESS) return value;
  std::string_view text;
  if (cell.get_string().get(text) != simdjson::SUCCESS) return std::nullopt;
  if (text == "nan" || text == "-nan") return std::numeric_limits<double>::quiet_NaN();
  if (text == "inf") return std::numeric_limits<double>::infinity();
  if (text == "-inf") return -std::numeric_limits<double>::infinity();
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<bool> truth_of(const element& cell) {
  bool value = false;
  if (cell.get_bool().get(value) == simdjson::SUCCESS) return value;
  const auto number = whole_of(cell);
  return number ? std::optional(*number != 0) : std::nullopt;
}

// A cell as a literal of its column's type; null for SQL's NULL and, of a dynamic, for JSON's.
Result<Value> value_of(const element& cell, Type type) {
  if (cell.type() == element_type::NULL_VALUE) return Value();
  const auto checked = [](auto found) -> Result<Value> {
    if (!found) return corrupt("a value has another type than its column");
    return Value(*found);
  };
  switch (type) {
    case Type::kBool:
      return checked(truth_of(cell));
    case Type::kInt:
    case Type::kLong:
    case Type::kTimeSpan:
      return checked(whole_of(cell));
    case Type::kDateTime: {  // outside of the years 1 to 9999, where arithmetic may have led, it is null
      const auto ticks = whole_of(cell);
      if (ticks && (*ticks < 0 || *ticks > kMaxDateTimeTicks)) return Value();
      return checked(ticks);
    }
    case Type::kReal:
      return checked(real_of(cell));
    case Type::kDecimal:
    case Type::kString:
    case Type::kGuid:
    case Type::kDynamic:
      break;
  }
  std::string_view text;
  if (cell.get_string().get(text) != simdjson::SUCCESS)
    return corrupt("a value has another type than its column");
  return Value(std::string(text));
}

std::string json_of(const Value& value, Type type) {
  if (is_null(value)) return "null";
  if (const auto* truth = std::get_if<bool>(&value)) return *truth ? "true" : "false";
  if (const auto* real = std::get_if<double>(&value)) {
    if (std::isnan(*real)) return "\"NaN\"";
    if (std::isinf(*real)) return *real > 0 ? "\"Infinity\"" : "\"-Infinity\"";
    return real_text(*real);
  }
  if (const auto* text = std::get_if<std::string>(&value)) {
    if (type != Type::kDynamic) return json_string(*text);
    // A column's JSON may have been written by anybody: what is none is shown as the text that it is.
    const auto compact = compact_json(*text);
    return compact ? *compact : json_string(*text);
  }
  const int64_t whole = std::get<int64_t>(value);
  if (type == Type::kDateTime) return json_string(datetime_text(whole));
  if (type == Type::kTimeSpan) return json_string(timespan_text(whole));
  return std::to_string(whole);
}

std::string text_of(const Value& value, Type type) {
  if (is_null(value)) return "";
  if (const auto* truth = std::get_if<bool>(&value)) return *truth ? "True" : "False";
  if (type == Type::kDynamic) {
    const auto text = scalar_of_json(std::get<std::string>(value), Type::kString);
    return text ? std::get<std::string>(*text) : std::get<std::string>(value);
  }
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  if (const auto* real = std::get_if<double>(&value)) {
    std::string number = std::isfinite(*real) ? real_text(*real) : json_of(value, type);
    if (number.ends_with(".0")) number.resize(number.size() - 2);
    if (number.starts_with('"')) number = number.substr(1, number.size() - 2);
    return number;
  }
  const int64_t whole = std::get<int64_t>(value);
  if (type == Type::kDateTime) return datetime_text(whole);
  if (type == Type::kTimeSpan) return timespan_text(whole);
  return std::to_string(whole);
}

// Calls take(value, type) for every cell of the line.
template <typename Take>
Result<void> each_cell(std::string_view line, const std::vector<ResultColumn>& columns, Take take) {
  simdjson::dom::parser parser;
  simdjson::dom::array cells;
  if (parser.parse(line.data(), line.size()).get_array().get(cells) != simdjson::SUCCESS)
    return corrupt("a row is no JSON array");
  size_t i = 0;
  for (const element cell : cells) {
    if (i >= columns.size()) return corrupt("a row has more values than columns");
    TRY_ASSIGN(const Value value, value_of(cell, columns[i].type));
    take(value, columns[i].type);
    ++i;
  }
  if (i != columns.size()) return corrupt("a row has fewer values than columns");
  return {};
}

}  // namespace

Result<std::string> row_to_json(std::string_view line, const std::vector<ResultColumn>& columns) {
  std::string out = "[";
  TRY(each_cell(line, columns, [&out](const Value& value, Type type) {
    if (out.size() > 1) out += ",";
    out += json_of(value, type);
  }));
  return out + "]";
}

Result<std::vector<std::string>> row_to_text(std::string_view line,
                                             const std::vector<ResultColumn>& columns) {
  std::vector<std::string> cells;
  TRY(each_cell(line, columns,
                [&cells](const Value& value, Type type) { cells.push_back(text_of(value, type)); }));
  return cells;
}

}  // namespace linkgate::kql
