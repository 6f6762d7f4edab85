#pragma once
// Base64 (RFC 4648) in both alphabets, and hexadecimal.

#include <optional>
#include <string>
#include <string_view>

namespace linkgate {

std::string base64_encode(std::string_view bytes);     // section 4, padded
std::string base64url_encode(std::string_view bytes);  // section 5, without padding
// Strict: a character outside the alphabet, a wrong length or non-zero spare bits give nullopt, so every byte
// string has exactly one accepted spelling (a sealed link cannot be varied). Padding is optional in
// base64_decode, refused in the other.
std::optional<std::string> base64_decode(std::string_view text);
std::optional<std::string> base64url_decode(std::string_view text);

std::string hex_encode(std::string_view bytes);  // lower case
std::optional<std::string> hex_decode(std::string_view text);

}  // namespace linkgate
