#include "kql/literal.h"

#include <array>
#include <charconv>
#include <cmath>
#include <limits>

#include "base/ascii.h"
#include "kql/lexer.h"
#include "kql/time_text.h"

namespace linkgate::kql {
namespace {

std::optional<int64_t> parse_integer(std::string_view text) {
  const bool minus = text.starts_with('-');
  if (minus || text.starts_with('+')) text.remove_prefix(1);
  int base = 10;
  if (text.size() > 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X'))
    base = 16, text.remove_prefix(2);
  uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
  constexpr auto kMax = static_cast<uint64_t>(std::numeric_limits<int64_t>::max());
  if (value > kMax + (minus ? 1 : 0)) return std::nullopt;
  return static_cast<int64_t>(minus ? 0 - value : value);
}

// Of the digits of a decimal: behind the point, and before it.
constexpr size_t kDecimalScale = 20;
constexpr size_t kDecimalWhole = 36;

std::optional<double> parse_real(std::string_view text) {
  if (text == "nan") return std::numeric_limits<double>::quiet_NaN();
  if (text == "+inf" || text == "inf") return std::numeric_limits<double>::infinity();
  if (text == "-inf") return -std::numeric_limits<double>::infinity();
  if (text.starts_with('+')) text.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return value;
}

// The exponent of 1.5e-3 is -3; of a number without one, 0.
std::optional<int> take_exponent(std::string_view& text) {
  const size_t e = text.find_first_of("eE");
  if (e == std::string_view::npos) return 0;
  const auto exponent = parse_integer(text.substr(e + 1));
  constexpr int64_t kMost = 100;
  if (!exponent || *exponent > kMost || *exponent < -kMost) return std::nullopt;
  text = text.substr(0, e);
  return static_cast<int>(*exponent);
}

std::optional<std::string> parse_guid(std::string_view text) {
  std::string digits;
  for (char c : text) {
    if (ascii::is_hex(c))
      digits += ascii::to_lower(c);
    else if (c != '-')
      return std::nullopt;
  }
  if (digits.size() != 32) return std::nullopt;
  for (size_t at : {20, 16, 12, 8}) digits.insert(at, "-");
  return digits;
}

template <typename T>
std::optional<Value> as_value(std::optional<T> parsed) {
  if (!parsed) return std::nullopt;
  return Value(std::move(*parsed));
}

}  // namespace

std::optional<Type> literal_type(std::string_view name) {
  const auto type = type_from_name(name);
  if (!type || *type == Type::kString || *type == Type::kDynamic) return std::nullopt;
  return type;
}

std::optional<Value> typed_literal(Type type, std::string_view text) {
  text = ascii::trim(text);
  if (text.size() >= 2 && (text.front() == '"' || text.front() == '\'') && text.back() == text.front()) {
    text = text.substr(1, text.size() - 2);
  }
  if (text == "null") return Value();
  switch (type) {
    case Type::kBool: {
      if (ascii::iequals(text, "true") || text == "1") return Value(true);
      if (ascii::iequals(text, "false") || text == "0") return Value(false);
      return std::nullopt;
    }
    case Type::kInt: {
      const auto value = parse_integer(text);
      if (!value || *value < std::numeric_limits<int32_t>::min() ||
          *value > std::numeric_limits<int32_t>::max()) {
        return std::nullopt;
      }
      return Value(*value);
    }
    case Type::kLong:
      return as_value(parse_integer(text));
    case Type::kReal:
      return as_value(parse_real(text));
    case Type::kDecimal:
      return as_value(decimal_text(text));
    case Type::kDateTime:
      return as_value(parse_datetime(text));
    case Type::kTimeSpan:
      return as_value(parse_timespan(text));
    case Type::kGuid:
      return as_value(parse_guid(text));
    case Type::kString:
    case Type::kDynamic:
      return std::nullopt;
  }
  return std::nullopt;
}

std::optional<std::pair<Type, Value>> number_literal(std::string_view digits, std::string_view unit) {
  if (!unit.empty()) {
    const auto count = parse_real(digits);
    const auto ticks = count ? timespan_of(*count, unit) : std::nullopt;
    if (!ticks) return std::nullopt;
    return std::pair(Type::kTimeSpan, Value(*ticks));
  }
  std::string with_zero;
  if (digits.ends_with('.')) digits = with_zero = std::string(digits) + "0";
  if (digits.starts_with("0x") || digits.starts_with("0X") ||
      digits.find_first_of(".eE") == std::string_view::npos) {
    const auto value = parse_integer(digits);
    if (!value) return std::nullopt;
    return std::pair(Type::kLong, Value(*value));
  }
  const auto value = parse_real(digits);
  if (!value) return std::nullopt;
  return std::pair(Type::kReal, Value(*value));
}

std::optional<std::string> decimal_text(std::string_view text) {
  const bool minus = text.starts_with('-');
  if (minus || text.starts_with('+')) text.remove_prefix(1);
  const auto exponent = take_exponent(text);
  if (!exponent) return std::nullopt;
  const size_t point = std::min(text.find('.'), text.size());
  std::string digits(text.substr(0, point));
  if (point < text.size()) digits += text.substr(point + 1);
  constexpr size_t kMostWritten = 100;
  if (digits.empty() || digits.size() > kMostWritten ||
      digits.find_first_not_of("0123456789") != std::string::npos)
    return std::nullopt;
  // The point's place among the digits, which grow zeros where it lies outside of them.
  int place = static_cast<int>(point) + *exponent;
  if (place < 1) digits.insert(0, static_cast<size_t>(1 - place), '0'), place = 1;
  if (place > static_cast<int>(digits.size())) digits.append(static_cast<size_t>(place) - digits.size(), '0');
  const auto whole_size = static_cast<size_t>(place);
  std::string whole = digits.substr(0, whole_size);
  std::string fraction = digits.substr(whole_size, kDecimalScale);
  whole.erase(0, std::min(whole.find_first_not_of('0'), whole.size() - 1));
  while (fraction.ends_with('0')) fraction.pop_back();
  if (whole.size() > kDecimalWhole) return std::nullopt;
  std::string found = whole + (fraction.empty() ? "" : "." + fraction);
  return minus && found != "0" ? "-" + found : found;
}

std::string json_string(std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string out = "\"";
  for (char c : text) {
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          out += "\\u00";
          out += kHex[static_cast<size_t>(c) >> 4];
          out += kHex[static_cast<size_t>(c) & 15];
        } else {
          out += c;
        }
    }
  }
  return out + '"';
}

