#pragma once
// A picture that browsers are given as one of ours although somebody else's program made it: PNG (ISO/IEC
// 15948) with nothing in it but the picture. Pure.

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace linkgate::scan {

inline constexpr size_t kMaxPngBytes = 8ULL << 20;
inline constexpr uint32_t kMaxPngSide = 8192;  // pixels
inline constexpr uint64_t kMaxPngPixels = 16ULL << 20;

// The same picture, of its critical chunks and transparency alone: texts, profiles, animations and whatever
// follows the end are left out. kInvalidArgument for what is no whole PNG: wrong sums, order, sizes, or data
// that do not unpack to exactly the picture's bytes. kLimit for more than the limits.
Result<std::string> plain_png(std::string_view bytes);

}  // namespace linkgate::scan
