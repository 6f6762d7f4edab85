#pragma once
// Messages as files hold them, made ready for the wire and back. Pure.

#include <string>
#include <string_view>
#include <vector>

namespace linkgate::cli {

bool is_ascii(std::string_view text);

// Every line ends in CRLF: bare LF and bare CR become one. A last line without an end gets one.
std::string with_crlf(std::string_view text);
// CRLF becomes LF, for files whose lines end so.
std::string with_lf(std::string_view text);
// True where lines end in LF alone.
bool has_bare_lf(std::string_view text);

// Without the "From sender date" line that mbox files put in front.
std::string_view without_mbox_line(std::string_view message);

// An mbox file in pieces (RFC 4155): each begins with its "From " line and reaches to the next. Joined they
// are the file. A "From " begins a message only at the start of the file or after an empty line.
std::vector<std::string_view> split_mbox(std::string_view file);

// ">From " -> "From ", ">>From " -> ">From ": what mboxrd writers quote, and back.
std::string unquote_from(std::string_view message);
std::string quote_from(std::string_view message);

}  // namespace linkgate::cli
