#include "url/host.h"

#include <array>

#include "base/ascii.h"
#include "url/idna.h"
#include "url/ip_address.h"
#include "url/percent.h"

namespace linkgate::url {

namespace {

constexpr bool is_forbidden_host_byte(unsigned char c) {
  return c == 0 || internal::contains("\t\n\r #/:<>?@[\\]^|", static_cast<char>(c));
}
constexpr bool is_forbidden_domain_byte(unsigned char c) {
  return is_forbidden_host_byte(c) || c <= 0x1f || c == '%' || c == 0x7f;
}

enum ByteClass : uint8_t { kForbiddenHost = 1, kForbiddenDomain = 2, kNotAscii = 4, kPercent = 8 };

constexpr std::array<uint8_t, 256> make_classes() {
  std::array<uint8_t, 256> table{};
  for (int byte = 0; byte < 256; ++byte) {
    const auto c = static_cast<unsigned char>(byte);
    table[byte] = static_cast<uint8_t>((is_forbidden_host_byte(c) ? kForbiddenHost : 0) |
                                       (is_forbidden_domain_byte(c) ? kForbiddenDomain : 0) |
                                       (c >= 0x80 ? kNotAscii : 0) | (c == '%' ? kPercent : 0));
  }
  return table;
}
constexpr std::array<uint8_t, 256> kClasses = make_classes();

uint8_t classes_of(std::string_view text) {
  uint8_t seen = 0;
  for (const char c : text) seen |= kClasses[static_cast<uint8_t>(c)];
  return seen;
}

HostKind append_opaque_host(std::string& out, std::string_view input) {
  if (classes_of(input) & kForbiddenHost) return HostKind::kFailure;
  append_encoded(out, input, kC0ControlSet);
  return HostKind::kName;
}

HostKind append_ipv6_host(std::string& out, std::string_view input) {
  if (!input.ends_with(']')) return HostKind::kFailure;
  const auto pieces = parse_ipv6(input.substr(1, input.size() - 2));
  if (!pieces) return HostKind::kFailure;
  out.push_back('[');
  append_ipv6(out, *pieces);
  out.push_back(']');
  return HostKind::kIp;
}

}  // namespace

bool append_domain_to_ascii(std::string& out, std::string_view domain) {
  // The standard takes every ASCII domain as it is, with xn-- labels that do not decode too, since such sites
  // exist.
  if (!(classes_of(domain) & kNotAscii)) {
    if (domain.empty()) return false;
    for (const char c : domain) out.push_back(ascii::to_lower(c));
    return true;
  }
  return append_idna_to_ascii(out, domain);
}

HostKind append_host(std::string& out, std::string_view input, bool special) {
  if (input.starts_with('[')) return append_ipv6_host(out, input);
  if (!special) return append_opaque_host(out, input);
  const size_t start = out.size();
  const bool decoded = input.find('%') == std::string_view::npos
                           ? append_domain_to_ascii(out, input)
                           : append_domain_to_ascii(out, percent_decode(input));
  if (!decoded) return HostKind::kFailure;
  const std::string_view host = std::string_view(out).substr(start);
  if (classes_of(host) & kForbiddenDomain) return HostKind::kFailure;
  if (!ends_in_a_number(host)) return HostKind::kName;
  const auto address = parse_ipv4(host);
  if (!address) return HostKind::kFailure;
  out.resize(start);
  append_ipv4(out, *address);
  return HostKind::kIp;
}

std::string host_as_addressed(std::string_view host) {
  if (host.starts_with("[::ffff:") && host.ends_with(']')) {
    const auto pieces = parse_ipv6(host.substr(1, host.size() - 2));
    // "::ffff:1:2:3" is another address that begins like a mapped one.
    if (pieces && (*pieces)[4] == 0 && (*pieces)[5] == 0xffff) {
      std::string address;
      append_ipv4(address, uint32_t{(*pieces)[6]} << 16 | (*pieces)[7]);
      return address;
    }
  }
  if (host.size() > 1 && host.ends_with('.') && !host.ends_with("..")) host.remove_suffix(1);
  return std::string(host);
}

}  // namespace linkgate::url
