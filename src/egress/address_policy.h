#pragma once
// Which addresses the egress proxy dials: the public internet's, and what the configuration adds. Pure, but
// for own_addresses().

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "net/peer.h"

namespace linkgate::egress {

// Why an address is not on the public internet, in a word or two for people ("loopback", "private",
// "link-local", "cloud metadata", ...); empty for addresses that are. From IANA's special-purpose registries
// for IPv4 and IPv6; of IPv6 only global unicast (2000::/3) is public at all. Addresses with an IPv4 address
// inside are what that one is: mapped (::ffff:0:0/96), compatible (::/96), translated (::ffff:0:0:0/96, RFC
// 2765; 64:ff9b::/96, RFC 6052), and interface identifiers of ISATAP (RFC 5214). 6to4, Teredo and
// 64:ff9b:1::/48 are refused whole: nobody serves a page there.
std::string_view special_purpose(const net::IpAddress& address);

// All addresses of this machine's interfaces. Empty where the system does not tell.
std::vector<net::IpAddress> own_addresses();

struct AddressRules {
  net::AddressSet allowed;  // dialled although not public
  net::AddressSet refused;  // never dialled, whatever else says so
};

// Empty: `address` may be dialled. Otherwise why not: a word of special_purpose(), "own address", "refused by
// the configuration". `own` are this machine's.
std::string_view refusal_of(const net::IpAddress& address, const AddressRules& rules,
                            const std::vector<net::IpAddress>& own);

}  // namespace linkgate::egress
