#pragma once
// Lists of URL hashes as Safe Browsing v5 and Web Risk publish them: prefixes of four octets of SHA-256, kept
// up to date by differences, each with a checksum of the whole. Pure.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace linkgate::scan {

inline constexpr size_t kMaxHashPrefixes = 20'000'000;  // of a list

// A Rice-coded series: ascending numbers as the first one and the differences, each a quotient in unary
// (ones, then a zero) and a remainder of `parameter` bits, from the low bit of each octet up.
// kInvalidArgument where it ends early, runs over 32 bits, is not ascending or has parameters that none has.
struct RiceSeries {
  uint32_t first = 0;
  uint32_t parameter = 0;
  uint32_t count = 0;  // of differences
  std::string data;
};
Result<std::vector<uint32_t>> decode(const RiceSeries& series);

struct HashListUpdate {
  std::string name;
  std::string version;              // as the server wants it back
  bool is_partial = false;          // onto what is there; else instead of it
  std::vector<uint32_t> removals;   // places in the sorted list as it was
  std::vector<uint32_t> additions;  // prefixes as big-endian numbers, in any order
  std::string sha256;               // 32 octets: of the sorted prefixes, one behind the other
};

struct HashList {
  std::string version;
  std::vector<uint32_t> prefixes;  // ascending
};
// The list after the update. kCorrupt where its checksum is another, or a removal is behind its end; kLimit.
Result<HashList> updated(const HashList& before, const HashListUpdate& update);

// SHA-256 of an expression (url/hash_expressions.h): 32 octets.
std::string expression_hash(std::string_view expression);
// Under what the index has a prefix, and that of a full hash.
std::string hash_key(uint32_t prefix);
uint32_t prefix_of(std::string_view full_hash);

// What an answer of hashLists:batchGet (v5) or threatLists:computeDiff (Web Risk, which is of one list and
// does not name it) says. *wait is set to how long the server wants to be left alone, in seconds.
// kInvalidArgument.
Result<std::vector<HashListUpdate>> parse_hash_lists(std::string_view json, int64_t* wait_s);
Result<HashListUpdate> parse_threat_diff(std::string_view json);

}  // namespace linkgate::scan
