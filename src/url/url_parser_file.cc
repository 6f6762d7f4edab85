// The states of the URL parser for file URLs (URL Standard, section 4.4: file, file slash, file host).
#include "url/host.h"
#include "url/percent.h"
#include "url/url_parser.h"

namespace linkgate::url {
namespace {

bool starts_with_drive_letter(std::string_view text) {
  return text.size() >= 2 && is_drive_letter(text.substr(0, 2)) &&
         (text.size() == 2 || internal::contains("/\\?#", text[2]));
}

}  // namespace

// "File state": rest_ is behind "file:", or a reference relative to a file URL.
bool UrlParser::parse_file() {
  if (!rest_.empty() && is_slash(rest_[0])) return parse_file_slash();
  if (base_ == nullptr || base_->scheme_ != SchemeKind::kFile) {
    begin_file_host();
    return finish_path();
  }
  copy_base_authority();
  if (rest_.empty()) {
    copy_base_path();
    copy_base_query();
    return true;
  }
  if (rest_[0] == '?') {
    copy_base_path();
  } else if (!starts_with_drive_letter(rest_)) {
    copy_base_path();
    shorten_path();
  }
  return finish_path();
}

bool UrlParser::parse_file_slash() {
  if (rest_.size() > 1 && is_slash(rest_[1])) {
    rest_.remove_prefix(2);
    return parse_file_host();
  }
  if (base_ == nullptr || base_->scheme_ != SchemeKind::kFile) {
    begin_file_host();
    return finish_path();
  }
  copy_base_authority();
  const std::string_view path = base_->pathname();
  if (!starts_with_drive_letter(rest_.substr(1)) && path.size() >= 3 && is_drive_letter(path.substr(1, 2)) &&
      (path.size() == 3 || path[3] == '/')) {
    url_.href_.append(path, 0, 3);  // the drive of the base
  }
  return finish_path();
}

bool UrlParser::parse_file_host() {
  const size_t end = authority_end(rest_, true);
  const std::string_view host = rest_.substr(0, end);
  begin_file_host();
  if (is_drive_letter(host)) return finish_path();  // file://C:/x is a path
  if (!host.empty()) {
    const HostKind kind = append_host(url_.href_, host, true);
    if (kind == HostKind::kFailure) return false;
    if (std::string_view(url_.href_).substr(url_.at_.host_start) == "localhost") {
      url_.href_.resize(url_.at_.host_start);
    } else {
      url_.host_is_ip_ = kind == HostKind::kIp;
    }
    url_.at_.host_end = url_.at_.pathname_start = size();
  }
  rest_.remove_prefix(end);
  return finish_path();
}

}  // namespace linkgate::url
