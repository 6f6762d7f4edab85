// Networks. Source: Kusto documentation, ipv4_range_to_cidr_list(); RFC 4632.

#include <array>
#include <bit>
#include <charconv>
#include <string>

#include "functions/function.h"

namespace linkgate::functions {
namespace {

constexpr int kBits = 32;

// Four numbers and the dots between them.
std::optional<uint64_t> ipv4_number(std::string_view text) {
  uint64_t address = 0;
  for (int i = 0; i < 4; ++i) {
    if (i > 0) {
      if (text.empty() || text[0] != '.') return std::nullopt;
      text.remove_prefix(1);
    }
    unsigned part = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), part);
    if (error != std::errc() || part > 255) return std::nullopt;
    text.remove_prefix(static_cast<size_t>(end - text.data()));
    address = address << 8 | part;
  }
  return text.empty() ? std::optional(address) : std::nullopt;
}

std::string ipv4_text(uint64_t address) {
  std::string out;
  for (int shift = 24; shift >= 0; shift -= 8) {
    out += std::to_string(address >> shift & 0xff);
    if (shift > 0) out += '.';
  }
  return out;
}

// The largest networks that make up the range, in order: at most 62.
Value ipv4_range_to_cidr_list(const Arguments& arguments) {
  const auto first = ipv4_number(arguments.text(0)), last = ipv4_number(arguments.text(1));
  if (!first || !last || *first > *last) return std::nullopt;
  std::string out = "[";
  for (uint64_t at = *first; at <= *last;) {
    int host_bits = at == 0 ? kBits : std::countr_zero(at);
    while ((uint64_t{1} << host_bits) > *last - at + 1) --host_bits;
    if (out.size() > 1) out += ',';
    out += '"' + ipv4_text(at) + '/' + std::to_string(kBits - host_bits) + '"';
    at += uint64_t{1} << host_bits;
  }
  return out + "]";
}

constexpr auto kRows = std::to_array<FunctionRow>({
    {"ipv4_range_to_cidr_list", 2, 2, ipv4_range_to_cidr_list},
});

}  // namespace

std::span<const FunctionRow> network_rows() { return kRows; }

}  // namespace linkgate::functions
