#include "egress/destination.h"

#include <algorithm>
#include <charconv>

#include "base/ascii.h"
#include "url/host.h"

namespace linkgate::egress {
namespace {

constexpr size_t kMaxHost = 255;

// A whole decimal number from 1 to 65535.
std::optional<uint16_t> parse_port(std::string_view text) {
  uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size() || port == 0) return std::nullopt;
  return port;
}

struct Split {
  std::string_view host;
  std::optional<std::string_view> port;
};
// The colon of "[::1]" is none of ours.
Split split_port(std::string_view text) {
  const size_t colon = text.rfind(':');
  if (colon == text.npos || text.find(']', colon) != text.npos) return {text, std::nullopt};
  return {text.substr(0, colon), text.substr(colon + 1)};
}

// Under these nobody serves the public.
constexpr std::string_view kSpecialNames[] = {"localhost", "local",   "internal", "intranet",  "lan",
                                              "private",   "corp",    "home",     "home.arpa", "localdomain",
                                              "onion",     "invalid", "test",     "alt"};

}  // namespace

std::string Destination::text() const {
  const std::string shown = address && !address->is_v4() ? "[" + host + "]" : host;
  return shown + ":" + std::to_string(port);
}

std::optional<Destination> parse_destination(std::string_view host, uint16_t port) {
  if (host.empty() || host.size() > kMaxHost || port == 0) return std::nullopt;
  Destination to{.port = port};
  std::string written;
  const url::HostKind kind = url::append_host(written, host, /*special=*/true);
  if (kind == url::HostKind::kFailure) return std::nullopt;
  std::string_view name = written;
  if (kind == url::HostKind::kIp) {
    if (name.starts_with('[')) name = name.substr(1, name.size() - 2);
    to.address = net::IpAddress::parse(name);
    if (!to.address) return std::nullopt;
    to.host = to.address->text();
    return to;
  }
  if (name.ends_with('.')) name.remove_suffix(1);
  if (name.empty() || name.ends_with('.') || name.starts_with('.') || name.find("..") != name.npos)
    return std::nullopt;
  to.host = name;
  return to;
}

std::optional<Destination> parse_authority(std::string_view authority) {
  const Split split = split_port(authority);
  const auto port = split.port ? parse_port(*split.port) : std::nullopt;
  return port ? parse_destination(split.host, *port) : std::nullopt;
}

std::string_view special_name(std::string_view host) {
  for (const std::string_view special : kSpecialNames) {
    const size_t dot = host.size() - std::min(host.size(), special.size() + 1);
    if (host == special || (host.ends_with(special) && host[dot] == '.')) return "local name";
  }
  return host.find('.') == host.npos ? "name without a dot" : "";
}

bool host_matches(std::string_view pattern, std::string_view host) {
  if (pattern == "*") return true;
  if (!pattern.starts_with("*.")) return ascii::iequals(pattern, host);
  const std::string_view suffix = pattern.substr(1);
  return ascii::iends_with(host, suffix) || ascii::iequals(host, suffix.substr(1));
}

Result<Route> parse_route(std::string_view text) {
  const Error bad(ErrorCode::kInvalidArgument,
                  "\"" + std::string(text) + "\" is not HOST[:PORT]=ADDRESS[:PORT]");
  const size_t equals = text.find('=');
  if (equals == text.npos) return bad;
  const Split from = split_port(text.substr(0, equals)), to = split_port(text.substr(equals + 1));
  std::string_view address = to.host;
  if (address.starts_with('[') && address.ends_with(']')) address = address.substr(1, address.size() - 2);
  const auto parsed = net::IpAddress::parse(address);
  const auto from_port = from.port ? parse_port(*from.port) : std::optional<uint16_t>(0);
  const auto to_port = to.port ? parse_port(*to.port) : std::optional<uint16_t>(0);
  if (from.host.empty() || !parsed || !from_port || !to_port) return bad;
  return Route{ascii::to_lower(from.host), *from_port, *parsed, *to_port};
}

const Route* find_route(const std::vector<Route>& routes, const Destination& to) {
  const auto found = std::find_if(routes.begin(), routes.end(), [&](const Route& route) {
    return (route.port == 0 || route.port == to.port) && host_matches(route.pattern, to.host);
  });
  return found == routes.end() ? nullptr : &*found;
}

}  // namespace linkgate::egress
