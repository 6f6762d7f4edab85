#pragma once
// A reply of SMTP or LMTP (RFC 5321 section 4.2): a three-digit code and one or more lines of text.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace linkgate::net {

inline constexpr size_t kMaxSmtpReplyLine = 2048;  // RFC 5321 says 512; servers do send more
inline constexpr size_t kMaxSmtpReplyLines = 128;

struct SmtpReply {
  int code = 0;
  std::vector<std::string> lines;  // without code; an enhanced status code (RFC 3463) is part of the text

  SmtpReply() = default;
  SmtpReply(int reply_code, std::string text) : code(reply_code) { lines.push_back(std::move(text)); }

  bool positive() const { return code >= 200 && code < 300; }
  bool temporary() const { return code >= 400 && code < 500; }
  bool permanent() const { return code >= 500; }
  std::string text() const;  // the lines, joined by a space: for logs and rows
  // The bytes to send, CRLF included. Control characters of a text become '?', so that no reply can hold two.
  std::string wire() const;
  friend bool operator==(const SmtpReply&, const SmtpReply&) = default;
};

// Takes one line at a time (without CRLF) and says when the reply is whole.
class SmtpReplyParser {
 public:
  // True once the last line was taken; false where more follow. Error kInvalidArgument: this is no reply;
  // kLimit: too many lines.
  Result<bool> take(std::string_view line);
  SmtpReply finish();  // the reply; the parser is ready for the next

 private:
  SmtpReply reply_;
};

// One answer for all recipients of a message, where the protocol has no more (SMTP): 250 where all were
// delivered; else the first temporary failure, so that the client keeps the mail and tries again (what was
// delivered is remembered and not delivered twice); else the first permanent one, which names how many of how
// many failed. REQUIRES: not empty.
SmtpReply combined_reply(const std::vector<SmtpReply>& replies);

}  // namespace linkgate::net
