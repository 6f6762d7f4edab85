#pragma once
// What a picture looks like in 512 bits: of each of 16 x 16 patches whether it is clearly lighter, or clearly
// darker, than the one to its right (a difference hash that knows what is empty). Pictures that were scaled,
// compressed again or coloured a little otherwise keep most of their edges; of two that have nothing to do
// with one another few coincide. Pure.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "document/image.h"

namespace linkgate::document {

struct ImageHash {
  std::array<uint64_t, 8> bits{};  // lighter: the first four; darker: the others
  friend bool operator==(const ImageHash&, const ImageHash&) = default;
};

// Absent for pictures that show next to nothing: of those all are alike.
std::optional<ImageHash> hash_of(const Image& image);
// The share of their edges that both have: 1 for the same, some 0.2 for pictures of different things.
double likeness(const ImageHash& a, const ImageHash& b);

// 128 digits of hexadecimal, and back.
std::string to_hex(const ImageHash& hash);
std::optional<ImageHash> image_hash_from_hex(std::string_view text);

}  // namespace linkgate::document
