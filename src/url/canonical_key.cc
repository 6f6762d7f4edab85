#include "url/canonical_key.h"

#include <sodium.h>

#include <array>

#include "url/domain.h"
#include "url/host.h"
#include "url/percent.h"

namespace linkgate::url {

namespace {

constexpr size_t kMaxLookupHosts = 5;  // the host itself, with port if it has one, and its shortest parents
constexpr size_t kMaxLookupDirectories =
    4;  // counted from the root; with query, without, and these: six a host

// What stands escaped in a key: all that the parser escapes, so that a key parses to itself, and '%' and '\',
// which would read as something else.
void append_key_text(std::string& key, std::string_view decoded, EncodeSet set, std::string_view also) {
  for (const char c : decoded) {
    if (in_set(c, set) || internal::contains(also, c)) {
      static constexpr char kHex[] = "0123456789ABCDEF";
      const auto byte = static_cast<uint8_t>(c);
      key.append({'%', kHex[byte >> 4], kHex[byte & 15]});
    } else {
      key.push_back(c);
    }
  }
}

// Runs of slashes and dot segments folded. `path` begins with '/'; so does the result.
std::string fold_path(std::string_view path) {
  std::string out;
  out.reserve(path.size());
  while (!path.empty()) {
    const size_t start = path.find_first_not_of('/');
    if (start == std::string_view::npos) {
      out.push_back('/');  // a trailing slash stays
      break;
    }
    const size_t end = std::min(path.find('/', start), path.size());
    const std::string_view segment = path.substr(start, end - start);
    const bool last = end == path.size();
    if (segment == "..") out.resize(out.rfind('/') == std::string::npos ? 0 : out.rfind('/'));
    if (segment != "." && segment != "..") {
      out.append("/").append(segment);
    } else if (last) {
      out.push_back('/');
    }
    path.remove_prefix(end);
  }
  return out.empty() ? "/" : out;
}

struct KeyParts {
  std::string host;  // without port
  std::string port;  // ":8080" or empty
  std::string path;
  std::string query;  // "?..." or empty
};

KeyParts key_parts(const Url& url) {
  KeyParts parts;
  parts.host = host_as_addressed(url.hostname());
  const uint16_t port = url.effective_port();
  if (port != 80 && port != 443) parts.port = ":" + std::to_string(port);
  const std::string_view path = url.pathname();
  if (path.find('%') == std::string_view::npos && path.find("//") == std::string_view::npos) {
    parts.path = path;  // as most are: the parser has folded the dots already
  } else {
    append_key_text(parts.path, fold_path(percent_decode_until_stable(path)), kPathSet, "%\\");
  }
  const std::string_view query = url.search();
  if (query.find('%') == std::string_view::npos) {
    parts.query = query;
  } else {
    parts.query = "?";
    append_key_text(parts.query, percent_decode_until_stable(query.substr(1)), kSpecialQuerySet, "%");
  }
  return parts;
}

// The host and its parents down to the registrable domain; an address has no parents.
std::vector<std::string> lookup_hosts(const Url& url, const KeyParts& parts) {
  const std::string& host = parts.host;
  std::vector<std::string> hosts;
  if (!parts.port.empty()) hosts.push_back(host + parts.port);
  hosts.push_back(host);
  if (url.host_is_ip()) return hosts;
  const std::string domain = registrable_domain(host);
  std::string_view rest = host;
  std::vector<std::string> parents;
  while (rest.size() > domain.size()) {
    const size_t dot = rest.find('.');
    if (dot == std::string_view::npos) break;
    rest.remove_prefix(dot + 1);
    parents.emplace_back(rest);
  }
  // Of many parents the shortest are kept, or a flood of labels would hide the domain that a feed names.
  const size_t room = kMaxLookupHosts - hosts.size();
  const size_t skip = parents.size() > room ? parents.size() - room : 0;
  hosts.insert(hosts.end(), parents.begin() + static_cast<std::ptrdiff_t>(skip), parents.end());
  return hosts;
}

std::vector<std::string> lookup_paths(const KeyParts& parts) {
  std::vector<std::string> paths;
  if (!parts.query.empty()) paths.push_back(parts.path + parts.query);
  paths.push_back(parts.path);
  std::vector<std::string> directories;
  for (size_t at = parts.path.find('/');
       at != std::string::npos && directories.size() < kMaxLookupDirectories;
       at = parts.path.find('/', at + 1)) {
    directories.push_back(parts.path.substr(0, at + 1));
  }
  for (auto it = directories.rbegin(); it != directories.rend(); ++it) {
    if (*it != parts.path) paths.push_back(*it);
  }
  return paths;
}

}  // namespace

std::string canonical_key(const Url& url) {
  if (!url.is_http()) return url.href();
  const KeyParts parts = key_parts(url);
  std::string key;
  key.reserve(url.href().size());
  return key.append(parts.host).append(parts.port).append(parts.path).append(parts.query);
}

std::string canonical_hash(std::string_view canonical_key) {
  std::array<unsigned char, 16> hash{};
  crypto_generichash(hash.data(), hash.size(), reinterpret_cast<const unsigned char*>(canonical_key.data()),
                     canonical_key.size(), nullptr, 0);
  return std::string(reinterpret_cast<const char*>(hash.data()), hash.size());
}

std::vector<std::string> lookup_keys(const Url& url) {
  if (!url.is_http()) return {url.href()};
  const KeyParts parts = key_parts(url);
  const auto paths = lookup_paths(parts);
  std::vector<std::string> keys;
  for (const auto& host : lookup_hosts(url, parts)) {
    for (const auto& path : paths) keys.push_back(host + path);
  }
  return keys;
}

}  // namespace linkgate::url
