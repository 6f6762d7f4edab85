#pragma once
// The content of a message between DATA and <CRLF>.<CRLF> (RFC 5321 section 4.5.2), received and sent.
//
// Only <CRLF>.<CRLF> ends the data. A sequence that some other server would take for that end (a dot alone
// between bare CR or bare LF, or with a NUL beside it) makes the message ambiguous: the session refuses it,
// so that what we pass on can never hold a second message for a lax next hop ("SMTP smuggling",
// CVE-2023-51764). Bare CR and LF elsewhere pass as they are.

#include <string>
#include <string_view>

namespace linkgate::net {

class SmtpDataDecoder {
 public:
  // Takes bytes from the front of `input`, appends the content, dot-stuffing taken off, to `content`. True
  // once the end was seen; what follows it stays in `input`. Content always ends in CRLF, or is empty.
  bool take(std::string_view* input, std::string* content);
  bool ambiguous() const { return ambiguous_; }

 private:
  // What the bytes before the next one were. "Bare" line starts are those a lax server would see.
  enum class After { kText, kCr, kLineStart, kBareStart, kDot, kDotCr, kBareDot };
  bool step(char c, std::string* content);
  After after_byte(char c);

  After after_ = After::kLineStart;
  bool ambiguous_ = false;
};

// The way back, in pieces of any size. REQUIRES: the whole content passes is_unambiguous().
class SmtpDataEncoder {
 public:
  void put(std::string_view content, std::string* wire);  // appends, dots stuffed
  void finish(std::string* wire);  // appends the end; a last line without CRLF gets one

 private:
  bool line_start_ = true;
  bool after_cr_ = false;
};

// False where a dot stands alone between line ends of which one is no CRLF: nothing that dot-stuffing could
// cure.
bool is_unambiguous(std::string_view content);

}  // namespace linkgate::net
