#pragma once
// KQL's scalar types and the values of literals.
// Source: Kusto documentation, "Scalar data types".

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace linkgate::kql {

enum class Type : uint8_t {
  kBool,
  kInt,
  kLong,
  kReal,
  kDecimal,
  kString,
  kDateTime,
  kTimeSpan,
  kGuid,
  kDynamic
};

// "bool", "int", "long", "real", "decimal", "string", "datetime", "timespan", "guid", "dynamic".
std::string_view to_string(Type type);
// "a bool", "an int", ...: for messages.
std::string with_article(Type type);
// "System.Int64", ...: what getschema and the schemas of Kusto clients call it.
std::string_view dotnet_name(Type type);
// Also the aliases: boolean, double, date, time, uniqueid, ... Case-sensitive, as all of KQL is.
std::optional<Type> type_from_name(std::string_view name);

constexpr bool is_integer(Type type) { return type == Type::kInt || type == Type::kLong; }
constexpr bool is_number(Type type) {
  return is_integer(type) || type == Type::kReal || type == Type::kDecimal;
}

// A literal's value. null is monostate; int, long, datetime and timespan are int64_t, the latter two in ticks
// of 100 ns (a datetime since 0001-01-01, proleptic Gregorian, UTC); string and guid are text, and so is a
// decimal (decimal_text() of literal.h); dynamic is compact JSON text.
using Value = std::variant<std::monostate, bool, int64_t, double, std::string>;

inline bool is_null(const Value& value) { return std::holds_alternative<std::monostate>(value); }

}  // namespace linkgate::kql
