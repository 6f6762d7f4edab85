#include "verdict/url_parts.h"

#include "base/ascii.h"
#include "url/canonical_key.h"
#include "url/domain.h"

namespace linkgate::verdict {
namespace {

constexpr char kBeyondAscii = '\x80';

// Escapes as the bytes that they stand for. In a canonical key nothing is escaped twice.
std::string readable(std::string_view text, size_t limit) {
  std::string out;
  for (size_t i = 0; i < text.size() && out.size() < limit; ++i) {
    char c = text[i];
    if (c == '%' && i + 2 < text.size() && ascii::is_hex(text[i + 1]) && ascii::is_hex(text[i + 2])) {
      c = static_cast<char>(ascii::hex_value(text[i + 1]) * 16 + ascii::hex_value(text[i + 2]));
      i += 2;
    }
    if (static_cast<uint8_t>(c) < 0x80) {
      out.push_back(c);
    } else if (out.empty() || out.back() != kBeyondAscii) {
      out.push_back(kBeyondAscii);
    }
  }
  return out;
}

std::string_view without_www(std::string_view host) {
  if (host.starts_with("www.") && host.find('.', 4) != std::string_view::npos) host.remove_prefix(4);
  return host;
}

void cut_host(std::string_view host, bool is_address, UrlParts* parts) {
  if (!is_address) host = without_www(host);
  if (host.size() > kMaxModelHost) host.remove_prefix(host.size() - kMaxModelHost);
  parts->host = host;
  parts->is_address = is_address;
  parts->label_end = parts->host.size();
  if (is_address) return;
  const size_t domain = url::registrable_domain(parts->host).size();
  parts->label_begin = parts->host.size() - std::min(domain, parts->host.size());
  const size_t dot = parts->host.find('.', parts->label_begin);
  if (dot != std::string::npos) parts->label_end = dot;
}

}  // namespace

std::string_view UrlParts::subdomain() const {
  return std::string_view(host).substr(0, label_begin == 0 ? 0 : label_begin - 1);
}

std::string_view UrlParts::label() const {
  return std::string_view(host).substr(label_begin, label_end - label_begin);
}

std::string_view UrlParts::suffix() const {
  return label_end >= host.size() ? std::string_view() : std::string_view(host).substr(label_end + 1);
}

std::string_view UrlParts::top_level() const {
  if (is_address) return {};
  return std::string_view(host).substr(host.rfind('.') + 1);  // npos + 1 is 0
}

UrlParts cut_url(const url::Url& url) {
  UrlParts parts;
  const std::string key = url::canonical_key(url);
  const size_t slash = std::min(key.find('/'), key.size());
  std::string_view host = std::string_view(key).substr(0, slash);
  if (const size_t colon = host.rfind(':'); colon != host.npos && host.find(']', colon) == host.npos) {
    parts.has_port = true;
    host = host.substr(0, colon);
  }
  cut_host(host, url.host_is_ip(), &parts);
  const std::string_view rest = std::string_view(key).substr(slash);
  const size_t mark = std::min(rest.find('?'), rest.size());
  parts.path_as_written = readable(rest.substr(0, mark), kMaxModelPath);
  parts.path = ascii::to_lower(parts.path_as_written);
  if (mark < rest.size()) parts.query = ascii::to_lower(readable(rest.substr(mark + 1), kMaxModelQuery));
  return parts;
}

}  // namespace linkgate::verdict
