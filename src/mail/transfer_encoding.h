#pragma once
// Content-Transfer-Encodings (RFC 2045, section 6; uuencode as it was before): decoding as leniently as mail
// clients do, encoding strictly, and for quoted-printable the way back from a decoded byte to the encoded
// one, so that a patch can be made in the encoded text.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "mail/html_tokenizer.h"

namespace linkgate::mail {

inline constexpr size_t kMaxEncodedLine = 76;   // without line end, of what we write (RFC 2045, 6.7 and 6.8)
inline constexpr size_t kMaxMessageLine = 998;  // without line end (RFC 5322, 2.1.1)

enum class Encoding : uint8_t { kIdentity, kQuotedPrintable, kBase64, kUuencode };

// 7bit, 8bit, binary, absent or unknown: identity.
Encoding encoding_from(std::string_view header_value);

// Never fail: what is no encoding is skipped (base64) or stands for itself (quoted-printable).
std::string decode(std::string_view encoded, Encoding encoding);

// How much of a base64 body is base64: all of it, unless something else follows the padding (the footer of a
// mailing list). Readers that stop there do not show it, for the others it is garbage.
size_t base64_extent(std::string_view encoded);

// Whole bodies. Quoted-printable keeps line ends as they are, or encodes them where `binary`.
std::string encode_quoted_printable(std::string_view bytes, std::string_view newline, bool binary);
std::string encode_base64(std::string_view bytes, size_t line_length, std::string_view newline);

// From offsets in the decoded text to offsets in the quoted-printable text it came from. Offsets asked for
// must not decrease; all questions together take one pass.
class QuotedPrintableCursor {
 public:
  explicit QuotedPrintableCursor(std::string_view encoded) : encoded_(encoded) {}
  size_t begin_of(size_t decoded);  // where the unit starts that gives this byte
  size_t end_of(size_t decoded);    // where the unit ends that gave the byte before

 private:
  std::string_view encoded_;
  size_t at_ = 0;       // encoded
  size_t decoded_ = 0;  // bytes that [0, at_) gives
};

// A patch inside a quoted-printable body. `column` is where it starts in its line, `rest` how many octets of
// the old line follow it. The text is encoded with soft breaks so that no line gets longer than
// kMaxEncodedLine. `column` is moved to where the patch ends.
std::string encode_patch(std::string_view bytes, size_t& column, size_t rest, std::string_view newline);

}  // namespace linkgate::mail
