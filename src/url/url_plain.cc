// The common case of parsing, in one pass over the input and one copy of it: an http or https URL that is
// already as the serializer would print it, but for the case of its host. Everything else is left to the full
// parser.

#include <array>

#include "base/ascii.h"
#include "url/percent.h"
#include "url/url_parser.h"

namespace linkgate::url {

namespace {

enum ByteClass : uint8_t {
  kNotInHost = 1,
  kUpperInHost = 2,
  kEndsPath = 4,     // '?' and '#'
  kLookInPath = 8,   // '.' and '%', which may be dot segments
  kNotInPath = 16,   // would be escaped or turned round
  kNotInQuery = 32,  // would be escaped; '#' is looked for first
  kNotInFragment = 64,
};

constexpr std::array<uint8_t, 256> make_classes() {
  std::array<uint8_t, 256> table{};
  for (int byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    const uint8_t sets = internal::encode_sets_of(byte);
    int classes = 0;
    if (!ascii::is_alnum(c) && !internal::contains(".-_", c)) classes |= kNotInHost;
    if (ascii::is_upper(c)) classes |= kUpperInHost;
    if (c == '?' || c == '#') classes |= kEndsPath;
    if (c == '.' || c == '%') classes |= kLookInPath;
    if ((sets & kPathSet) && c != '?' && c != '#') classes |= kNotInPath;
    if (c == '\\') classes |= kNotInPath;
    if (sets & kSpecialQuerySet) classes |= kNotInQuery;
    if (sets & kFragmentSet) classes |= kNotInFragment;
    table[byte] = static_cast<uint8_t>(classes);
  }
  return table;
}
constexpr std::array<uint8_t, 256> kClasses = make_classes();

uint8_t class_of(char c) { return kClasses[static_cast<uint8_t>(c)]; }

// "/." begins or may begin a dot segment; so does "%2e". Rare in paths that mean nothing by it.
bool may_be_dots(std::string_view input, size_t at) {
  if (input[at] == '.') return input[at - 1] == '/';
  return at + 2 < input.size() && input[at + 1] == '2' && (input[at + 2] | 0x20) == 'e';
}

// A last label that begins with a digit may make the host an address.
bool may_be_address(std::string_view host) {
  if (host.ends_with('.')) host.remove_suffix(1);
  const size_t dot = host.rfind('.');
  const size_t last = dot == std::string_view::npos ? 0 : dot + 1;
  return last < host.size() && ascii::is_digit(host[last]);
}

}  // namespace

bool UrlParser::run_plain(std::string_view input) {
  const bool secure = input.starts_with("https://");
  if (!secure && !input.starts_with("http://")) return false;
  const size_t host_start = secure ? 8 : 7;
  size_t at = host_start;
  uint8_t seen = 0;
  for (; at < input.size() && !(class_of(input[at]) & kNotInHost); ++at) seen |= class_of(input[at]);
  const size_t host_end = at;
  const bool bare = host_end == input.size();  // "https://example.com": the path is "/"
  if (host_end == host_start || (!bare && input[host_end] != '/')) return false;
  if (may_be_address(input.substr(host_start, host_end - host_start))) return false;
  for (++at; at < input.size(); ++at) {
    const uint8_t classes = class_of(input[at]);
    if (!(classes & (kEndsPath | kLookInPath | kNotInPath))) continue;
    if (classes & kEndsPath) break;
    if ((classes & kNotInPath) || may_be_dots(input, at)) return false;
  }
  auto& parts = url_.at_;
  if (at < input.size() && input[at] == '?') {
    parts.search_start = static_cast<uint32_t>(at);
    for (++at; at < input.size() && input[at] != '#'; ++at) {
      if (class_of(input[at]) & kNotInQuery) return false;
    }
  }
  if (at < input.size()) {
    parts.hash_start = static_cast<uint32_t>(at);
    for (++at; at < input.size(); ++at) {
      if (class_of(input[at]) & kNotInFragment) return false;
    }
  }
  url_.href_.reserve(input.size() + bare);
  url_.href_ = input;
  if (bare) url_.href_.push_back('/');
  if (seen & kUpperInHost) {
    for (size_t i = host_start; i < host_end; ++i) url_.href_[i] = ascii::to_lower(url_.href_[i]);
  }
  parts.protocol_end = secure ? 6 : 5;
  parts.username_end = parts.host_start = static_cast<uint32_t>(host_start);
  parts.host_end = parts.pathname_start = static_cast<uint32_t>(host_end);
  url_.scheme_ = secure ? SchemeKind::kHttps : SchemeKind::kHttp;
  return true;
}

}  // namespace linkgate::url
