#include "url/url_parser.h"

#include "base/ascii.h"
#include "url/host.h"
#include "url/percent.h"

namespace linkgate::url {

namespace {

SchemeKind scheme_kind_of(std::string_view scheme) {
  switch (scheme.size()) {
    case 2:
      return scheme == "ws" ? SchemeKind::kWs : SchemeKind::kOther;
    case 3:
      return scheme == "ftp" ? SchemeKind::kFtp : scheme == "wss" ? SchemeKind::kWss : SchemeKind::kOther;
    case 4:
      return scheme == "http" ? SchemeKind::kHttp : scheme == "file" ? SchemeKind::kFile : SchemeKind::kOther;
    case 5:
      return scheme == "https" ? SchemeKind::kHttps : SchemeKind::kOther;
    default:
      return SchemeKind::kOther;
  }
}

bool is_scheme_byte(char c) { return ascii::is_alnum(c) || c == '+' || c == '-' || c == '.'; }

enum class Dots { kNone, kSingle, kDouble };

// "." and "..", with %2e for any dot.
Dots dots_of(std::string_view segment) {
  int dots = 0;
  while (!segment.empty()) {
    if (segment[0] == '.') {
      segment.remove_prefix(1);
    } else if (ascii::istarts_with(segment, "%2e")) {
      segment.remove_prefix(3);
    } else {
      return Dots::kNone;
    }
    if (++dots > 2) return Dots::kNone;
  }
  return dots == 0 ? Dots::kNone : dots == 1 ? Dots::kSingle : Dots::kDouble;
}

}  // namespace

bool UrlParser::run(std::string_view input) {
  url_.href_.reserve(input.size() + 8);
  const size_t hash = input.find('#');
  has_fragment_ = hash != std::string_view::npos;
  if (has_fragment_) fragment_ = input.substr(hash + 1);
  rest_ = input.substr(0, hash);
  if (!take_scheme()) {
    if (!parse_without_scheme()) return false;
  } else if (url_.scheme_ == SchemeKind::kFile) {
    if (!parse_file()) return false;
  } else if (!(special_ ? parse_special() : parse_other())) {
    return false;
  }
  append_fragment();
  return true;
}

// Appends "scheme:" and consumes it. False: there is none, nothing was changed.
bool UrlParser::take_scheme() {
  size_t length = 0;
  if (rest_.starts_with("https://")) {
    length = 5;
  } else if (rest_.starts_with("http://")) {
    length = 4;
  } else {
    if (rest_.empty() || !ascii::is_alpha(rest_[0])) return false;
    while (length < rest_.size() && is_scheme_byte(rest_[length])) ++length;
    if (length == rest_.size() || rest_[length] != ':') return false;
  }
  url_.href_.assign(rest_, 0, length + 1);
  for (char& c : url_.href_) c = ascii::to_lower(c);
  url_.scheme_ = scheme_kind_of(std::string_view(url_.href_).substr(0, length));
  special_ = url_.scheme_ != SchemeKind::kOther;
  url_.at_.protocol_end = size();
  rest_.remove_prefix(length + 1);
  return true;
}

// http, https, ws, wss, ftp: with slashes or without, an authority follows, unless the base has the same
// scheme.
bool UrlParser::parse_special() {
  if (base_ != nullptr && base_->scheme_ == url_.scheme_ && !rest_.starts_with("//")) return parse_relative();
  while (!rest_.empty() && is_slash(rest_[0])) rest_.remove_prefix(1);
  return parse_authority();
}

bool UrlParser::parse_other() {
  if (rest_.starts_with("//")) {
    rest_.remove_prefix(2);
    return parse_authority();
  }
  without_authority();
  if (rest_.starts_with('/')) return finish_path();
  finish_opaque_path();
  return true;
}

bool UrlParser::parse_without_scheme() {
  if (base_ == nullptr) return false;
  url_.scheme_ = base_->scheme_;
  special_ = url_.scheme_ != SchemeKind::kOther;
  url_.href_ = base_->protocol();
  url_.at_.protocol_end = size();
  if (base_->opaque_path_) {
    if (!rest_.empty() || !has_fragment_) return false;
    url_.opaque_path_ = true;
    copy_base_authority();
    copy_base_path();
    copy_base_query();
    return true;
  }
  return url_.scheme_ == SchemeKind::kFile ? parse_file() : parse_relative();
}

// "Relative state" and "relative slash state".
bool UrlParser::parse_relative() {
  if (!rest_.empty() && is_slash(rest_[0])) {
    if (rest_.size() > 1 && is_slash(rest_[1])) {
      rest_.remove_prefix(2);
      while (special_ && !rest_.empty() && is_slash(rest_[0])) rest_.remove_prefix(1);
      return parse_authority();
    }
    copy_base_authority();
    return finish_path();
  }
  copy_base_authority();
  copy_base_path();
  if (rest_.empty()) {
    copy_base_query();
    return true;
  }
  if (rest_[0] != '?') shorten_path();
  return finish_path();
}

bool UrlParser::parse_authority() {
  begin_authority();
  const size_t end = authority_end(rest_, special_);
  std::string_view authority = rest_.substr(0, end);
  rest_.remove_prefix(end);
  const size_t at = authority.rfind('@');
  if (at != std::string_view::npos) {
    if (at + 1 == authority.size()) return false;  // credentials without a host
    if (!append_credentials(authority.substr(0, at))) return false;
    authority.remove_prefix(at + 1);
  }
  if (!append_host_and_port(authority)) return false;
  url_.at_.pathname_start = size();
  return finish_path();
}

bool UrlParser::append_credentials(std::string_view credentials) {
  const size_t colon = credentials.find(':');
  const std::string_view username = credentials.substr(0, colon);
  const std::string_view password = colon == std::string_view::npos ? "" : credentials.substr(colon + 1);
  append_encoded(url_.href_, username, kUserinfoSet);
  url_.at_.username_end = size();
  if (!password.empty()) {
    url_.href_.push_back(':');
    append_encoded(url_.href_, password, kUserinfoSet);
  }
  if (!username.empty() || !password.empty()) url_.href_.push_back('@');
  url_.at_.host_start = url_.at_.host_end = size();
  return true;
}

bool UrlParser::append_host_and_port(std::string_view text) {
  size_t end = text.find(':');
  if (end != std::string_view::npos && text[0] == '[') {
    const size_t bracket = text.find(']');
    end = bracket == std::string_view::npos ? std::string_view::npos : text.find(':', bracket);
  }
  const std::string_view host = text.substr(0, end);
  if (host.empty()) {
    if (special_ || end != std::string_view::npos) return false;
  } else {
    const HostKind kind = append_host(url_.href_, host, special_);
    if (kind == HostKind::kFailure) return false;
    url_.host_is_ip_ = kind == HostKind::kIp;
  }
  url_.at_.host_end = size();
  return end == std::string_view::npos || append_port(text.substr(end + 1));
}

bool UrlParser::append_port(std::string_view digits) {
  if (digits.empty()) return true;
  uint32_t port = 0;
  for (const char c : digits) {
    if (!ascii::is_digit(c)) return false;
    port = port * 10 + static_cast<uint32_t>(c - '0');
    if (port > 65535) return false;
  }
  if (special_ && port == url_.effective_port()) return true;  // no port set yet: the scheme's default
  url_.at_.port = port;
  url_.href_.push_back(':');
  url_.href_.append(std::to_string(port));
  return true;
}

bool UrlParser::finish_path() {
  const size_t question = rest_.find('?');
  append_path(rest_.substr(0, question));
  const std::string_view path = path_so_far();
  if (!url_.has_authority() && path.starts_with("//")) {
    url_.href_.insert(url_.at_.pathname_start, "/.");  // or the path would read as a host
    url_.at_.pathname_start += 2;
  }
  if (question != std::string_view::npos) append_query(rest_.substr(question + 1));
  return true;
}

void UrlParser::finish_opaque_path() {
  url_.opaque_path_ = true;
  const size_t question = rest_.find('?');
  std::string_view path = rest_.substr(0, question);
  // A space in front of '?' or '#' would be lost were these taken off later, so that one is encoded.
  const bool last_space = path.ends_with(' ') && (question != std::string_view::npos || has_fragment_);
  if (last_space) path.remove_suffix(1);
  append_encoded(url_.href_, path, kC0ControlSet);
  if (last_space) url_.href_.append("%20");
  if (question != std::string_view::npos) append_query(rest_.substr(question + 1));
}

// "Path start state" and "path state".
void UrlParser::append_path(std::string_view path) {
  if (path.empty()) {
    if (special_ && path_so_far().empty()) url_.href_.push_back('/');
    return;
  }
  if (is_slash(path[0])) path.remove_prefix(1);
  // Most paths need nothing done to them.
  uint8_t seen = 0;
  bool dot_or_backslash = false;
  for (const char c : path) {
    seen |= internal::kEncodeSets[static_cast<uint8_t>(c)];
    dot_or_backslash |= c == '\\';
  }
  const bool dots = path.starts_with('.') || path.find("/.") != std::string_view::npos ||
                    path.find('%') != std::string_view::npos;
  if ((seen & kPathSet) || dots || dot_or_backslash || url_.scheme_ == SchemeKind::kFile) {
    append_segments(path);
    return;
  }
  url_.href_.push_back('/');
  url_.href_.append(path);
}

void UrlParser::append_segments(std::string_view path) {
  for (;;) {
    size_t end = 0;
    while (end < path.size() && !is_slash(path[end])) ++end;
    const std::string_view segment = path.substr(0, end);
    const bool last = end == path.size();
    const Dots dots = dots_of(segment);
    if (dots == Dots::kDouble) shorten_path();
    if (dots == Dots::kNone) {
      const bool drive =
          url_.scheme_ == SchemeKind::kFile && path_so_far().empty() && is_drive_letter(segment);
      url_.href_.push_back('/');
      append_encoded(url_.href_, segment, kPathSet);
      if (drive) url_.href_.back() = ':';
    } else if (last) {
      url_.href_.push_back('/');
    }
    if (last) return;
    path.remove_prefix(end + 1);
  }
}

void UrlParser::append_query(std::string_view query) {
  url_.at_.search_start = size();
  url_.href_.push_back('?');
  append_encoded(url_.href_, query, special_ ? kSpecialQuerySet : kQuerySet);
}

void UrlParser::append_fragment() {
  if (!has_fragment_) return;
  url_.at_.hash_start = size();
  url_.href_.push_back('#');
  append_encoded(url_.href_, fragment_, kFragmentSet);
}

void UrlParser::begin_authority() {
  url_.href_.append("//");
  url_.at_.username_end = url_.at_.host_start = url_.at_.host_end = url_.at_.pathname_start = size();
}

void UrlParser::without_authority() {
  url_.at_.username_end = url_.at_.host_start = url_.at_.host_end = url_.at_.pathname_start = size();
}

void UrlParser::begin_file_host() { begin_authority(); }

// The base's scheme is ours, so its offsets hold for us up to the path.
void UrlParser::copy_base_authority() {
  const auto& from = base_->at_;
  const uint32_t end = from.port == UINT32_MAX ? from.host_end : from.pathname_start;  // without "/."
  url_.href_.append(base_->href_, from.protocol_end, end - from.protocol_end);
  url_.at_ = from;
  url_.at_.pathname_start = end;
  url_.at_.search_start = url_.at_.hash_start = UINT32_MAX;
  url_.host_is_ip_ = base_->host_is_ip_;
}

void UrlParser::copy_base_path() {
  const std::string_view path = base_->pathname();
  url_.href_.append(path);
}

void UrlParser::copy_base_query() {
  if (!url_.has_authority() && path_so_far().starts_with("//")) {
    url_.href_.insert(url_.at_.pathname_start, "/.");
    url_.at_.pathname_start += 2;
  }
  if (base_->at_.search_start == UINT32_MAX) return;
  const size_t end = std::min<size_t>(base_->at_.hash_start, base_->href_.size());
  url_.at_.search_start = size();
  url_.href_.append(base_->href_, base_->at_.search_start, end - base_->at_.search_start);
}

void UrlParser::shorten_path() {
  const std::string_view path = path_so_far();
  if (url_.scheme_ == SchemeKind::kFile && path.size() == 3 && is_drive_letter(path.substr(1))) return;
  const size_t slash = path.rfind('/');
  if (slash != std::string_view::npos) url_.href_.resize(url_.at_.pathname_start + slash);
}

}  // namespace linkgate::url
