#pragma once
// Where a client of the egress proxy wants to go: a host and a port, in the one spelling that everything
// behind compares, and what the configuration says of hosts. Pure.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "net/peer.h"

namespace linkgate::egress {

struct Destination {
  std::string host;  // lower-case ASCII name without root dot, or an address as net::IpAddress prints it
  std::optional<net::IpAddress> address;  // where the host is one, in whatever notation it was written
  uint16_t port = 0;

  std::string text() const;  // "host:port", "[v6]:port"
  friend bool operator==(const Destination&, const Destination&) = default;
};

// `host` as a URL has it, brackets included: the host parser of the URL Standard decides what is an address
// ("0x7f.1", "2130706433", "①②⑦.0.0.1"), so that we and the browser mean the same. nullopt: no host.
std::optional<Destination> parse_destination(std::string_view host, uint16_t port);
// "host:port" of a CONNECT request.
std::optional<Destination> parse_authority(std::string_view authority);

// Why no name service is asked for this name; empty where one is. Names that lead to this machine or the
// local network by convention (localhost, *.local, *.internal, *.home.arpa, ...: RFC 6761, 6762, 8375, 9476),
// and names of one label, which mean something in local search lists alone.
std::string_view special_name(std::string_view host);

// "evil.example", "*.lab.example" (all below it, and itself), "*" (every host, addresses included).
bool host_matches(std::string_view pattern, std::string_view host);

// A destination that the configuration puts somewhere else: PATTERN[:PORT]=ADDRESS[:PORT]. Without a port on
// the left all allowed ports are meant, without one on the right it stays. `address` is dialled unchecked:
// whoever configures it wants it.
struct Route {
  std::string pattern;
  uint16_t port = 0;  // 0: any
  net::IpAddress address;
  uint16_t to_port = 0;  // 0: the destination's
};
Result<Route> parse_route(std::string_view text);
// The first that matches.
const Route* find_route(const std::vector<Route>& routes, const Destination& to);

}  // namespace linkgate::egress
