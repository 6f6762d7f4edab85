#pragma once
// IPv4 and IPv6 literals as URL hosts: the parsers and serializers of the URL Standard, sections 3.5 and 3.6.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace linkgate::url {

// The standard's "ends in a number" checker: such a host is an IPv4 address or a failure, never a name.
bool ends_in_a_number(std::string_view host);

// One to four parts in decimal, octal (0...) or hexadecimal (0x...), the last one filling the bytes that are
// left: "127.1", "0x7f.1", "2130706433" and "017700000001" are all 127.0.0.1.
std::optional<uint32_t> parse_ipv4(std::string_view host);
void append_ipv4(std::string& out, uint32_t address);

// Without the brackets. Zone identifiers are failures, as in the standard.
using Ipv6Pieces = std::array<uint16_t, 8>;
std::optional<Ipv6Pieces> parse_ipv6(std::string_view text);
void append_ipv6(std::string& out, const Ipv6Pieces& pieces);  // RFC 5952, without brackets

}  // namespace linkgate::url
