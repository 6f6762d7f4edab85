#pragma once
// "May a verdict that was given before be another by now?": asked of linkgate-scan by click nodes (GET
// /changes), which then forget what they keep.

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace linkgate::api {

// How often it is asked, as policies are looked at.
inline constexpr std::chrono::milliseconds kChangesPeriod{200};

// Counts up with every change of feeds, lists or verdicts, from somewhere else after each start of scan.
std::string changes_to_json(uint64_t count);
Result<uint64_t> parse_changes(std::string_view json);

}  // namespace linkgate::api
