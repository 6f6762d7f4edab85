#include "functions/text.h"

#include <simdjson.h>

namespace linkgate::functions {

std::optional<std::u32string> from_utf8(std::string_view text) {
  if (!simdjson::validate_utf8(text.data(), text.size())) return std::nullopt;
  std::u32string out;
  for (size_t at = 0; at < text.size();) {
    const auto first = static_cast<unsigned char>(text[at]);
    const int more = first < 0x80 ? 0 : first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3;
    char32_t code = more == 0 ? first : first & (0x3fU >> more);
    for (int i = 1; i <= more; ++i)
      code = code << 6 | (static_cast<unsigned char>(text[at + static_cast<size_t>(i)]) & 0x3fU);
    out += code;
    at += static_cast<size_t>(more) + 1;
  }
  return out;
}

std::string to_utf8(std::u32string_view code_points) {
  std::string out;
  const auto tail = [&out](char32_t code, int shift) {
    out += static_cast<char>(0x80U | (code >> shift & 0x3fU));
  };
  for (const char32_t code : code_points) {
    if (code < 0x80) {
      out += static_cast<char>(code);
    } else if (code < 0x800) {
      out += static_cast<char>(0xc0U | code >> 6);
      tail(code, 0);
    } else if (code < 0x10000) {
      out += static_cast<char>(0xe0U | code >> 12);
      tail(code, 6), tail(code, 0);
    } else {
      out += static_cast<char>(0xf0U | code >> 18);
      tail(code, 12), tail(code, 6), tail(code, 0);
    }
  }
  return out;
}

void append_json_string(std::string& out, std::string_view text) {
  constexpr char kDigits[] = "0123456789abcdef";
  out += '"';
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\r') {
      out += "\\r";
    } else if (c == '\t') {
      out += "\\t";
    } else if (byte < 0x20) {
      out += "\\u00";
      out += kDigits[byte >> 4];
      out += kDigits[byte & 15];
    } else {
      out += c;
    }
  }
  out += '"';
}

}  // namespace linkgate::functions
