#include "url/hash_expressions.h"

#include <algorithm>

#include "url/domain.h"
#include "url/host.h"
#include "url/percent.h"

namespace linkgate::url {
namespace {

constexpr size_t kMaxShorterHosts = 4;
constexpr size_t kMaxLabels = 5;
constexpr size_t kMaxDirectories = 4;  // "/" and three below

// What stands escaped in the canonical form: control characters, spaces, bytes beyond ASCII, '#' and '%'.
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    static constexpr char kHex[] = "0123456789ABCDEF";
    const auto byte = static_cast<uint8_t>(c);
    if (byte <= 0x20 || byte >= 0x7f || c == '#' || c == '%') {
      out.append({'%', kHex[byte >> 4], kHex[byte & 15]});
    } else {
      out += c;
    }
  }
  return out;
}

// Runs of slashes and dot segments folded, once all escapes are gone.
std::string folded(std::string_view path) {
  std::vector<std::string_view> segments;
  bool is_directory = true;
  while (!path.empty()) {
    const size_t end = std::min(path.find('/'), path.size());
    const std::string_view segment = path.substr(0, end);
    is_directory = end < path.size() || segment.empty() || segment == "." || segment == "..";
    path.remove_prefix(std::min(end + 1, path.size()));
    if (segment == "..") {
      if (!segments.empty()) segments.pop_back();
    } else if (!segment.empty() && segment != ".") {
      segments.push_back(segment);
    }
  }
  std::string out = "/";
  for (size_t i = 0; i < segments.size(); ++i)
    out.append(segments[i]).append(i + 1 < segments.size() || is_directory ? "/" : "");
  return out;
}

void add_once(std::string text, std::vector<std::string>* all) {
  if (std::find(all->begin(), all->end(), text) == all->end()) all->push_back(std::move(text));
}

std::vector<std::string> hosts_of(const Url& url) {
  const std::string host = host_as_addressed(url.hostname());
  std::vector<std::string> hosts{host};
  if (url.host_is_ip()) return hosts;
  std::vector<std::string> parents;  // the longest first
  for (size_t dot = host.find('.'); dot != host.npos; dot = host.find('.', dot + 1))
    parents.push_back(host.substr(dot + 1));
  const size_t registered = registrable_domain(host).size();
  std::vector<std::string> up, down;
  for (const std::string& parent : parents) {
    const auto labels = static_cast<size_t>(std::count(parent.begin(), parent.end(), '.')) + 1;
    if (parent.size() >= registered) up.push_back(parent);
    if (labels >= 2 && labels <= kMaxLabels) down.push_back(parent);
  }
  if (up.size() > kMaxShorterHosts) up.erase(up.begin(), up.end() - kMaxShorterHosts);
  if (down.size() > kMaxShorterHosts) down.resize(kMaxShorterHosts);
  for (auto* some : {&up, &down}) {
    for (std::string& one : *some) add_once(std::move(one), &hosts);
  }
  return hosts;
}

std::vector<std::string> paths_of(const Url& url) {
  const std::string path = escaped(folded(percent_decode_until_stable(url.pathname())));
  std::vector<std::string> paths;
  if (!url.search().empty())
    paths.push_back(path + "?" + escaped(percent_decode_until_stable(url.search().substr(1))));
  add_once(path, &paths);
  size_t directories = 0;
  for (size_t at = 0; at != path.npos && directories < kMaxDirectories;
       at = path.find('/', at + 1), ++directories)
    add_once(path.substr(0, at + 1), &paths);
  return paths;
}

}  // namespace

std::vector<std::string> hash_expressions(const Url& url) {
  std::vector<std::string> expressions;
  if (!url.is_http()) return expressions;
  const auto paths = paths_of(url);
  for (const std::string& host : hosts_of(url)) {
    for (const std::string& path : paths) expressions.push_back(host + path);
  }
  return expressions;
}

}  // namespace linkgate::url
