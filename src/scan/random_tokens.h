#pragma once
// What is made up for one recipient or one answer: identifiers, secrets, nonces, dates. Pure.

#include <string>
#include <string_view>

namespace linkgate::scan {

// `text` with each run that looks made up as "*" and each number as "0", lower case, blanks folded: what is
// left is the same for the next recipient and the next answer.
std::string without_tokens(std::string_view text);

// Links of one sender that differ by such runs alone share a group; empty for a link that has none and so is
// the same for everybody. `url` is absolute.
std::string recipient_group(std::string_view url, std::string_view sender_domain);

}  // namespace linkgate::scan