std::string real_text(double value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
  std::array<char, 32> out{};
  const auto [end, error] = std::to_chars(out.data(), out.data() + out.size(), value);
  std::string text(out.data(), end);
  if (text.find_first_of(".e") == std::string::npos) text += ".0";
  return text;
}

// A JSON string is a KQL string as well: KQL knows all of JSON's escapes but \/, which is never written.
std::string literal_text(Type type, const Value& value) {
  const std::string name(to_string(type));
  if (type == Type::kDynamic)
    return "dynamic(" + (is_null(value) ? "null" : std::get<std::string>(value)) + ")";
  if (is_null(value)) return name + "(null)";
  switch (type) {
    case Type::kBool:
      return std::get<bool>(value) ? "true" : "false";
    case Type::kString:
      return json_string(std::get<std::string>(value));
    case Type::kGuid:
      return "guid(" + std::get<std::string>(value) + ")";
    case Type::kInt:
      return "int(" + std::to_string(std::get<int64_t>(value)) + ")";
    case Type::kLong: {
      const int64_t number = std::get<int64_t>(value);
      return number < 0 ? "long(" + std::to_string(number) + ")" : std::to_string(number);
    }
    case Type::kReal: {
      const double number = std::get<double>(value);
      const std::string text = real_text(number);
      return std::signbit(number) || !std::isfinite(number) ? "real(" + text + ")" : text;
    }
    case Type::kDecimal:
      return "decimal(" + std::get<std::string>(value) + ")";
    case Type::kDateTime:
      return "datetime(" + datetime_text(std::get<int64_t>(value)) + ")";
    case Type::kTimeSpan: {
      const int64_t ticks = std::get<int64_t>(value);
      return "time(" + timespan_text(ticks) + ")";
    }
    case Type::kDynamic:
      break;
  }
  return "";
}

}  // namespace linkgate::kql
