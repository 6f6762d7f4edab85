#pragma once
// Percent-encoding: the encode sets of the URL Standard (section 1.3) as one bit each of a table by byte.

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace linkgate::url {

enum EncodeSet : uint8_t {
  kC0ControlSet = 1,
  kFragmentSet = 2,
  kQuerySet = 4,
  kSpecialQuerySet = 8,
  kPathSet = 16,
  kUserinfoSet = 32,
  kUnreservedOnlySet =
      64,  // ours: all but the unreserved characters of RFC 3986, for the url= of a sealed link
};

namespace internal {
constexpr bool contains(std::string_view set, char c) { return set.find(c) != std::string_view::npos; }

constexpr uint8_t encode_sets_of(int byte) {
  if (byte < 0x20 || byte > 0x7e) return 0x7f;
  const char c = static_cast<char>(byte);
  int sets = 0;
  if (contains(" \"<>`", c)) sets |= kFragmentSet;
  if (contains(" \"#<>", c)) sets |= kQuerySet;
  if (contains(" \"#<>'", c)) sets |= kSpecialQuerySet;
  if (contains(" \"#<>?^`{}", c)) sets |= kPathSet;
  if (contains(" \"#<>?^`{}/:;=@[\\]|", c)) sets |= kUserinfoSet;
  const bool alnum = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
  if (!alnum && !contains("-._~", c)) sets |= kUnreservedOnlySet;
  return static_cast<uint8_t>(sets);
}

constexpr std::array<uint8_t, 256> make_encode_sets() {
  std::array<uint8_t, 256> table{};
  for (int byte = 0; byte < 256; ++byte) table[byte] = encode_sets_of(byte);
  return table;
}

inline constexpr std::array<uint8_t, 256> kEncodeSets = make_encode_sets();
}  // namespace internal

inline bool in_set(char c, EncodeSet set) { return internal::kEncodeSets[static_cast<uint8_t>(c)] & set; }

// True where a byte of `text` is in `set`.
bool needs_encoding(std::string_view text, EncodeSet set);

// Appends `text` with every byte of `set` as %XX. '%' itself is in no set but kUnreservedOnlySet.
void append_encoded(std::string& out, std::string_view text, EncodeSet set);

// One pass: every %XX becomes its byte, a '%' without two hex digits stays.
std::string percent_decode(std::string_view text);

// Decodes until nothing is left to decode, in linear time: "%252e" is ".". What percent_decode reaches when
// repeated.
std::string percent_decode_until_stable(std::string_view text);

}  // namespace linkgate::url
