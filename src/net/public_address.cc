#include "net/public_address.h"

#include <netinet/in.h>

#include <algorithm>
#include <cstring>

namespace linkgate::net {
namespace {

struct Block {
  std::array<uint8_t, 16> address;
  int bits;
};

// One list of IPv6 prefixes; IPv4 stands in ::ffff:0:0/96.
constexpr Block v4(uint8_t a, uint8_t b, uint8_t c, uint8_t d, int bits) {
  return {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, a, b, c, d}, 96 + bits};
}
constexpr Block v6(uint8_t a, uint8_t b, int bits, uint8_t c = 0, uint8_t d = 0) {
  return {{a, b, c, d}, bits};
}
constexpr Block kSpecial[] = {
    v4(0, 0, 0, 0, 8),
    v4(10, 0, 0, 0, 8),
    v4(100, 64, 0, 0, 10),
    v4(127, 0, 0, 0, 8),
    v4(169, 254, 0, 0, 16),
    v4(172, 16, 0, 0, 12),
    v4(192, 0, 0, 0, 24),
    v4(192, 0, 2, 0, 24),
    v4(192, 88, 99, 0, 24),
    v4(192, 168, 0, 0, 16),
    v4(198, 18, 0, 0, 15),
    v4(198, 51, 100, 0, 24),
    v4(203, 0, 113, 0, 24),
    v4(224, 0, 0, 0, 3),
    v6(0, 0, 127),  // ::/127: unspecified and loopback
    v6(0xfc, 0, 7),
    v6(0xfe, 0x80, 9),
    v6(0xff, 0, 8),
    v6(0x01, 0, 64),
    v6(0x20, 0x01, 32, 0x0d, 0xb8),
    v6(0x20, 0x01, 23),
    v6(0x20, 0x02, 16),
};
constexpr Block kLoopback[] = {v4(127, 0, 0, 0, 8), {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, 128}};

bool is_within(const std::array<uint8_t, 16>& address, const Block& block) {
  for (int bit = 0; bit < block.bits; bit += 8) {
    const auto byte = static_cast<size_t>(bit / 8);
    const int left = block.bits - bit;
    const auto mask = static_cast<uint8_t>(left >= 8 ? 0xff : 0xff << (8 - left));
    if (((address[byte] ^ block.address[byte]) & mask) != 0) return false;
  }
  return true;
}

}  // namespace

bool is_public(const IpAddress& given) {
  std::array<uint8_t, 16> address = given.bytes;
  // NAT64 (64:ff9b::/96) and the deprecated IPv4-compatible form (::/96) lead to the IPv4 address within.
  static constexpr std::array<uint8_t, 12> kNat64 = {0, 0x64, 0xff, 0x9b}, kCompatible = {};
  const bool is_nat64 = std::equal(kNat64.begin(), kNat64.end(), address.begin());
  const bool is_compatible = std::equal(kCompatible.begin(), kCompatible.end(), address.begin());
  if (is_nat64 || (is_compatible && (address[12] | address[13] | address[14]) != 0)) {
    std::fill_n(address.begin(), 10, uint8_t{0});
    address[10] = address[11] = 0xff;
  }
  return std::none_of(std::begin(kSpecial), std::end(kSpecial),
                      [&](const Block& block) { return is_within(address, block); });
}

bool is_loopback(const IpAddress& address) {
  return std::any_of(std::begin(kLoopback), std::end(kLoopback),
                     [&](const Block& block) { return is_within(address.bytes, block); });
}

std::optional<IpAddress> address_of(const sockaddr& address) {
  IpAddress found;
  if (address.sa_family == AF_INET6) {
    std::memcpy(found.bytes.data(), &reinterpret_cast<const sockaddr_in6&>(address).sin6_addr, 16);
    return found;
  }
  if (address.sa_family != AF_INET) return std::nullopt;
  found.bytes = v4(0, 0, 0, 0, 0).address;
  std::memcpy(found.bytes.data() + 12, &reinterpret_cast<const sockaddr_in&>(address).sin_addr, 4);
  return found;
}

}  // namespace linkgate::net
