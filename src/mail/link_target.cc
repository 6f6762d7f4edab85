#include "mail/link_target.h"

#include <algorithm>

#include "base/ascii.h"
#include "url/find.h"

namespace linkgate::mail {
namespace {

// As the URL parser does: C0 controls and spaces at both ends go, tabs and line ends everywhere.
std::string cleaned(std::string_view reference) {
  while (!reference.empty() && static_cast<unsigned char>(reference.front()) <= 0x20)
    reference.remove_prefix(1);
  while (!reference.empty() && static_cast<unsigned char>(reference.back()) <= 0x20)
    reference.remove_suffix(1);
  std::string out(reference);
  std::erase_if(out, [](char c) { return c == '\t' || c == '\n' || c == '\r'; });
  return out;
}

// The scheme without its colon; empty where there is none. "example.com:8080" has a host, not a scheme.
std::string_view scheme_of(std::string_view text) {
  if (text.empty() || !ascii::is_alpha(text[0])) return {};
  size_t end = 1;
  while (end < text.size() &&
         (ascii::is_alnum(text[end]) || text[end] == '+' || text[end] == '-' || text[end] == '.')) {
    ++end;
  }
  if (end >= text.size() || text[end] != ':') return {};
  const std::string_view scheme = text.substr(0, end);
  const bool port = end + 1 < text.size() && ascii::is_digit(text[end + 1]);
  return port && scheme.find('.') != std::string_view::npos ? std::string_view() : scheme;
}

bool is_sealed_scheme(std::string_view scheme) {
  return ascii::iequals(scheme, "http") || ascii::iequals(scheme, "https") || ascii::iequals(scheme, "ftp");
}

std::string with_encoded_query(const std::string& reference, const Charset& charset) {
  if (charset.is_utf8() || is_ascii(reference)) return reference;
  const size_t fragment = std::min(reference.find('#'), reference.size());
  const size_t query = reference.find('?');
  if (query >= fragment) return reference;
  return reference.substr(0, query) +
         charset.encode_query(std::string_view(reference).substr(query, fragment - query)) +
         reference.substr(fragment);
}

Target parsed(const std::string& reference, const url::Url* base) {
  const auto url = url::Url::parse(reference, base);
  if (!url) return {reference, Unwrapped::kMalformed};
  if (is_sealed_scheme(url->scheme())) return {url->href(), Unwrapped::kNo};
  return {url->href(), Unwrapped::kNotHttp};
}

bool starts_with_host(std::string_view reference) {
  if (ascii::istarts_with(reference, "www.")) return true;
  const auto found = url::find_urls(reference);
  return !found.empty() && found[0].begin == 0 && found[0].kind != url::FoundKind::kScheme;
}

}  // namespace

std::optional<Target> html_target(std::string_view raw, const url::Url* base, const Charset& charset) {
  const std::string reference = with_encoded_query(cleaned(raw), charset);
  if (reference.empty() || reference[0] == '#') return std::nullopt;
  const std::string_view scheme = scheme_of(reference);
  if (!scheme.empty()) {
    if (is_sealed_scheme(scheme)) return parsed(reference, base);
    return Target{reference, Unwrapped::kNotHttp};
  }
  if (base != nullptr) return parsed(reference, base);
  if (reference.starts_with("//") || reference.starts_with("\\\\"))
    return parsed("http:" + reference, nullptr);
  if (starts_with_host(reference)) return parsed("http://" + reference, nullptr);
  return Target{reference, Unwrapped::kMalformed};
}

Target text_target(std::string_view found, bool www) {
  return parsed(www ? "http://" + std::string(found) : std::string(found), nullptr);
}

}  // namespace linkgate::mail
