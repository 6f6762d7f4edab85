#pragma once
// Under what a list of URL hashes may have a URL: the suffix and prefix expressions of Safe Browsing (v5,
// "URLs and Hashing") and of Web Risk ("URLs and hashing"), of which SHA-256 is taken.

#include <string>
#include <vector>

#include "url/url.h"

namespace linkgate::url {

// "evil.example/login?x", "evil.example/", ...: the most specific first, each once; none for what is not
// http(s). Hosts are the exact one and up to four shorter ones, both as v5 finds them (from the registrable
// domain up) and as Web Risk does (from the last five labels down); paths the exact one with and without
// query and the first four directories.
std::vector<std::string> hash_expressions(const Url& url);

}  // namespace linkgate::url
