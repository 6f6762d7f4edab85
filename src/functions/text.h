#pragma once
// Code points and JSON strings.

#include <optional>
#include <string>
#include <string_view>

namespace linkgate::functions {

// nullopt: not UTF-8.
std::optional<std::u32string> from_utf8(std::string_view text);
// No code point is above U+10FFFF or a surrogate.
std::string to_utf8(std::u32string_view code_points);
// With quotation marks. Only what JSON must escape is escaped.
void append_json_string(std::string& out, std::string_view text);

}  // namespace linkgate::functions
