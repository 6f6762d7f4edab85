#pragma once
// The form under which verdicts and lists look a URL up, so that spellings of one destination share one key
// and an attacker gains nothing by varying the spelling. Written down, rule by rule, in docs/urls.md.

#include <string>
#include <string_view>
#include <vector>

#include "url/url.h"

namespace linkgate::url {

// host[:port]path[?query] without scheme, userinfo, fragment and default port; percent-escapes decoded until
// stable and encoded again once; runs of slashes and dot segments folded; trailing dot of the host dropped,
// an IPv4 address mapped into IPv6 written as IPv4. http and https share a key on purpose. For other than
// http(s) the key is the href.
std::string canonical_key(const Url& url);

// 16-byte keyed-less BLAKE2b of canonical_key(): what caches and feed snapshots store.
std::string canonical_hash(std::string_view canonical_key);

// What a feed or list may have listed for this URL, most specific first: full key, without query, each parent
// path ending in '/', each parent host down to the registrable domain (as Safe Browsing's lookup expressions
// do; at most 30).
std::vector<std::string> lookup_keys(const Url& url);

}  // namespace linkgate::url
