#include "net/public_address.h"

#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace linkgate::net {
namespace {

using Bytes = std::array<uint8_t, 16>;

struct Block {
  Bytes base;
  int bits;
  std::string_view what;
};

constexpr Bytes mapped(uint8_t a, uint8_t b, uint8_t c, uint8_t d) {
  return {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, a, b, c, d};
}
constexpr Block v4(uint8_t a, uint8_t b, uint8_t c, uint8_t d, int bits, std::string_view what) {
  return {mapped(a, b, c, d), 96 + bits, what};
}
constexpr Block v6(uint16_t first, uint16_t second, uint16_t third, int bits, std::string_view what) {
  return {{static_cast<uint8_t>(first >> 8), static_cast<uint8_t>(first & 0xff),
           static_cast<uint8_t>(second >> 8), static_cast<uint8_t>(second & 0xff),
           static_cast<uint8_t>(third >> 8), static_cast<uint8_t>(third & 0xff)},
          bits,
          what};
}

// The first that fits gives its word, so single addresses stand before the blocks that hold them.
constexpr Block kSpecial[] = {
    v4(169, 254, 169, 254, 32, "cloud metadata"),
    v4(169, 254, 170, 2, 32, "cloud metadata"),
    v4(169, 254, 170, 23, 32, "cloud metadata"),
    v4(100, 100, 100, 200, 32, "cloud metadata"),
    v4(168, 63, 129, 16, 32, "cloud metadata"),  // a public address that one cloud uses for its own
    v4(192, 0, 0, 192, 32, "cloud metadata"),
    v4(0, 0, 0, 0, 8, "this network"),
    v4(10, 0, 0, 0, 8, "private"),
    v4(100, 64, 0, 0, 10, "shared by carriers"),
    v4(127, 0, 0, 0, 8, "loopback"),
    v4(169, 254, 0, 0, 16, "link-local"),
    v4(172, 16, 0, 0, 12, "private"),
    v4(192, 0, 0, 0, 24, "protocol assignments"),
    v4(192, 0, 2, 0, 24, "documentation"),
    v4(192, 31, 196, 0, 24, "name server sinks"),
    v4(192, 88, 99, 0, 24, "6to4 relays"),
    v4(192, 168, 0, 0, 16, "private"),
    v4(192, 175, 48, 0, 24, "name server sinks"),
    v4(198, 18, 0, 0, 15, "benchmarking"),
    v4(198, 51, 100, 0, 24, "documentation"),
    v4(203, 0, 113, 0, 24, "documentation"),
    v4(224, 0, 0, 0, 4, "multicast"),
    v4(240, 0, 0, 0, 4, "reserved"),
    v6(0xfd00, 0x0ec2, 0, 48, "cloud metadata"),
    v6(0xfd20, 0x00ce, 0, 48, "cloud metadata"),
    v6(0xfc00, 0, 0, 7, "private"),
    v6(0xfe80, 0, 0, 10, "link-local"),
    v6(0xfec0, 0, 0, 10, "site-local"),
    v6(0xff00, 0, 0, 8, "multicast"),
    v6(0x0100, 0, 0, 64, "discarded"),
    v6(0x0064, 0xff9b, 0x0001, 48, "translated"),
    v6(0x2001, 0, 0, 32, "Teredo"),
    v6(0x2001, 0x0db8, 0, 32, "documentation"),
    v6(0x2001, 0, 0, 23, "protocol assignments"),
    v6(0x2002, 0, 0, 16, "6to4"),
    v6(0x3fff, 0, 0, 20, "documentation"),
};
constexpr Block kGlobalUnicast = v6(0x2000, 0, 0, 3, "");

bool is_within(const Bytes& address, const Block& block) {
  for (int bit = 0; bit < block.bits; bit += 8) {
    const auto at = static_cast<size_t>(bit / 8);
    const int left = block.bits - bit;
    const auto mask = static_cast<uint8_t>(left >= 8 ? 0xff : 0xff << (8 - left));
    if (((address[at] ^ block.base[at]) & mask) != 0) return false;
  }
  return true;
}

std::string_view special_block(const Bytes& address) {
  for (const Block& block : kSpecial) {
    if (is_within(address, block)) return block.what;
  }
  return "";
}

Bytes last_four_mapped(const Bytes& from) { return mapped(from[12], from[13], from[14], from[15]); }

bool begins(const Bytes& address, std::initializer_list<uint8_t> prefix) {
  return std::equal(prefix.begin(), prefix.end(), address.begin());
}

// The IPv4 address that is all there is to this IPv6 address.
std::optional<Bytes> translated(const Bytes& address) {
  const bool nat64 = begins(address, {0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0});
  const bool siit = begins(address, {0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0});
  // ::1 and :: are of this form too, and are themselves.
  const bool compatible =
      begins(address, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}) && (address[12] | address[13] | address[14]) != 0;
  if (!nat64 && !siit && !compatible) return std::nullopt;
  return last_four_mapped(address);
}

bool is_isatap(const Bytes& address) {
  return (address[8] & 0xfd) == 0 && address[9] == 0 && address[10] == 0x5e && address[11] == 0xfe;
}

}  // namespace

std::string_view special_purpose(const IpAddress& address) {
  const Bytes& bytes = address.bytes;
  if (address.is_v4()) return special_block(bytes);
  if (const auto inner = translated(bytes)) return special_block(*inner);
  if (begins(bytes, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0})) {
    return bytes[15] == 1 ? "loopback" : "this network";
  }
  if (const auto what = special_block(bytes); !what.empty()) return what;
  if (!is_within(bytes, kGlobalUnicast)) return "reserved";
  return is_isatap(bytes) ? special_block(last_four_mapped(bytes)) : "";
}

bool is_public(const IpAddress& address) { return special_purpose(address).empty(); }

bool is_loopback(const IpAddress& address) {
  constexpr Block kLoopback[] = {v4(127, 0, 0, 0, 8, ""),
                                 {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, 128, ""}};
  return std::any_of(std::begin(kLoopback), std::end(kLoopback),
                     [&](const Block& block) { return is_within(address.bytes, block); });
}

IpAddress reached_address(const IpAddress& address) {
  const auto inner = address.is_v4() ? std::nullopt : translated(address.bytes);
  return inner ? IpAddress{*inner} : address;
}

std::optional<IpAddress> address_of(const sockaddr& address) {
  IpAddress found;
  if (address.sa_family == AF_INET6) {
    std::memcpy(found.bytes.data(), &reinterpret_cast<const sockaddr_in6&>(address).sin6_addr, 16);
    return found;
  }
  if (address.sa_family != AF_INET) return std::nullopt;
  found.bytes = mapped(0, 0, 0, 0);
  std::memcpy(found.bytes.data() + 12, &reinterpret_cast<const sockaddr_in&>(address).sin_addr, 4);
  return found;
}

}  // namespace linkgate::net
