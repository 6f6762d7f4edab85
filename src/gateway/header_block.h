#pragma once
// The header of a message as raw bytes, for what must work on any message, also one that mail::Message
// refuses: counting hops, reading a field, taking out and putting in whole fields. Pure; ranges point into
// the bytes given.

#include <string>
#include <string_view>
#include <vector>

namespace linkgate::gateway {

inline constexpr size_t kMaxHeaderFields = 10'000;  // beyond these the rest counts as body

struct HeaderField {
  std::string_view name;
  std::string_view whole;     // with name, folded lines and line end
  std::string value() const;  // unfolded, trimmed
};

struct HeaderBlock {
  std::vector<HeaderField> fields;  // topmost first
  size_t begin = 0;                 // of the first: behind an mbox separator ("From ...") where there is one
  size_t size = 0;                  // where the fields end; the rest of the message follows

  size_t count(std::string_view name) const;
  const HeaderField* first(std::string_view name) const;
};

// Stops at the empty line, or at the first line that is no field. Line ends may be CRLF or LF.
HeaderBlock read_header(std::string_view message);

inline constexpr std::string_view kOwnPrefix = "X-Linkgate-";  // of every header field of ours

// The message with `lines` ("Name: value\r\n", whole) before its fields and without fields of ours. Every
// other byte stays.
std::string with_header(std::string_view message, std::string_view lines);

}  // namespace linkgate::gateway
