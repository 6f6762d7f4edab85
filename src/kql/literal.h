#pragma once
// Literals: their text to values and back.

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "kql/types.h"

namespace linkgate::kql {

// The type of `name(...)` where that is a literal: bool, int, long, real, decimal, datetime, timespan, guid
// and their aliases. Not string and dynamic: the latter is parsed from tokens.
std::optional<Type> literal_type(std::string_view name);

// What stands between the parentheses of such a literal; "null" is the null of every type. nullopt: not a
// literal.
std::optional<Value> typed_literal(Type type, std::string_view text);

// "12", "0x1F", "1.5e3" with unit "": a long or real; with a unit of time: a timespan. nullopt: malformed or
// too large.
std::optional<std::pair<Type, Value>> number_literal(std::string_view digits, std::string_view unit);

// A decimal number without exponent, leading or trailing zeros: "-0.5", "12"; nullopt: malformed, 10^36 or
// more. What is smaller than 10^-20 is cut off.
std::optional<std::string> decimal_text(std::string_view text);

// A JSON string with the escapes that RFC 8259 demands and no others; `text` is UTF-8.
std::string json_string(std::string_view text);
// A number as JSON and KQL write a real: shortest form that reads back, always with '.', 'e', or "nan",
// "inf", "-inf".
std::string real_text(double value);

}  // namespace linkgate::kql
