#include "document/image_hash.h"

#include <algorithm>
#include <bit>

#include "base/ascii.h"

namespace linkgate::document {
namespace {

constexpr size_t kSide = 16;
constexpr size_t kAcross = kSide + 1;
constexpr unsigned kSame = 2;      // of 255: patches that differ by no more are equally light
constexpr int kFewestEdges = 16;   // a picture with fewer shows next to nothing
constexpr size_t kMostRows = 400;  // that are looked at: of larger pictures not every one, nor every pixel

using Patches = std::array<unsigned, kAcross * kSide>;

// The mean lightness of each patch.
Patches patches_of(const Image& image) {
  const size_t step = image.height / kMostRows + 1;
  std::vector<size_t> column(image.width);
  for (size_t x = 0; x < image.width; ++x) column[x] = x * kAcross / image.width;
  Patches sums{}, counts{};
  for (size_t y = 0; y < image.height; y += step) {
    const size_t row = y * kSide / image.height * kAcross;
    const uint8_t* const line = &image.pixels[y * image.width * 3];
    for (size_t x = 0; x < image.width; x += step) {
      const uint8_t* const pixel = line + x * 3;
      sums[row + column[x]] += (pixel[0] * 77U + pixel[1] * 151U + pixel[2] * 28U) >> 8U;
      ++counts[row + column[x]];
    }
  }
  for (size_t i = 0; i < sums.size(); ++i) sums[i] /= std::max(counts[i], 1U);
  return sums;
}

int edges_of(const ImageHash& hash) {
  int sum = 0;
  for (const uint64_t part : hash.bits) sum += std::popcount(part);
  return sum;
}

}  // namespace

std::optional<ImageHash> hash_of(const Image& image) {
  if (image.width < kAcross || image.height < kSide) return std::nullopt;
  const Patches patches = patches_of(image);
  ImageHash hash;
  for (size_t bit = 0; bit < kSide * kSide; ++bit) {
    const size_t patch = bit / kSide * kAcross + bit % kSide;
    const unsigned left = patches[patch], right = patches[patch + 1];
    if (left > right + kSame) hash.bits[bit / 64] |= uint64_t{1} << bit % 64;
    if (right > left + kSame) hash.bits[4 + bit / 64] |= uint64_t{1} << bit % 64;
  }
  if (edges_of(hash) < kFewestEdges) return std::nullopt;
  return hash;
}

double likeness(const ImageHash& a, const ImageHash& b) {
  ImageHash both, either;
  for (size_t i = 0; i < a.bits.size(); ++i) {
    both.bits[i] = a.bits[i] & b.bits[i];
    either.bits[i] = a.bits[i] | b.bits[i];
  }
  return static_cast<double>(edges_of(both)) / std::max(edges_of(either), 1);
}

std::string to_hex(const ImageHash& hash) {
  std::string text;
  for (const uint64_t part : hash.bits) {
    for (unsigned shift = 64; shift > 0; shift -= 4) text += "0123456789abcdef"[part >> (shift - 4) & 0xF];
  }
  return text;
}

std::optional<ImageHash> image_hash_from_hex(std::string_view text) {
  if (text.size() != ImageHash{}.bits.size() * 16 || !std::all_of(text.begin(), text.end(), ascii::is_hex))
    return std::nullopt;
  ImageHash hash;
  for (size_t i = 0; i < text.size(); ++i)
    hash.bits[i / 16] = hash.bits[i / 16] << 4U | static_cast<uint64_t>(ascii::hex_value(text[i]));
  return hash;
}

}  // namespace linkgate::document
