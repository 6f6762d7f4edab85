#pragma once
// Pictures as bytes, and as what they show. Pure; bytes are hostile.

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace linkgate::document {

inline constexpr size_t kMaxImageBytes = 16 << 20;
inline constexpr size_t kMaxImageSide = 16'384;
inline constexpr size_t kMaxImagePixels = 24'000'000;  // 72 MB while they are looked at

struct Image {
  size_t width = 0, height = 0;
  std::vector<uint8_t> pixels;  // red, green, blue; row by row, without gaps

  // At half its width and height; each pixel is the mean of four.
  Image halved() const;
  // A part of it; what lies outside is left away.
  Image part(size_t left, size_t top, size_t part_width, size_t part_height) const;
};

// PNG, JPEG and WebP (the first picture of a moving one), and icons (.ico) that hold a PNG. Where it shines
// through, white lies below. kInvalidArgument for what is none of them, is broken or is larger than the
// limits say.
Result<Image> decode_image(std::string_view bytes);

}  // namespace linkgate::document
