#include "url/pattern.h"

#include <algorithm>
#include <vector>

#include "base/ascii.h"
#include "url/host.h"
#include "url/ip_address.h"
#include "url/percent.h"

namespace linkgate::url {

namespace {

constexpr size_t kMaxTablEntry = 250;  // Defender's own limit

// Last labels that are file types and no top-level domains: "test.pdf" is a file name, "test.zip" may be a
// host.
constexpr std::string_view kFileTypes[] = {
    "7z",  "apk",  "asp",  "aspx", "bat", "bin",  "bmp",  "cgi",   "cmd", "css",  "csv",  "dll",
    "doc", "docm", "docx", "dot",  "eml", "exe",  "gif",  "gz",    "htm", "html", "ics",  "img",
    "iso", "jar",  "jpeg", "jpg",  "js",  "json", "jsp",  "lnk",   "log", "mp3",  "mp4",  "msg",
    "msi", "odt",  "one",  "pdf",  "php", "png",  "ppt",  "pptx",  "ps1", "rar",  "rtf",  "svg",
    "tar", "tgz",  "tiff", "txt",  "vbs", "wav",  "webp", "xhtml", "xls", "xlsm", "xlsx", "xml"};

Error invalid(std::string_view entry, std::string_view why) {
  return Error(ErrorCode::kInvalidArgument,
               "URL entry \"" + std::string(entry.substr(0, kMaxTablEntry)) + "\": " + std::string(why));
}

struct LinkParts {
  std::string host;        // see the header
  std::string path;        // path and query, "" for the root alone
  bool backslash = false;  // in the authority
};

// The authority up to the first of `stops`, then the rest without fragment.
LinkParts take_apart(std::string_view url, std::string_view stops) {
  const size_t scheme = url.find("://");
  if (scheme != std::string_view::npos && url.find_first_of("/?#.") > scheme) url.remove_prefix(scheme + 3);
  url = url.substr(0, url.find('#'));
  const size_t end = std::min(url.find_first_of(stops), url.size());
  std::string_view authority = url.substr(0, end);
  authority = authority.substr(authority.rfind('@') + 1);  // npos + 1 is 0
  const size_t colon = authority.find(':', authority.starts_with('[') ? authority.find(']') : 0);
  authority = authority.substr(0, colon);
  LinkParts parts;
  parts.backslash = authority.find('\\') != std::string_view::npos;
  if (parts.backslash || append_host(parts.host, authority, true) == HostKind::kFailure) {
    parts.host = ascii::to_lower(authority);
  }
  parts.host = host_as_addressed(parts.host);
  parts.path = url.substr(end);
  if (!parts.path.empty() && parts.path[0] != '/') parts.path.insert(0, "/");
  if (parts.path == "/") parts.path.clear();
  return parts;
}

bool is_name_byte(char c) { return ascii::is_alnum(c) || c == '-' || c == '_'; }

// `needle` as a whole word of `text`: Defender's bare domain in a block also hits it in another host's path
// or query.
bool contains_token(std::string_view text, std::string_view needle, bool needle_has_path) {
  for (size_t at = text.find(needle); at != std::string_view::npos; at = text.find(needle, at + 1)) {
    if (at > 0 && is_name_byte(text[at - 1])) continue;
    const std::string_view after = text.substr(at + needle.size());
    if (after.empty()) return true;
    if (needle_has_path) {
      if (internal::contains("/?#&", after[0])) return true;
      continue;
    }
    const bool next_label = after[0] == '.' && after.size() > 1 && is_name_byte(after[1]);
    if (!is_name_byte(after[0]) && !next_label) return true;
  }
  return false;
}

// The path's segments: "test.com/contoso.com" and "/www.contoso.com/x", not "/q=contoso.com".
bool has_segment_of(std::string_view path, std::string_view host) {
  path = path.substr(0, path.find('?'));
  for (const auto segment : ascii::split(path, '/')) {
    if (ascii::iequals(segment, host)) return true;
    if (segment.size() > host.size() && ascii::iends_with(segment, host) &&
        segment[segment.size() - host.size() - 1] == '.') {
      return true;
    }
  }
  return false;
}

std::string_view why_not_a_host(std::string_view host) {
  const size_t dot = host.rfind('.');
  if (dot == std::string_view::npos) return "a host needs a period";
  if (dot == 0) return "there is no name in front of the period";
  if (host.size() - dot - 1 < 2) return "at least two characters must follow the last period";
  for (const auto label : ascii::split(host, '.')) {
    if (label.empty()) return "a label is empty";
    if (!std::all_of(label.begin(), label.end(), is_name_byte))
      return "the host has characters that no host has";
  }
  const std::string last = ascii::to_lower(host.substr(dot + 1));
  if (std::find(std::begin(kFileTypes), std::end(kFileTypes), last) != std::end(kFileTypes)) {
    return "this is a file name, not a host";
  }
  return {};
}

std::string_view why_not_text(std::string_view entry) {
  if (entry.empty()) return "the entry is empty";
  if (entry.size() > kMaxTablEntry) return "longer than 250 characters";
  for (const char c : entry) {
    if (static_cast<uint8_t>(c) >= 0x80) return "Unicode is not supported; write the host in Punycode";
    if (static_cast<uint8_t>(c) <= 0x20 || c == 0x7f)
      return "spaces and control characters are not supported";
    if (internal::contains("\"'`", c)) return "quotes are not supported";
  }
  if (entry.find("://") != std::string_view::npos) return "the protocol is not supported; leave it out";
  return {};
}

}  // namespace

Result<TablPattern> TablPattern::parse(std::string_view entry) {
  if (const auto why = why_not_text(entry); !why.empty()) return invalid(entry, why);
  TablPattern pattern;
  pattern.text_ = entry;
  std::string_view rest = entry;
  if (rest.starts_with("*.")) {
    pattern.hosts_ = Hosts::kSubdomains;
    rest.remove_prefix(2);
  } else if (rest.starts_with('~')) {
    pattern.hosts_ = Hosts::kDomainAndSubdomains;
    rest.remove_prefix(1);
    if (rest.ends_with('~')) {
      pattern.paths_ = Paths::kAny;
      rest.remove_suffix(1);
    }
  }
  if (rest.ends_with("/*")) {
    pattern.paths_ = Paths::kPrefix;
    rest.remove_suffix(1);
  }
  if (rest.find('*') != std::string_view::npos) {
    return invalid(entry, "a wildcard stands in front as '*.' or at the end as '/*', once each");
  }
  if (rest.find('~') != std::string_view::npos) return invalid(entry, "'~' stands at the very ends only");
  const size_t slash = std::min(rest.find('/'), rest.size());
  const std::string_view host = rest.substr(0, slash);
  pattern.path_ = rest.substr(slash);
  if (pattern.path_ == "/" && pattern.paths_ == Paths::kNone) pattern.path_.clear();
  if (!pattern.path_.empty() && pattern.paths_ == Paths::kNone) pattern.paths_ = Paths::kExact;
  if (pattern.paths_ == Paths::kAny && !pattern.path_.empty())
    return invalid(entry, "'~' at the end follows a host");
  if (host.find('@') != std::string_view::npos) return invalid(entry, "user and password are not supported");
  const bool bracketed = host.starts_with('[') && host.ends_with(']');
  const auto ipv6 = parse_ipv6(bracketed ? host.substr(1, host.size() - 2) : host);
  if (ipv6 || (std::count(host.begin(), host.end(), '.') == 3 && parse_ipv4(host))) {
    if (pattern.hosts_ != Hosts::kExact) return invalid(entry, "an address takes no wildcard");
    pattern.ip_ = true;
    append_host(pattern.host_, ipv6 && !bracketed ? "[" + std::string(host) + "]" : std::string(host), true);
    pattern.host_ = host_as_addressed(pattern.host_);
    return pattern;
  }
  if (host.find(':') != std::string_view::npos) return invalid(entry, "ports are not supported");
  pattern.host_ = ascii::to_lower(host);
  const bool label = host.size() >= 2 && std::all_of(host.begin(), host.end(), is_name_byte);
  if (label && pattern.hosts_ == Hosts::kSubdomains && pattern.paths_ == Paths::kPrefix &&
      pattern.path_ == "/") {
    pattern.tld_ = true;
    return pattern;
  }
  if (const auto why = why_not_a_host(host); !why.empty()) return invalid(entry, why);
  return pattern;
}

Result<void> TablPattern::check(ListAction action) const {
  if (tld_ && action == ListAction::kAllow)
    return invalid(text_, "a whole top-level domain can be blocked, not allowed");
  return {};
}

bool TablPattern::matches_host(std::string_view host) const {
  if (host == host_) return hosts_ != Hosts::kSubdomains || tld_;
  return hosts_ != Hosts::kExact && host.size() > host_.size() && host.ends_with(host_) &&
         host[host.size() - host_.size() - 1] == '.';
}

bool TablPattern::matches_path(std::string_view path) const {
  switch (paths_) {
    case Paths::kNone:
      return path.empty();
    case Paths::kExact:
      return path == path_;
    case Paths::kPrefix:
      return path.starts_with(path_) && (path_.size() > 1 || path.size() > 1);
    case Paths::kAny:
      return true;
  }
  return false;
}

bool TablPattern::matches(std::string_view url, ListAction action) const {
  const bool block = action == ListAction::kBlock;
  if (tld_ && !block) return false;
  const LinkParts kept = take_apart(url, "/?");
  if (kept.backslash && !block) return false;
  const LinkParts browser = kept.backslash ? take_apart(url, "/?\\") : kept;
  for (const LinkParts* parts : {&kept, &browser}) {
    if (matches_host(parts->host) && (tld_ || matches_path(parts->path))) return true;
    if (paths_ == Paths::kAny && has_segment_of(parts->path, host_)) return true;
    if (!kept.backslash) break;
  }
  const bool token =
      block && !ip_ && hosts_ == Hosts::kExact && (paths_ == Paths::kNone || paths_ == Paths::kExact);
  if (!token) return false;
  if (paths_ == Paths::kExact) return contains_token(kept.host + kept.path, host_ + path_, true);
  return contains_token(ascii::to_lower(kept.host + kept.path), host_, false);
}

}  // namespace linkgate::url
