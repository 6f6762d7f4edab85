#pragma once
// ISO-2022-JP as browsers read it (WHATWG Encoding Standard, 12.2): escape sequences change what 7-bit bytes
// mean. Reading, masking and patching all take the states from here, so that they cannot disagree.
//
// Two things are as in ICU and older mail clients instead, because they show links where the standard shows
// garbage: a line end goes back to ASCII, and half a character leaves the byte behind it alone.

#include <string>
#include <string_view>

#include "mail/charset.h"

namespace linkgate::mail {

// A state is named by the last byte of its escape sequence: 'B' ASCII, 'J' Roman (ASCII but for '\' and '~'),
// 'I' katakana, '@' two bytes of JIS C 6226; two bytes of JIS X 0208 are 'K', for 'B' is ASCII.
inline constexpr char kIso2022JpAscii = 'B';
bool is_ascii_state(char state);
std::string iso2022jp_escape(char state);

// One byte for each byte outside of escape sequences: itself where it is ASCII, else 0x80. Sequences are left
// out, as readers do ("hr<ESC>(Bef" is an attribute), but for one that follows another: it shows as an error,
// 0x80.
std::string iso2022jp_skeleton(std::string_view bytes);

// Never fails: what is no character comes out as U+FFFD. `state` is how the bytes before ended.
Charset::Mapped decode_iso2022jp(std::string_view bytes, char state);

// From offsets in the skeleton to places in the bytes. Offsets asked for must not decrease, whichever
// question; all together take one pass.
class Iso2022JpCursor {
 public:
  struct Place {
    size_t at = 0;
    char state = kIso2022JpAscii;
  };
  explicit Iso2022JpCursor(std::string_view bytes) : bytes_(bytes) {}
  Place begin_of(size_t offset);  // where the character at `offset` begins: behind the sequences before it
  Place end_of(size_t offset);    // where the one before `offset` ends: before the sequences behind it

 private:
  std::string_view bytes_;
  Place place_;
  size_t offset_ = 0;  // what place_ is the end of
};

// The state at a position of the bytes. Positions asked for must not decrease.
class Iso2022JpStates {
 public:
  explicit Iso2022JpStates(std::string_view bytes) : bytes_(bytes) {}
  char state_at(size_t position);

 private:
  std::string_view bytes_;
  size_t at_ = 0;
  char state_ = kIso2022JpAscii;
};

}  // namespace linkgate::mail
