#pragma once
// Public services that send whoever asks to the URL in their own query ("google.com/url?q=..."): phishing
// hides behind them because their host is known good. Only services that do this for any URL without being
// asked twice are listed; a link to a page about a URL (an archive, a scanner's report) is no redirect.

#include <string>
#include <vector>

#include "url/url.h"

namespace linkgate::scan {

// The absolute http(s) URLs that `url`, a link to such a service, would lead to. Empty for all other URLs.
// What is not percent-encoded UTF-8 in the parameter is taken as it stands.
std::vector<std::string> redirect_targets(const url::Url& url);

// Everything a link leads to that can be read off it without the network: the link itself first, then what
// other vendors' wrappers and known redirectors in it carry, and what those carry, at most kMaxTargets in
// all.
inline constexpr size_t kMaxTargets = 12;
struct Target {
  url::Url url;
  std::string via;  // by what the one before leads here: a vendor's name or a host; empty for the link itself
};
std::vector<Target> static_targets(const url::Url& url);

}  // namespace linkgate::scan
