#pragma once
// Charsets of parts, by ICU, under the labels of the WHATWG Encoding Standard and the few more that mail
// uses.
//
// HTML and text are scanned as bytes that keep ASCII. What a charset needs for that is its Shape; for the
// shapes that do not keep ASCII, skeleton() makes text of the same positions in which everything but ASCII is
// 0x80, so that a range found there is a range of the part's own bytes.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mail/html_tokenizer.h"

namespace linkgate::mail {

class Charset {
 public:
  enum class Shape : uint8_t {
    kAscii,  // every byte below 0x80 outside multi-byte characters is ASCII: most charsets, UTF-8 too
    kUtf16Le,
    kUtf16Be,
    kUtf32Le,
    kUtf32Be,
    kIso2022Jp,  // escape sequences change what 7-bit bytes mean; see mail/iso2022jp.h
    kOther,      // UTF-7, HZ, ISO-2022-JP-2, EBCDIC, ...: must be sent as UTF-8 to be patched
  };

  // `body` decides where the label does not: a byte order mark first, then (no or an unknown label) UTF-8
  // where it is valid, else windows-1252. UTF-16 and UTF-32 are not believed of a body without a
  // zero byte that has a link in ASCII.
  static Charset of(std::string_view label, std::string_view body);
  static Charset utf8() { return Charset(); }
  // Whether the label names a charset; "default", "unknown-8bit" and the like do not.
  static bool is_known(std::string_view label);

  Shape shape() const { return shape_; }
  bool is_utf8() const { return utf8_; }
  size_t width() const;  // bytes for one of the skeleton

  // Never fails: what is no character comes out as U+FFFD. `state` is how the bytes before ended (kIso2022Jp
  // only).
  std::string to_utf8(std::string_view bytes, char state = 'B') const;

  // The same, with the offset in `bytes` from which each byte of the text came, and one more for the end.
  struct Mapped {
    std::string text;
    std::vector<size_t> source;
  };
  Mapped to_utf8_mapped(std::string_view bytes, char state = 'B') const;

  // For kAscii the bytes themselves; else `storage` is filled and looked at. kIso2022Jp: without its escape
  // sequences, so that Iso2022JpCursor has to find the way back.
  std::string_view skeleton(std::string_view bytes, std::string& storage) const;

  // ASCII text in this charset. kIso2022Jp: `before` and `after` are the states at both ends of what is
  // replaced.
  std::string from_ascii(std::string_view text, char before = 'B', char after = 'B') const;

  // Percent-encodes what a URL's query holds beyond ASCII (WHATWG URL, "percent-encode after encoding"); a
  // character the charset lacks becomes %26%23NNN%3B. `utf8` without '#'.
  std::string encode_query(std::string_view utf8) const;

  const std::string& icu_name() const { return icu_name_; }

 private:
  Shape shape_ = Shape::kAscii;
  bool utf8_ = true;
  std::string icu_name_ = "UTF-8";
};

bool is_valid_utf8(std::string_view bytes);
bool is_ascii(std::string_view bytes);

}  // namespace linkgate::mail
