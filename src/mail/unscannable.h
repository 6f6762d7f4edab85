#pragma once
// What can still be done for a message that could not be read (Message::parse gave an Error): let it pass
// with a mark that every client shows, or mark it as junk. Nothing here trusts the structure of the message
// beyond its header.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace linkgate::mail {

struct TipOptions {
  std::string subject_prefix = "[Links not checked]";  // UTF-8; put in front of the subject
  // UTF-8; shown above the text of a message that is one part of plain text or HTML. Empty: none.
  std::string text = "The links in this message could not be checked. Open them only if you expected it.";
  std::string stamp;              // X-Linkgate-Id value; empty: none
  std::string above;              // whole header lines to put above all others (Received), each time anew
  bool strip_own_headers = true;  // X-Linkgate-* that came from outside
};

// X-Linkgate-Unscannable with the reason, the prefix in the subject, the text. Twice is once. Error
// kInvalidArgument where not even a header can be told: then there is nothing that a client would show
// either.
Result<std::string> pass_with_tip(std::string_view bytes, std::string_view reason,
                                  const TipOptions& options = {});

// The same without text and prefix, for the Junk folder: junk_headers() added on top.
Result<std::string> mark_as_junk(std::string_view bytes, std::string_view reason,
                                 const TipOptions& options = {});

// Fields by which filters and mailboxes know junk (Sieve, SpamAssassin's readers, Exchange's content filter).
std::vector<std::pair<std::string, std::string>> junk_headers();

// `text` as a header value: itself where it is printable ASCII, else encoded words in UTF-8 (RFC 2047), each
// at most 75 characters.
std::string encode_header_text(std::string_view text);

}  // namespace linkgate::mail
