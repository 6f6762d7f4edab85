#include "base/base64.h"

#include <array>
#include <cstdint>

#include "base/ascii.h"

namespace linkgate {
namespace {

constexpr std::string_view kStandard = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kUrlSafe = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

constexpr std::array<int, 256> invert(std::string_view alphabet) {
  std::array<int, 256> table{};
  table.fill(-1);
  for (size_t i = 0; i < alphabet.size(); ++i) table[static_cast<uint8_t>(alphabet[i])] = i;
  return table;
}
constexpr auto kStandardValues = invert(kStandard);
constexpr auto kUrlSafeValues = invert(kUrlSafe);

std::string encode(std::string_view bytes, std::string_view alphabet) {
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  uint32_t bits = 0;
  int count = 0;
  for (const char c : bytes) {
    bits = bits << 8 | static_cast<uint8_t>(c);
    for (count += 8; count >= 6; count -= 6) text += alphabet[bits >> (count - 6) & 63];
  }
  if (count > 0) text += alphabet[bits << (6 - count) & 63];
  return text;
}

std::optional<std::string> decode(std::string_view text, const std::array<int, 256>& values) {
  if (text.size() % 4 == 1) return std::nullopt;
  std::string bytes(text.size() * 3 / 4, '\0');
  size_t at = 0;
  while (text.size() > 4) {
    const int group = values[static_cast<uint8_t>(text[0])] << 18 |
                      values[static_cast<uint8_t>(text[1])] << 12 |
                      values[static_cast<uint8_t>(text[2])] << 6 | values[static_cast<uint8_t>(text[3])];
    if (group < 0) return std::nullopt;
    bytes[at++] = static_cast<char>(group >> 16);
    bytes[at++] = static_cast<char>(group >> 8);
    bytes[at++] = static_cast<char>(group);
    text.remove_prefix(4);
  }
  uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    const int value = values[static_cast<uint8_t>(c)];
    if (value < 0) return std::nullopt;
    bits = bits << 6 | static_cast<uint32_t>(value);
    count += 6;
    if (count >= 8) {
      count -= 8;
      bytes[at++] = static_cast<char>(bits >> count & 255);
    }
  }
  if ((bits & ((1U << count) - 1)) != 0) return std::nullopt;
  return bytes;
}

}  // namespace

std::string base64_encode(std::string_view bytes) {
  std::string text = encode(bytes, kStandard);
  text.append((4 - text.size() % 4) % 4, '=');
  return text;
}

std::string base64url_encode(std::string_view bytes) { return encode(bytes, kUrlSafe); }

std::optional<std::string> base64_decode(std::string_view text) {
  for (int i = 0; i < 2 && text.size() % 4 == static_cast<size_t>(i == 0 ? 0 : 3) && text.ends_with('=');
       ++i) {
    text.remove_suffix(1);
  }
  return decode(text, kStandardValues);
}

std::optional<std::string> base64url_decode(std::string_view text) { return decode(text, kUrlSafeValues); }

std::string hex_encode(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const char c : bytes) {
    text += kDigits[static_cast<uint8_t>(c) >> 4];
    text += kDigits[static_cast<uint8_t>(c) & 15];
  }
  return text;
}

std::optional<std::string> hex_decode(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  std::string bytes;
  for (size_t i = 0; i < text.size(); i += 2) {
    if (!ascii::is_hex(text[i]) || !ascii::is_hex(text[i + 1])) return std::nullopt;
    bytes += static_cast<char>(ascii::hex_value(text[i]) << 4 | ascii::hex_value(text[i + 1]));
  }
  return bytes;
}

}  // namespace linkgate
