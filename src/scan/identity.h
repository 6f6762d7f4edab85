#pragma once
// As whom we visit a page: the request headers of a browser or tool, in its order. Pages that show different
// things to different visitors are found by asking as two of them.

#include <string>
#include <string_view>
#include <vector>

namespace linkgate::scan {

struct Identity {
  std::string_view name;  // verdict::Page::identity
  std::string_view user_agent;
  std::vector<std::string_view> headers;  // "Name: value", beside User-Agent
  bool is_browser;                        // sends Sec-Fetch-Site and Referer, speaks h2
  std::string_view encodings;             // Accept-Encoding; empty: none
};

// A person at a desk, with a telephone, and a tool that hides nothing. Never null for these names.
const Identity& desktop();
const Identity& mobile();
const Identity& tool();
// "desktop", "mobile", "curl"; nullptr for others.
const Identity* find_identity(std::string_view name);

}  // namespace linkgate::scan
