#pragma once
// Who is at the other end: address sets of configured proxies, X-Forwarded-For, and the PROXY protocol. All
// pure.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace linkgate::net {

// An IPv4 or IPv6 address; IPv4 is kept mapped (::ffff:a.b.c.d), so that both spellings of one host compare
// equal.
struct IpAddress {
  std::array<uint8_t, 16> bytes{};
  static std::optional<IpAddress> parse(std::string_view text);  // no port, no brackets
  std::string text() const;                                      // mapped ones print as IPv4
  bool is_v4() const;
  friend bool operator==(const IpAddress&, const IpAddress&) = default;
};

// "192.0.2.1", "10.0.0.0/8", "2001:db8::/32"; "unix:" stands for peers on a unix socket, whose address is
// empty.
class AddressSet {
 public:
  static Result<AddressSet> parse(const std::vector<std::string>& entries);
  bool contains(
      std::string_view address) const;  // "" is a unix socket's peer; what does not parse is not contained
  bool contains(const IpAddress& address) const;
  bool empty() const { return networks_.empty() && !unix_; }

 private:
  struct Network {
    IpAddress base;
    int bits = 128;  // of the mapped form
  };
  std::vector<Network> networks_;
  bool unix_ = false;
};

// The client behind trusted proxies: from the right of X-Forwarded-For, the first address that is not a
// trusted proxy's. `peer` must be trusted itself, else the header is the client's own invention and `peer` is
// returned. An entry that is no address ends the walk: what stands left of it was written by nobody we know.
std::string forwarded_client(std::string_view peer, std::string_view forwarded_for,
                             const AddressSet& trusted);

// The PROXY protocol, versions 1 and 2 (haproxy's proxy-protocol.txt). Fed with the first bytes of a
// connection.
inline constexpr size_t kProxyHeadBytes = 12;    // enough to tell the versions apart; no header is shorter
inline constexpr size_t kMaxProxyV1Bytes = 107;  // with CRLF, by the specification
inline constexpr size_t kMaxProxyV2Bytes = 16 + 2048;

struct ProxyHeader {
  std::string client;  // empty for LOCAL, UNKNOWN and AF_UNSPEC: the connection is the proxy's own
};
// How many bytes in all are needed to go on after these, never more than the header has: `bytes.size()` means
// complete. Error kInvalidArgument: these bytes do not begin a PROXY header.
Result<size_t> proxy_header_needs(std::string_view bytes);
// REQUIRES: proxy_header_needs(bytes) == bytes.size().
Result<ProxyHeader> parse_proxy_header(std::string_view bytes);

}  // namespace linkgate::net
