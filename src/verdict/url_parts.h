#pragma once
// A URL cut into the parts that the URL model looks at. Spellings of one destination give the same parts:
// they are cut from the canonical key, so scheme, user, fragment, default port, case of the host, its root
// dot and percent-escapes make no difference; nor does a leading "www.".

#include <string>
#include <string_view>

#include "url/url.h"

namespace linkgate::verdict {

// What lies beyond is not looked at: no more is needed, and a long URL costs no more than this.
inline constexpr size_t kMaxModelHost = 253;  // DNS allows no more; of longer ones the end counts
inline constexpr size_t kMaxModelPath = 200;
inline constexpr size_t kMaxModelQuery = 160;

struct UrlParts {
  std::string host;  // lower case, without port; an address as url::host_as_addressed writes it
  // host is [subdomain "."] label ["." suffix]; label and suffix make the registrable domain.
  std::string_view subdomain() const;
  std::string_view label() const;
  std::string_view suffix() const;
  std::string_view domain() const { return std::string_view(host).substr(label_begin); }
  std::string_view top_level() const;  // behind the last dot; empty for addresses
  size_t label_begin = 0, label_end = 0;
  bool is_address = false;
  bool has_port = false;  // another one than 80 and 443
  std::string path;   // lower case, escapes decoded, "/" at least; escaped bytes beyond ASCII are one 0x80
  std::string query;  // the same, without "?"
  std::string path_as_written;  // with capitals
};

// REQUIRES: url.is_http().
UrlParts cut_url(const url::Url& url);

}  // namespace linkgate::verdict
