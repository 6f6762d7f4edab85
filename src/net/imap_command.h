#pragma once
// Single commands of an IMAP client and single answers to them. Pure; private to imap_client.cc.

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "net/imap_client.h"

namespace linkgate::net {

// A command under way to the wire. What the peer must ask for first (literals, RFC 3501 section 4.3; the
// answer of AUTHENTICATE) begins a new part.
class ImapClient::Command {
 public:
  explicit Command(std::string verb) : verb_(std::move(verb)), parts_{verb_} {}
  Command& word(std::string_view word);
  Command& text(std::string_view text);  // quoted where that is possible
  Command& literal(std::string_view octets);
  Command& answer(std::string_view line);  // to the server's "+"
  std::vector<std::string> parts(const std::string& tag);
  const std::string& verb() const { return verb_; }

 private:
  std::string verb_;
  std::vector<std::string> parts_;
};

// What a NO or BAD means to a caller: see imap_client.h.
Error refusal(const ImapResponse& status, std::string_view verb);
uint32_t imap_number(const ImapValue& value);  // 0 for what is none
// Of a FETCH that names a UID. The octets are taken out of `response`.
std::optional<ImapMessage> imap_message(ImapResponse* response);
// Of [COPYUID validity from to] and [APPENDUID validity to].
ImapCopied imap_copied(const ImapResponse& response);
// One that a client may give: an atom, with or without a backslash, and not \Recent.
bool is_imap_flag(std::string_view flag);

}  // namespace linkgate::net
