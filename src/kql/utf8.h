#pragma once
// The little of UTF-8 that the lexer needs.

#include <cstdint>
#include <string>
#include <string_view>

namespace linkgate::kql {

// True where `text` is well-formed (no overlong forms, no surrogates, nothing above U+10FFFF).
bool is_utf8(std::string_view text);
// False for surrogates and for what is above U+10FFFF; `out` is then unchanged.
bool append_utf8(uint32_t code_point, std::string& out);

}  // namespace linkgate::kql
