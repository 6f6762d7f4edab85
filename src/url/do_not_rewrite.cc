// The do-not-rewrite list of the policies ("safe-links-about"), whose wildcards differ from the Tenant
// Allow/Block List's.
#include <algorithm>

#include "base/ascii.h"
#include "url/host.h"
#include "url/pattern.h"
#include "url/url.h"

namespace linkgate::url {

namespace {

constexpr size_t kMaxEntry = 2048;
constexpr int kMaxWildcards = 3;

Error invalid(std::string_view entry, std::string_view why) {
  return Error(ErrorCode::kInvalidArgument,
               "do-not-rewrite entry \"" + std::string(entry.substr(0, 256)) + "\": " + std::string(why));
}

// Glob with '*' for any text, by the usual backing up to the last '*': no recursion.
bool glob_matches(std::string_view glob, std::string_view text) {
  size_t g = 0, t = 0;
  size_t star = std::string_view::npos, resume = 0;
  while (t < text.size()) {
    if (g < glob.size() && glob[g] == '*') {
      star = g++;
      resume = t;
    } else if (g < glob.size() && glob[g] == text[t]) {
      ++g, ++t;
    } else if (star != std::string_view::npos) {
      g = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (g < glob.size() && glob[g] == '*') ++g;
  return g == glob.size();
}

}  // namespace

Result<DoNotRewritePattern> DoNotRewritePattern::parse(std::string_view entry) {
  if (entry.empty() || entry.size() > kMaxEntry)
    return invalid(entry, "empty, or longer than 2048 characters");
  if (std::any_of(entry.begin(), entry.end(), [](char c) { return static_cast<uint8_t>(c) <= 0x20; })) {
    return invalid(entry, "spaces and control characters are not supported");
  }
  if (std::count(entry.begin(), entry.end(), '*') > kMaxWildcards)
    return invalid(entry, "more than three wildcards");
  DoNotRewritePattern pattern;
  pattern.text_ = entry;
  std::string_view rest = entry;
  const size_t scheme = rest.find("://");
  if (scheme != std::string_view::npos) {
    pattern.scheme_ = ascii::to_lower(rest.substr(0, scheme));
    if (pattern.scheme_ != "http" && pattern.scheme_ != "https" && pattern.scheme_ != "ftp") {
      return invalid(entry, "only http, https and ftp links are ever rewritten");
    }
    rest.remove_prefix(scheme + 3);
  }
  if (rest.starts_with("*.")) {
    pattern.subdomains_ = true;
    rest.remove_prefix(2);
  }
  const size_t host_end = std::min(rest.find_first_of("/?"), rest.size());
  const std::string_view host = rest.substr(0, host_end);
  if (host.find('*') != std::string_view::npos)
    return invalid(entry, "in a host '*' stands in front, as '*.'");
  if (host.find('@') != std::string_view::npos) return invalid(entry, "user and password are not supported");
  const auto parsed =
      Url::parse((pattern.scheme_.empty() ? "http" : pattern.scheme_) + "://" + std::string(host));
  if (!parsed) return invalid(entry, "this is no host");
  if (pattern.subdomains_ && parsed->hostname().find('.') == std::string_view::npos) {
    return invalid(entry, "a whole top-level domain cannot be left out");
  }
  pattern.host_ = parsed->host();
  std::string_view path = rest.substr(host_end);
  if (path.ends_with("/*")) {
    pattern.everything_under_ = true;
    path.remove_suffix(2);
  }
  pattern.path_ = path == "/" ? "" : path;
  return pattern;
}

bool DoNotRewritePattern::matches(std::string_view url) const {
  const auto parsed = Url::parse(url);
  if (!parsed || !(parsed->is_http() || parsed->scheme_kind() == SchemeKind::kFtp)) return false;
  if (scheme_.empty() ? !parsed->is_http() : parsed->scheme() != scheme_) return false;
  const std::string_view host = parsed->host();
  if (subdomains_) {
    if (host.size() <= host_.size() || !host.ends_with(host_) || host[host.size() - host_.size() - 1] != '.')
      return false;
  } else if (host != host_) {
    return false;
  }
  std::string path(parsed->pathname());
  path.append(parsed->search());
  if (path == "/") path.clear();
  if (glob_matches(path_, path)) return true;
  return everything_under_ && glob_matches(path_ + "/*", path);
}

}  // namespace linkgate::url
