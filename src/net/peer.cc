#include "net/peer.h"

#include <arpa/inet.h>

#include <charconv>
#include <cstring>

#include "base/ascii.h"

namespace linkgate::net {
namespace {

constexpr std::string_view kV2Signature("\r\n\r\n\0\r\nQUIT\n", 12);
constexpr size_t kV2FixedBytes = 16;
constexpr std::array<uint8_t, 12> kV4Prefix = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

// "192.0.2.1:4711", "[2001:db8::1]:4711", "2001:db8::1": proxies differ in what they write.
std::string_view without_port(std::string_view text) {
  if (text.starts_with('[')) {
    size_t end = text.find(']');
    return end == std::string_view::npos ? text : text.substr(1, end - 1);
  }
  size_t colon = text.find(':');
  return colon != std::string_view::npos && text.find(':', colon + 1) == std::string_view::npos
             ? text.substr(0, colon)
             : text;
}

Error not_a_header() {
  return Error(ErrorCode::kInvalidArgument, "connection does not begin with a PROXY header");
}

Result<ProxyHeader> parse_v1(std::string_view line) {
  if (!line.ends_with("\r\n")) return not_a_header();
  line.remove_suffix(2);
  std::vector<std::string_view> words;
  while (words.size() < 7) {
    size_t space = line.find(' ');
    words.push_back(line.substr(0, space));
    if (space == std::string_view::npos) break;
    line.remove_prefix(space + 1);
  }
  if (words.size() >= 2 && words[1] == "UNKNOWN") return ProxyHeader{};
  if (words.size() != 6 || (words[1] != "TCP4" && words[1] != "TCP6")) return not_a_header();
  auto client = IpAddress::parse(words[2]);
  if (!client) return not_a_header();
  return ProxyHeader{client->text()};
}

Result<ProxyHeader> parse_v2(std::string_view bytes) {
  uint8_t command = static_cast<uint8_t>(bytes[12]);
  uint8_t family = static_cast<uint8_t>(bytes[13]) >> 4;
  std::string_view addresses = bytes.substr(kV2FixedBytes);
  if (command == 0x20) return ProxyHeader{};  // LOCAL: the proxy's own health check
  if (command != 0x21) return not_a_header();
  IpAddress client;
  if (family == 1 && addresses.size() >= 12) {
    std::memcpy(client.bytes.data(), kV4Prefix.data(), kV4Prefix.size());
    std::memcpy(client.bytes.data() + 12, addresses.data(), 4);
    return ProxyHeader{client.text()};
  }
  if (family == 2 && addresses.size() >= 36) {
    std::memcpy(client.bytes.data(), addresses.data(), 16);
    return ProxyHeader{client.text()};
  }
  if (family == 0 || family == 3) return ProxyHeader{};  // unspecified or a unix socket: nothing to learn
  return not_a_header();
}

}  // namespace

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
  char buffer[INET6_ADDRSTRLEN + 1] = {};
  if (text.empty() || text.size() > INET6_ADDRSTRLEN) return std::nullopt;
  std::memcpy(buffer, text.data(), text.size());
  if (std::strlen(buffer) != text.size()) return std::nullopt;
  IpAddress address;
  if (text.find(':') != text.npos) {
    return inet_pton(AF_INET6, buffer, address.bytes.data()) == 1 ? std::optional(address) : std::nullopt;
  }
  std::memcpy(address.bytes.data(), kV4Prefix.data(), kV4Prefix.size());
  if (inet_pton(AF_INET, buffer, address.bytes.data() + 12) == 1) return address;
  return std::nullopt;
}

bool IpAddress::is_v4() const { return std::memcmp(bytes.data(), kV4Prefix.data(), kV4Prefix.size()) == 0; }

