#include "url/unwrap.h"

#include <algorithm>

#include "base/ascii.h"
#include "base/base64.h"
#include "url/percent.h"
#include "url/unwrap_proofpoint.h"
#include "url/url.h"

namespace linkgate::url {

namespace {

// A link taken apart as wrappers see it: nothing is decoded or normalized, since vendors differ in both.
struct Link {
  std::string_view host;    // as it stands, without port
  std::string_view target;  // all behind the authority
  std::string_view path;    // of it, what stands in front of the '?'
  std::string_view query;   // and what stands behind
};

struct Target {
  std::string url;     // empty: the wrapper does not say
  std::string domain;  // what it says of the host then
};

// The value of a parameter as it stands. A value that was pasted without escaping
// ("u=https://h/?a=1&b=2&c=...") runs on to the next of the vendor's own parameters, `own`.
std::optional<std::string_view> raw_parameter(std::string_view query, std::string_view name,
                                              std::string_view own) {
  size_t start = 0;
  while (start <= query.size()) {
    size_t end = std::min(query.find('&', start), query.size());
    std::string_view parameter = query.substr(start, end - start);
    if (ascii::istarts_with(parameter, name) && parameter.substr(name.size()).starts_with('=')) {
      const size_t value = start + name.size() + 1;
      while (parameter.find("://") != std::string_view::npos && end < query.size()) {
        const std::string_view next = query.substr(end + 1);
        const std::string_view next_name = next.substr(0, next.find_first_of("=&"));
        const auto names = ascii::split(own, ' ');
        if (std::find(names.begin(), names.end(), next_name) != names.end()) break;
        end = std::min(query.find('&', end + 1), query.size());
      }
      std::string_view found = query.substr(value, end - value);
      if (found.starts_with("3D")) found.remove_prefix(2);  // quoted-printable that nobody decoded
      return found;
    }
    start = end + 1;
  }
  return std::nullopt;
}

std::string parameter(const Link& link, std::string_view name, std::string_view own) {
  const auto raw = raw_parameter(link.query, name, own);
  return raw ? percent_decode(*raw) : std::string();
}

using Decode = Target (*)(const Link&);

Target safe_links(const Link& link) { return {parameter(link, "url", "data sdata reserved"), ""}; }
Target barracuda(const Link& link) { return {parameter(link, "a", "c typo ancr_add"), ""}; }
Target trend_micro(const Link& link) { return {parameter(link, "url", "umid auth rct"), ""}; }
Target symantec(const Link& link) { return {parameter(link, "u", "h d"), ""}; }
Target fireeye(const Link& link) { return {parameter(link, "u", "k q e"), ""}; }
Target esva(const Link& link) { return {parameter(link, "u", "e h f p v"), ""}; }
Target azure(const Link& link) { return {parameter(link, "destination", "p"), ""}; }
Target whatsapp(const Link& link) { return {parameter(link, "u", "e s"), ""}; }
Target trustwave(const Link& link) { return {parameter(link, "u", "c d s"), ""}; }
Target mimecast(const Link& link) { return {"", parameter(link, "domain", "")}; }

Target proofpoint(const Link& link) {
  if (link.path.starts_with("/v1/")) return {parameter(link, "u", "k r m s"), ""};
  if (link.path.starts_with("/v2/")) {
    const auto raw = raw_parameter(link.query, "u", "d c r m s e");
    return {raw ? decode_proofpoint_v2(*raw) : "", ""};
  }
  if (!link.path.starts_with("/v3/")) return {};
  // The target's own '?' is part of what v3 wraps.
  return {decode_proofpoint_v3(link.target.substr(4)), ""};
}

Target sophos(const Link& link) {
  std::string encoded = parameter(link, "u", "d i t h s");
  for (char& c : encoded) c = c == '-' ? '+' : c == '_' ? '/' : c;
  auto url = base64_decode(encoded);
  return {url ? *url : "", parameter(link, "d", "")};
}

// secure-web.cisco.com/1<token>/<escaped URL>; links of 2013 and 2014 end behind the token.
Target cisco(const Link& link) {
  const size_t slash = link.path.find('/', 1);
  if (slash == std::string_view::npos) return {};
  std::string url = percent_decode(link.path.substr(slash + 1));
  if (!link.query.empty() && !url.empty()) url.append("?").append(link.query);
  return {std::move(url), ""};
}

Target aws_ses(const Link& link) {
  if (link.path.size() < 4 || link.path[1] != 'L' || !ascii::is_digit(link.path[2]) || link.path[3] != '/')
    return {};
  const std::string_view rest = link.path.substr(4);
  return {percent_decode(rest.substr(0, rest.find('/'))), ""};
}

// v2/[rNN/]___<url>___.<blob>: the URL as it was, but for what mail systems did to its first characters. Some
// variants shift letters; those are not read.
Target check_point(const Link& link) {
  const std::string_view all = link.target;
  const size_t open = all.find("___");
  if (!all.starts_with("/v2/") || open == std::string_view::npos) return {};
  const std::string_view rest = all.substr(open + 3);
  const size_t close = rest.rfind("___");
  std::string url(rest.substr(0, close));
  for (const std::string_view scheme : {"https", "http"}) {
    for (const std::string_view mangled : {"%3A%2F%2F", "%3A//", "%3A/", ":/"}) {
      const std::string front = std::string(scheme) + std::string(mangled);
      if (!ascii::istarts_with(url, front)) continue;
      if (mangled == "%3A%2F%2F") return {percent_decode(url), ""};
      if (mangled == ":/" && url.compare(front.size(), 1, "/") == 0) break;
      return {std::string(scheme) + "://" + url.substr(front.size()), ""};
    }
  }
  return {std::move(url), ""};
}

struct Vendor {
  std::string_view name;
  std::string_view host;  // exact, or a suffix where it begins with '.' or '-'
  Decode decode;
};

constexpr Vendor kVendors[] = {
    {"safelinks", ".safelinks.protection.outlook.com", safe_links},
    {"safelinks", ".safelinks.protection.office365.us", safe_links},
    {"safelinks", ".safelinks.protection.outlook.cn", safe_links},
    {"proofpoint", "urldefense.com", proofpoint},
    {"proofpoint", "urldefense.us", proofpoint},
    {"proofpoint", "urldefense.proofpoint.com", proofpoint},
    {"mimecast", ".mimecastprotect.com", mimecast},
    {"mimecast", ".mimecast.com", mimecast},
    {"barracuda", "linkprotect.cudasvc.com", barracuda},
    {"cisco", "secure-web.cisco.com", cisco},
    {"sophos", ".protection.sophos.com", sophos},
    {"trendmicro", "-ctp.trendmicro.com", trend_micro},
    {"symantec", "clicktime.symantec.com", symantec},
    {"checkpoint", "protect.checkpoint.com", check_point},
    {"avanan", "url.avanan.click", check_point},
    {"fireeye", "protect.fireeye.com", fireeye},
    {"fireeye", "protect2.fireeye.com", fireeye},
    {"esvalabs", "urlsand.esvalabs.com", esva},
    {"azure_email", "emails.azure.microsoft.com", azure},
    {"azure_email", ".safelink.emails.azure.net", azure},
    {"aws_ses", ".awstrack.me", aws_ses},
    {"whatsapp", "l.wl.co", whatsapp},
    {"trustwave", "scanmail.trustwave.com", trustwave},
};

const Vendor* vendor_of(const Link& link) {
  for (const auto& vendor : kVendors) {
    const bool suffix = internal::contains(".-", vendor.host[0]);
    if (!ascii::iends_with(link.host, vendor.host)) continue;
    if (!suffix && link.host.size() != vendor.host.size()) continue;
    // mimecast.com is a company's site too: only its /s/ paths are wrappers.
    if (vendor.name == "mimecast" && !link.path.starts_with("/s/")) return nullptr;
    return &vendor;
  }
  return nullptr;
}

bool needs_cleaning(std::string_view url) {
  bool blank = false;
  for (const char c : url) blank |= ascii::is_space(c);
  return blank || url.find("&amp;") != std::string_view::npos || url.find("&AMP;") != std::string_view::npos;
}

// What mail systems leave in a link: entities, soft line breaks, blanks.
std::string clean(std::string_view url) {
  std::string out;
  out.reserve(url.size());
  for (size_t i = 0; i < url.size(); ++i) {
    const std::string_view rest = url.substr(i);
    if (ascii::istarts_with(rest, "&amp;")) {
      out.push_back('&');
      i += 4;
    } else if (rest.starts_with("=\r\n") || rest.starts_with("=\n")) {
      i += rest[1] == '\r' ? 2 : 1;
    } else if (!ascii::is_space(url[i])) {
      out.push_back(url[i]);
    }
  }
  return out;
}

// No vendor's host has other characters, and with them a browser may open another one:
// "evil.example\\.vendor".
bool is_wrapper_host(std::string_view host) {
  return host.find('.') != std::string_view::npos && std::all_of(host.begin(), host.end(), [](char c) {
           return ascii::is_alnum(c) || c == '.' || c == '-';
         });
}

// ":443" or nothing; not the ":x@evil.example" of a user whose name looks like a host.
bool is_port(std::string_view text) {
  return text.empty() || text.find_first_not_of("0123456789", 1) == std::string_view::npos;
}

std::optional<Link> take_apart(std::string_view url) {
  for (const std::string_view scheme : {"https://", "http://"}) {
    if (ascii::istarts_with(url, scheme)) {
      url.remove_prefix(scheme.size());
      break;
    }
  }
  const size_t host_end = std::min(url.find_first_of("/?#"), url.size());
  Link link;
  const std::string_view authority = url.substr(0, host_end);
  link.host = authority.substr(0, authority.find(':'));
  if (!is_wrapper_host(link.host) || !is_port(authority.substr(link.host.size()))) return std::nullopt;
  link.target = url.substr(host_end);
  const size_t question = link.target.find('?');
  link.path = link.target.substr(0, question);
  if (question != std::string_view::npos) link.query = link.target.substr(question + 1);
  return link;
}

bool is_target(std::string_view url) {
  const auto parsed = Url::parse(url);
  return parsed && (parsed->is_http() || parsed->scheme_kind() == SchemeKind::kFtp);
}

}  // namespace

Unwrapped unwrap(std::string_view url) {
  Unwrapped result;
  result.url = url;
  for (int depth = 0; depth < kMaxUnwrapDepth; ++depth) {
    const std::string cleaned = needs_cleaning(result.url) ? clean(result.url) : "";
    const auto link = take_apart(cleaned.empty() ? result.url : cleaned);
    const Vendor* vendor = link ? vendor_of(*link) : nullptr;
    if (vendor == nullptr) break;
    Target target = vendor->decode(*link);
    result.wrappers.emplace_back(vendor->name);
    if (!is_target(target.url)) {
      result.opaque = true;
      result.domain_hint = std::move(target.domain);
      break;
    }
    result.url = std::move(target.url);
  }
  return result;
}

}  // namespace linkgate::url
