#pragma once
// Which addresses the egress proxy dials: the public internet's, and what the configuration adds. Pure, but
// for own_addresses().

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "net/peer.h"

namespace linkgate::egress {

// All addresses of this machine's interfaces. Empty where the system does not tell.
std::vector<net::IpAddress> own_addresses();

struct AddressRules {
  net::AddressSet allowed;  // dialled although not public
  net::AddressSet refused;  // never dialled, whatever else says so
};

// Empty: `address` may be dialled. Otherwise why not: a word of net::special_purpose(), "own address",
// "refused by the configuration". `own` are this machine's.
std::string_view refusal_of(const net::IpAddress& address, const AddressRules& rules,
                            const std::vector<net::IpAddress>& own);

}  // namespace linkgate::egress
