#pragma once
// The model's file. All numbers are little-endian, floats IEEE 754 singles.
//
//   "LGURLM01"                        8 bytes
//   kFeatureVersion                   u32   features and measures that the model was trained on
//   group_bits, top_levels, trees, depth, card bytes   5 x u32
//   unused facts                      u64
//   step, bias, tree_bias, tree_share, slope, offset, three sums   9 x f32
//   slots                             2^group_bits x 4 x {u8 tag, i8 weight}
//   top levels                        {u32 hash, f32 log odds}, sorted
//   trees                             trees x (2^(depth+1) - 1) x {i16 measure, f32 value}
//   card                              UTF-8
//   checksum                          16 bytes: BLAKE2b of all before it
//
// A file of another length than its header says is refused, as is one whose checksum is wrong, a measure that
// is none, a child beyond the last level and a float that is not finite.

#include <string>

#include "verdict/url_model.h"

namespace linkgate::verdict {

inline constexpr uint32_t kMaxGroupBits = 21;  // 16 MB of slots
inline constexpr uint32_t kMaxTopLevels = 1 << 14;
inline constexpr uint32_t kMaxTrees = 2000;
inline constexpr uint32_t kMaxTreeDepth = 8;
inline constexpr uint32_t kMaxCard = 1 << 16;

// What UrlModel::parse reads. REQUIRES: within the limits above.
std::string print_model(const UrlModelParts& parts);
// The hexadecimal checksum of a model's file: its name in comparisons.
std::string model_checksum(std::string_view bytes);

}  // namespace linkgate::verdict
