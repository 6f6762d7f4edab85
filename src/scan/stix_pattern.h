#pragma once
// Patterns of STIX 2.1 indicators (STIX 2.1 section 9), as far as they name URLs, hosts and addresses by
// themselves.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace linkgate::scan {

inline constexpr size_t kMaxStixPattern = 100'000;  // bytes
inline constexpr size_t kMaxStixValues = 1'000;

// The values of url:value, domain-name:value, ipv4-addr:value and ipv6-addr:value that the pattern matches
// each by itself: "[url:value = 'a' OR url:value IN ('b','c')] OR [domain-name:value = 'd']". nullopt for
// every other pattern: one that wants several things at once (AND, FOLLOWEDBY), or something at some time
// (WITHIN, REPEATS, START), or not (NOT, !=), or that is like something (LIKE, MATCHES) lists nothing that
// can be looked up. Networks ("10.0.0.0/8" other than single addresses) are none either.
std::optional<std::vector<std::string>> listed_by_stix_pattern(std::string_view pattern);

}  // namespace linkgate::scan
