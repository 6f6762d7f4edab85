#pragma once
// What an IMAP server says (RFC 3501 section 7, with RFC 4315, 6851 and 7888), taken apart. Pure; the peer is
// not trusted: every size and depth has a limit.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace linkgate::net {

inline constexpr size_t kMaxImapLine = 1 << 20;    // without its literals
inline constexpr size_t kMaxImapLiterals = 1000;   // of a response
inline constexpr size_t kMaxImapDepth = 16;        // of lists within lists: BODYSTRUCTURE is never asked for
inline constexpr size_t kMaxImapValues = 200'000;  // of a response
inline constexpr size_t kMaxImapResponse = 256u << 20;  // with its literals

// Cuts the octets of a connection into responses: a line, and where it ends in {n}, n octets and what
// follows.
class ImapFramer {
 public:
  explicit ImapFramer(size_t max_response = kMaxImapResponse) : max_response_(max_response) {}
  void feed(std::string_view octets) { buffer_.append(octets); }
  // The next whole response without its last line end; absent where more octets are needed. kLimit,
  // kInvalidArgument: the connection is of no more use.
  Result<std::optional<std::string>> next();
  bool empty() const { return buffer_.empty(); }

 private:
  const size_t max_response_;
  std::string buffer_;
  size_t searched_ = 0;  // of the buffer: no line end of the response before it
  size_t line_ = 0;      // where the current line begins
  size_t in_lines_ = 0;  // octets of the response that are in no literal
  size_t literals_ = 0;
};

struct ImapValue {
  enum class Kind { kAtom, kText, kNil, kList };
  Kind kind = Kind::kNil;
  std::string text;              // of atoms and texts (quoted or literal)
  std::vector<ImapValue> items;  // of lists
  friend bool operator==(const ImapValue&, const ImapValue&) = default;
  bool is(std::string_view atom) const;  // an atom of this name, without case
};

struct ImapResponse {
  std::string tag;   // "+", "*", or that of a command
  std::string word;  // upper case: OK NO BAD BYE PREAUTH, or CAPABILITY LIST STATUS SEARCH EXISTS FETCH ...
  uint32_t number = 0;            // before the word: of EXISTS, EXPUNGE, FETCH
  std::vector<ImapValue> code;    // [COPYUID 1 2 3]: of OK NO BAD BYE PREAUTH
  std::string text;               // of those, and of "+": for people
  std::vector<ImapValue> values;  // behind the word, of all others
  friend bool operator==(const ImapResponse&, const ImapResponse&) = default;
  bool is_status() const;
  bool has_code(std::string_view name) const;
};

// kInvalidArgument: this is none; kLimit.
Result<ImapResponse> parse_imap_response(std::string_view response);
// As a server would write it; parse_imap_response() gives the same again.
std::string print_imap_response(const ImapResponse& response);

// "3956:3958,7": at most `most` numbers. Absent: malformed, or more.
std::optional<std::vector<uint32_t>> parse_imap_set(std::string_view text, size_t most);
std::string print_imap_set(const std::vector<uint32_t>& sorted);

// How a client writes a string that is none of its own: quoted. Absent where it needs a literal (line ends,
// NUL, 8-bit octets).
std::optional<std::string> imap_quoted(std::string_view text);

}  // namespace linkgate::net
