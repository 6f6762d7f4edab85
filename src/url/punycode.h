#pragma once
// Punycode (RFC 3492) for labels that ICU cannot convert, see idna_newer.h. Without the "xn--".

#include <optional>
#include <string>
#include <string_view>

namespace linkgate::url {

// The work grows with the square of the label's length; callers bound it.
std::string punycode_encode(std::u32string_view label);
// nullopt: not Punycode, or a result that is no Unicode text.
std::optional<std::u32string> punycode_decode(std::string_view encoded);

}  // namespace linkgate::url
