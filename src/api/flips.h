#pragma once
// "Which verdicts became another?": asked of linkgate-scan by whatever follows from it (GET
// /flips?since=ID). Whoever keeps the last id that it has dealt with misses none and hears of none
// twice.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "verdict/verdict.h"

namespace linkgate::api {

inline constexpr size_t kMostFlips = 1000;  // of one answer; those after them are asked for with its last id

struct FlipInfo {
  int64_t id = 0;              // grows; 0 is before the first
  std::string canonical_hash;  // of the URL (url::canonical_hash), in hexadecimal
  std::string url;
  verdict::Disposition was = verdict::Disposition::kUnknown, is = verdict::Disposition::kUnknown;
  Time at{};
  std::string cause;   // "delivery", "click", "rescan", "asked", "list"
  std::string reason;  // a sentence
  friend bool operator==(const FlipInfo&, const FlipInfo&) = default;
};

std::string to_json(const std::vector<FlipInfo>& flips);
// Unknown members are ignored; kInvalidArgument for what is no such list.
Result<std::vector<FlipInfo>> parse_flips(std::string_view json);

}  // namespace linkgate::api
