#include "url/url.h"

#include <algorithm>

#include "url/url_parser.h"

namespace linkgate::url {

namespace {

bool is_c0_or_space(char c) { return static_cast<unsigned char>(c) <= 0x20; }

std::string_view trim_controls(std::string_view text) {
  while (!text.empty() && is_c0_or_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_c0_or_space(text.back())) text.remove_suffix(1);
  return text;
}

bool is_tab_or_newline(char c) { return c == '\t' || c == '\n' || c == '\r'; }

bool has_tab_or_newline(std::string_view text) {
  bool seen = false;  // no early exit: the compiler makes vector code of this
  for (const char c : text) seen |= is_tab_or_newline(c);
  return seen;
}

constexpr uint16_t default_port(SchemeKind scheme) {
  switch (scheme) {
    case SchemeKind::kHttp:
    case SchemeKind::kWs:
      return 80;
    case SchemeKind::kHttps:
    case SchemeKind::kWss:
      return 443;
    case SchemeKind::kFtp:
      return 21;
    default:
      return 0;
  }
}

}  // namespace

std::optional<Url> Url::parse(std::string_view input, const Url* base) {
  std::optional<Url> result;
  if (input.size() > kMaxUrlLength) return result;
  if (UrlParser(result.emplace(), base).run_plain(input)) return result;
  input = trim_controls(input);
  std::string cleaned;
  if (has_tab_or_newline(input)) {
    cleaned.reserve(input.size());
    for (const char c : input) {
      if (!is_tab_or_newline(c)) cleaned.push_back(c);
    }
    input = cleaned;
  }
  if (!UrlParser(result.emplace(), base).run(input) || result->href_.size() > kMaxUrlLength) result.reset();
  return result;
}

std::string_view Url::protocol() const { return std::string_view(href_).substr(0, at_.protocol_end); }
std::string_view Url::scheme() const {
  return std::string_view(href_).substr(0, at_.protocol_end > 0 ? at_.protocol_end - 1 : 0);
}

std::string_view Url::username() const {
  if (at_.username_end == at_.host_start) return {};
  const uint32_t start = at_.protocol_end + 2;
  return std::string_view(href_).substr(start, at_.username_end - start);
}

std::string_view Url::password() const {
  if (at_.host_start < at_.username_end + 2) return {};
  const uint32_t start = at_.username_end + 1;
  return std::string_view(href_).substr(start, at_.host_start - 1 - start);
}

std::string_view Url::host() const {
  const uint32_t end = at_.port == UINT32_MAX ? at_.host_end : at_.pathname_start;
  return std::string_view(href_).substr(at_.host_start, end - at_.host_start);
}
std::string_view Url::hostname() const {
  return std::string_view(href_).substr(at_.host_start, at_.host_end - at_.host_start);
}

std::string_view Url::port() const {
  if (at_.port == UINT32_MAX) return {};
  const uint32_t start = at_.host_end + 1;
  return std::string_view(href_).substr(start, at_.pathname_start - start);
}

std::string_view Url::pathname() const {
  const size_t end = std::min<size_t>(std::min(at_.search_start, at_.hash_start), href_.size());
  return std::string_view(href_).substr(at_.pathname_start, end - at_.pathname_start);
}

std::string_view Url::search() const {
  if (at_.search_start == UINT32_MAX) return {};
  const size_t end = std::min<size_t>(at_.hash_start, href_.size());
  const auto text = std::string_view(href_).substr(at_.search_start, end - at_.search_start);
  return text == "?" ? std::string_view() : text;
}

std::string_view Url::hash() const {
  if (at_.hash_start == UINT32_MAX) return {};
  const auto text = std::string_view(href_).substr(at_.hash_start);
  return text == "#" ? std::string_view() : text;
}

std::string Url::origin() const {
  if (scheme_ != SchemeKind::kOther && scheme_ != SchemeKind::kFile) {
    std::string text(protocol());
    return text.append("//").append(host());
  }
  if (scheme() == "blob") {
    const auto inner = parse(pathname());
    if (inner && inner->is_http()) return inner->origin();
  }
  return "null";
}

bool Url::is_http() const { return scheme_ == SchemeKind::kHttp || scheme_ == SchemeKind::kHttps; }
bool Url::is_special() const { return scheme_ != SchemeKind::kOther; }
bool Url::host_is_ip() const { return host_is_ip_; }
uint16_t Url::effective_port() const {
  return at_.port == UINT32_MAX ? default_port(scheme_) : static_cast<uint16_t>(at_.port);
}

}  // namespace linkgate::url
