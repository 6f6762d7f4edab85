#pragma once
// A message as text, for people who must look at it without opening it. Nothing of it is run, fetched or made
// a link. Pure.

#include <string>
#include <string_view>

namespace linkgate::respond {

struct MessageSummary {
  std::string subject, from;  // decoded; empty for what cannot be read
};
MessageSummary summarise(std::string_view message);

inline constexpr size_t kMaxPreview = 64 * 1024;  // octets of text; then it says that there is more

// Header, text (of HTML what a reader would see, scripts and styles left out), attachments by name, and links
// written so that nothing makes a link of them (hxxps://bad[.]example). Control characters but line ends are
// left out, so that it can be shown on a terminal.
std::string preview(std::string_view message);

// Nothing that a mail program makes a link of: hxxps://bad[.]example.
std::string defanged(std::string_view text);
// Without control characters but line ends and tabs.
std::string printable(std::string_view text);

}  // namespace linkgate::respond
