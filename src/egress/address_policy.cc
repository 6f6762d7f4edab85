#include "egress/address_policy.h"

#include <ifaddrs.h>

#include <algorithm>

#include "net/public_address.h"

namespace linkgate::egress {

std::vector<net::IpAddress> own_addresses() {
  std::vector<net::IpAddress> own;
  ifaddrs* list = nullptr;
  if (::getifaddrs(&list) != 0) return own;
  for (const ifaddrs* one = list; one != nullptr; one = one->ifa_next) {
    if (one->ifa_addr == nullptr) continue;
    if (const auto address = net::address_of(*one->ifa_addr)) own.push_back(*address);
  }
  ::freeifaddrs(list);
  return own;
}

std::string_view refusal_of(const net::IpAddress& address, const AddressRules& rules,
                            const std::vector<net::IpAddress>& own) {
  const net::IpAddress reached = net::reached_address(address);
  if (rules.refused.contains(reached)) return "refused by the configuration";
  if (rules.allowed.contains(reached)) return "";
  if (const auto what = net::special_purpose(address); !what.empty()) return what;
  return std::find(own.begin(), own.end(), reached) != own.end() ? "own address" : "";
}

}  // namespace linkgate::egress
