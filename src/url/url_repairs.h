#pragma once
// What mail clients, gateways and people do to the url= of a sealed link, undone by a fixed list of repairs.
// Every candidate is held to the sealed hash, so a repair can restore the original and never change the
// destination.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace linkgate::url {

inline constexpr size_t kMaxRepairAttempts = 600;     // hashes computed for one link, each of at most...
inline constexpr size_t kMaxRepairInput = 16 * 1024;  // ...this many bytes; a visible link has 2,000

struct RepairedUrl {
  std::string url;
  bool repaired = false;  // false: the first reading, decoded once, was right
};

// `raw_values`: readings of the url= parameter as it stands in the target, the likeliest first.
std::optional<RepairedUrl> match_url(const std::vector<std::string_view>& raw_values,
                                     const std::array<uint8_t, 16>& url_hash);

}  // namespace linkgate::url
