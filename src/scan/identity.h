#pragma once
// As whom a page is fetched: the request headers of a browser or tool, in its order. Pages that show
// different things to different visitors are found by asking as two of them. What people's browsers send is
// told by browser/identity.h, so that a fetch and a rendering are one person's.

#include <string>
#include <string_view>
#include <vector>

#include "scan/looker.h"

namespace linkgate::scan {

struct Identity {
  std::string name;  // verdict::Page::identity: "desktop", "mobile", "desktop de-DE", "curl"
  std::string user_agent;
  std::vector<std::string> headers;  // "Name: value", beside User-Agent
  bool is_browser = false;           // sends Sec-Fetch-Site and Referer, speaks h2
  std::string encodings;             // Accept-Encoding; empty: none
};

// `language`: what a person reads ("de-DE"); empty: the default. A program reads none.
Identity identity_of(Visitor visitor, std::string_view language = "");

}  // namespace linkgate::scan
