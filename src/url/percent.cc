#include "url/percent.h"

#include "base/ascii.h"

namespace linkgate::url {

bool needs_encoding(std::string_view text, EncodeSet set) {
  uint8_t seen = 0;
  for (const char c : text) seen |= internal::kEncodeSets[static_cast<uint8_t>(c)];
  return seen & set;
}

void append_encoded(std::string& out, std::string_view text, EncodeSet set) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  size_t done = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (!in_set(text[i], set)) continue;
    out.append(text, done, i - done);
    const auto byte = static_cast<uint8_t>(text[i]);
    const char escape[3] = {'%', kHex[byte >> 4], kHex[byte & 15]};
    out.append(escape, 3);
    done = i + 1;
  }
  out.append(text, done);
}

namespace {
bool is_escape(std::string_view text, size_t at) {
  return at + 2 < text.size() && text[at] == '%' && ascii::is_hex(text[at + 1]) &&
         ascii::is_hex(text[at + 2]);
}
char escaped_byte(std::string_view text, size_t at) {
  return static_cast<char>(ascii::hex_value(text[at + 1]) << 4 | ascii::hex_value(text[at + 2]));
}
}  // namespace

std::string percent_decode(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (is_escape(text, i)) {
      out.push_back(escaped_byte(text, i));
      i += 2;
    } else {
      out.push_back(text[i]);
    }
  }
  return out;
}

std::string percent_decode_until_stable(std::string_view text) {
  // The output is a stack: a byte that completes an escape at its end replaces it, and may complete another.
  // Escapes never overlap ('%' is no hex digit), so the order of decoding does not matter and this equals
  // repeated passes.
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    out.push_back(c);
    while (out.size() >= 3 && is_escape(out, out.size() - 3)) {
      const char byte = escaped_byte(out, out.size() - 3);
      out.resize(out.size() - 3);
      out.push_back(byte);
    }
  }
  return out;
}

}  // namespace linkgate::url
