#include "url/ip_address.h"

#include <charconv>

#include "base/ascii.h"

namespace linkgate::url {

namespace {

constexpr uint64_t kTooLarge = uint64_t{1}
                               << 32;  // stands for every number that does not fit, whatever its length

// A number in C notation. nullopt: not a number. "0x" alone is zero, as the standard has it.
std::optional<uint64_t> parse_ipv4_number(std::string_view text) {
  if (text.empty()) return std::nullopt;
  int radix = 10;
  if (text.size() >= 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
    radix = 16;
    text.remove_prefix(2);
  } else if (text.size() >= 2 && text[0] == '0') {
    radix = 8;
    text.remove_prefix(1);
  }
  uint64_t value = 0;
  for (const char c : text) {
    if (!ascii::is_hex(c)) return std::nullopt;
    const int digit = ascii::hex_value(c);
    if (digit >= radix) return std::nullopt;
    value = std::min(value * radix + digit, kTooLarge);
  }
  return value;
}

std::string_view last_label(std::string_view host) {
  if (host.ends_with('.')) host.remove_suffix(1);
  const size_t dot = host.rfind('.');
  return dot == std::string_view::npos ? host : host.substr(dot + 1);
}

}  // namespace

bool ends_in_a_number(std::string_view host) {
  const std::string_view last = last_label(host);
  if (last.empty() || !ascii::is_digit(last[0])) return false;
  if (last.find_first_not_of("0123456789") == std::string_view::npos) return true;
  return parse_ipv4_number(last).has_value();
}

std::optional<uint32_t> parse_ipv4(std::string_view host) {
  if (host.ends_with('.')) host.remove_suffix(1);
  uint64_t address = 0;
  for (int parts = 1; parts <= 4; ++parts) {
    const size_t dot = host.find('.');
    const auto number = parse_ipv4_number(host.substr(0, dot));
    if (!number) return std::nullopt;
    if (dot == std::string_view::npos) {
      const uint64_t room = uint64_t{1} << (8 * (5 - parts));
      if (*number >= room) return std::nullopt;
      return static_cast<uint32_t>(address | *number);
    }
    if (*number > 255) return std::nullopt;
    address |= *number << (8 * (4 - parts));
    host.remove_prefix(dot + 1);
  }
  return std::nullopt;  // more than four parts
}

void append_ipv4(std::string& out, uint32_t address) {
  char buffer[3];
  for (int shift = 24; shift >= 0; shift -= 8) {
    const auto end = std::to_chars(buffer, buffer + sizeof buffer, (address >> shift) & 255).ptr;
    out.append(buffer, end);
    if (shift > 0) out.push_back('.');
  }
}

namespace {

// The dotted decimal tail "ffff::1.2.3.4": exactly four decimal parts without leading zeros. False: failure.
bool parse_ipv4_tail(std::string_view text, Ipv6Pieces& pieces, int piece) {
  if (piece > 6) return false;
  for (int seen = 0; seen < 4; ++seen) {
    if (seen > 0) {
      if (text.empty() || text[0] != '.') return false;
      text.remove_prefix(1);
    }
    size_t length = 0;
    int value = 0;
    while (length < text.size() && ascii::is_digit(text[length])) {
      if (length > 0 && value == 0) return false;
      value = value * 10 + (text[length++] - '0');
      if (value > 255) return false;
    }
    if (length == 0) return false;
    text.remove_prefix(length);
    pieces[piece + seen / 2] = static_cast<uint16_t>(pieces[piece + seen / 2] << 8 | value);
  }
  return text.empty();
}

}  // namespace

std::optional<Ipv6Pieces> parse_ipv6(std::string_view text) {
  Ipv6Pieces pieces{};
  int piece = 0;
  int compress = -1;
  if (text.starts_with(':')) {
    if (!text.starts_with("::")) return std::nullopt;
    text.remove_prefix(2);
    compress = ++piece;
  }
  while (!text.empty()) {
    if (piece == 8) return std::nullopt;
    if (text[0] == ':') {
      if (compress >= 0) return std::nullopt;
      text.remove_prefix(1);
      compress = ++piece;
      continue;
    }
    size_t length = 0;
    uint16_t value = 0;
    while (length < 4 && length < text.size() && ascii::is_hex(text[length])) {
      value = static_cast<uint16_t>(value << 4 | ascii::hex_value(text[length++]));
    }
    if (length < text.size() && text[length] == '.') {
      if (!parse_ipv4_tail(text, pieces, piece)) return std::nullopt;
      piece += 2;
      break;
    }
    if (length == 0) return std::nullopt;
    text.remove_prefix(length);
    pieces[piece++] = value;
    if (text.empty()) break;
    if (text[0] != ':' || text.size() == 1) return std::nullopt;
    text.remove_prefix(1);
  }
  if (compress < 0) return piece == 8 ? std::optional(pieces) : std::nullopt;
  // What follows the "::" belongs at the end.
  for (int from = piece - 1, to = 7; from >= compress; --from, --to) {
    if (from != to) std::swap(pieces[to], pieces[from]);
  }
  return pieces;
}

void append_ipv6(std::string& out, const Ipv6Pieces& pieces) {
  int best_start = -1;
  int best_length = 1;  // a single zero is not compressed
  for (int i = 0; i < 8;) {
    int end = i;
    while (end < 8 && pieces[end] == 0) ++end;
    if (end - i > best_length) best_start = i, best_length = end - i;
    i = end > i ? end : i + 1;
  }
  for (int i = 0; i < 8; ++i) {
    if (i == best_start) {
      out.append(i == 0 ? "::" : ":");
      i += best_length - 1;
      continue;
    }
    char buffer[4];
    out.append(buffer, std::to_chars(buffer, buffer + sizeof buffer, pieces[i], 16).ptr);
    if (i < 7) out.push_back(':');
  }
}

}  // namespace linkgate::url
