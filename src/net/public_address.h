#pragma once
// Which addresses are on the public internet: what a fetch that somebody else had a say in may connect to.

#include <sys/socket.h>

#include <optional>

#include "net/peer.h"

namespace linkgate::net {

// False for loopback, private, link-local, shared, documentation and multicast addresses (IANA's
// special-purpose registries), also for those inside of IPv4-mapped, IPv4-compatible and NAT64 IPv6.
bool is_public(const IpAddress& address);
bool is_loopback(const IpAddress& address);
// Nothing where it is neither IPv4 nor IPv6.
std::optional<IpAddress> address_of(const sockaddr& address);

}  // namespace linkgate::net