std::string IpAddress::text() const {
  char buffer[INET6_ADDRSTRLEN] = {};
  if (!is_v4()) return inet_ntop(AF_INET6, bytes.data(), buffer, sizeof(buffer));
  char* end = buffer;
  for (size_t i = 12; i < bytes.size(); ++i) {
    if (i > 12) *end++ = '.';
    end = std::to_chars(end, buffer + sizeof(buffer), bytes[i]).ptr;
  }
  return std::string(buffer, end);
}

Result<AddressSet> AddressSet::parse(const std::vector<std::string>& entries) {
  AddressSet set;
  for (const std::string& entry : entries) {
    if (entry == "unix:") {
      set.unix_ = true;
      continue;
    }
    std::string_view text(entry);
    size_t slash = text.find('/');
    auto base = IpAddress::parse(text.substr(0, slash));
    int bits = 128;
    int most = base && base->is_v4() ? 32 : 128;
    if (slash != std::string_view::npos) {
      std::string_view number = text.substr(slash + 1);
      auto [stop, error] = std::from_chars(number.data(), number.data() + number.size(), bits);
      if (error != std::errc() || stop != number.data() + number.size() || bits < 0 || bits > most)
        base.reset();
      bits += 128 - most;
    }
    if (!base)
      return Error(ErrorCode::kInvalidArgument, "'" + entry + "' is no address and no network (CIDR)");
    set.networks_.push_back({*base, bits});
  }
  return set;
}

bool AddressSet::contains(std::string_view address) const {
  if (address.empty()) return unix_;
  auto parsed = IpAddress::parse(address);
  return parsed && contains(*parsed);
}

bool AddressSet::contains(const IpAddress& address) const {
  for (const Network& network : networks_) {
    size_t whole = static_cast<size_t>(network.bits) / 8;
    int rest = network.bits % 8;
    if (std::memcmp(network.base.bytes.data(), address.bytes.data(), whole) != 0) continue;
    uint8_t mask = static_cast<uint8_t>(0xff00 >> rest);
    if (rest == 0 || ((network.base.bytes[whole] ^ address.bytes[whole]) & mask) == 0) return true;
  }
  return false;
}

std::string forwarded_client(std::string_view peer, std::string_view forwarded_for,
                             const AddressSet& trusted) {
  std::string client(peer);
  std::string_view rest = forwarded_for;
  while (trusted.contains(client) && !ascii::trim(rest).empty()) {
    size_t comma = rest.rfind(',');
    std::string_view last = comma == std::string_view::npos ? rest : rest.substr(comma + 1);
    rest = comma == std::string_view::npos ? std::string_view() : rest.substr(0, comma);
    auto address = IpAddress::parse(without_port(ascii::trim(last)));
    if (!address) break;
    client = address->text();
  }
  return client;
}

Result<size_t> proxy_header_needs(std::string_view bytes) {
  if (bytes.size() < kProxyHeadBytes) return kProxyHeadBytes;
  if (bytes.starts_with(kV2Signature)) {
    if (bytes.size() < kV2FixedBytes) return kV2FixedBytes;
    size_t total = kV2FixedBytes + (static_cast<uint8_t>(bytes[14]) << 8) + static_cast<uint8_t>(bytes[15]);
    if (total > kMaxProxyV2Bytes) return Error(ErrorCode::kLimit, "PROXY header is too long");
    return total;
  }
  if (!bytes.starts_with("PROXY ")) return not_a_header();
  size_t end = bytes.find('\n');
  if (end != std::string_view::npos && end + 1 < bytes.size()) return not_a_header();  // none is so short
  if (end != std::string_view::npos) return end + 1;
  if (bytes.size() >= kMaxProxyV1Bytes) return not_a_header();
  return bytes.size() + 1;  // a line's end is found byte by byte, so that nothing behind it is taken
}

Result<ProxyHeader> parse_proxy_header(std::string_view bytes) {
  if (bytes.size() < kProxyHeadBytes) return not_a_header();
  return bytes.starts_with(kV2Signature) ? parse_v2(bytes) : parse_v1(bytes);
}

}  // namespace linkgate::net
