#pragma once
// Which addresses are on the public internet: what a fetch that somebody else had a say in may connect to.

#include <sys/socket.h>

#include <optional>
#include <string_view>

#include "net/peer.h"

namespace linkgate::net {

// Why an address is not on the public internet, in a word or two for people ("loopback", "private",
// "link-local", "cloud metadata", ...); empty for addresses that are. From IANA's special-purpose registries
// for IPv4 and IPv6; of IPv6 only global unicast (2000::/3) is public at all. Addresses with an IPv4 address
// inside are what that one is: mapped (::ffff:0:0/96), compatible (::/96), translated (::ffff:0:0:0/96, RFC
// 2765; 64:ff9b::/96, RFC 6052), and interface identifiers of ISATAP (RFC 5214). 6to4, Teredo and
// 64:ff9b:1::/48 are refused whole: nobody serves a page there.
std::string_view special_purpose(const IpAddress& address);
bool is_public(const IpAddress& address);
bool is_loopback(const IpAddress& address);
// The IPv4 address that is all there is to a compatible or translated one; others as they are.
IpAddress reached_address(const IpAddress& address);
// Nothing where it is neither IPv4 nor IPv6.
std::optional<IpAddress> address_of(const sockaddr& address);

}  // namespace linkgate::net
