#include "document/image.h"

#include <png.h>
#include <turbojpeg.h>
#include <webp/decode.h>

#include <algorithm>
#include <cstring>
#include <memory>

namespace linkgate::document {
namespace {

constexpr size_t kColours = 3;

Error refused(const std::string& why) { return Error(ErrorCode::kInvalidArgument, "a picture " + why); }

bool is_too_large(size_t width, size_t height) {
  return width == 0 || height == 0 || width > kMaxImageSide || height > kMaxImageSide ||
         width * height > kMaxImagePixels;
}

const uint8_t* data_of(std::string_view bytes) { return reinterpret_cast<const uint8_t*>(bytes.data()); }

Result<Image> decode_png(std::string_view bytes) {
  png_image png{};
  png.version = PNG_IMAGE_VERSION;
  if (png_image_begin_read_from_memory(&png, bytes.data(), bytes.size()) == 0)
    return refused("is a broken PNG");
  const std::unique_ptr<png_image, decltype(&png_image_free)> held(&png, png_image_free);
  if (is_too_large(png.width, png.height)) return refused("is too large");
  Image image{png.width, png.height, std::vector<uint8_t>(png.width * png.height * kColours)};
  png.format = PNG_FORMAT_RGB;
  constexpr png_color white{255, 255, 255};
  if (png_image_finish_read(&png, &white, image.pixels.data(), 0, nullptr) == 0)
    return refused("is a broken PNG");
  return image;
}

Result<Image> decode_jpeg(std::string_view bytes) {
  const std::unique_ptr<void, decltype(&tjDestroy)> decoder(tjInitDecompress(), tjDestroy);
  int width = 0, height = 0, sampling = 0, space = 0;
  if (!decoder || tjDecompressHeader3(decoder.get(), data_of(bytes), bytes.size(), &width, &height, &sampling,
                                      &space) != 0)
    return refused("is a broken JPEG");
  if (width < 0 || height < 0 || is_too_large(static_cast<size_t>(width), static_cast<size_t>(height)))
    return refused("is too large");
  Image image{static_cast<size_t>(width), static_cast<size_t>(height), {}};
  image.pixels.resize(image.width * image.height * kColours);
  // A file that ends early is shown as far as it goes, as browsers do. Scans without end are what it must not
  // decode.
  const int done = tjDecompress2(decoder.get(), data_of(bytes), bytes.size(), image.pixels.data(), width, 0,
                                 height, TJPF_RGB, TJFLAG_LIMITSCANS);
  if (done != 0 && tjGetErrorCode(decoder.get()) == TJERR_FATAL) return refused("is a broken JPEG");
  return image;
}

Result<Image> decode_webp(std::string_view bytes) {
  WebPBitstreamFeatures features{};
  if (WebPGetFeatures(data_of(bytes), bytes.size(), &features) != VP8_STATUS_OK || features.width < 0 ||
      features.height < 0)
    return refused("is a broken WebP");
  const auto width = static_cast<size_t>(features.width), height = static_cast<size_t>(features.height);
  if (features.has_animation != 0) return refused("moves");
  if (is_too_large(width, height)) return refused("is too large");
  std::vector<uint8_t> shining(width * height * 4);
  if (WebPDecodeRGBAInto(data_of(bytes), bytes.size(), shining.data(), shining.size(),
                         static_cast<int>(width * 4)) == nullptr)
    return refused("is a broken WebP");
  Image image{width, height, std::vector<uint8_t>(width * height * kColours)};
  for (size_t i = 0; i < width * height; ++i) {
    const unsigned solid = shining[i * 4 + 3];
    for (size_t colour = 0; colour < kColours; ++colour)
      image.pixels[i * kColours + colour] =
          static_cast<uint8_t>((shining[i * 4 + colour] * solid + 255U * (255U - solid)) / 255U);
  }
  return image;
}

bool is_png(std::string_view bytes) { return bytes.starts_with("\x89PNG\r\n\x1A\n"); }
bool is_webp(std::string_view bytes) {
  return bytes.size() >= 12 && bytes.starts_with("RIFF") && bytes.substr(8, 4) == "WEBP";
}

uint32_t number_at(std::string_view bytes, size_t at, size_t length) {
  uint32_t number = 0;
  for (size_t i = length; i > 0; --i) number = number << 8U | static_cast<uint8_t>(bytes[at + i - 1]);
  return number;
}

// The largest PNG that an icon file holds; empty where it holds none.
std::string_view png_in_icon(std::string_view bytes) {
  constexpr size_t kHeader = 6, kEntry = 16, kMostEntries = 64;
  if (bytes.size() < kHeader || number_at(bytes, 0, 4) != 0x00010000) return {};
  const size_t entries = std::min<size_t>(number_at(bytes, 4, 2), kMostEntries);
  std::string_view best;
  for (size_t i = 0; i < entries && kHeader + (i + 1) * kEntry <= bytes.size(); ++i) {
    const size_t entry = kHeader + i * kEntry;
    const size_t size = number_at(bytes, entry + 8, 4), begin = number_at(bytes, entry + 12, 4);
    if (begin >= bytes.size()) continue;
    const std::string_view held = bytes.substr(begin, size);
    if (is_png(held) && held.size() > best.size()) best = held;
  }
  return best;
}

}  // namespace

Image Image::part(size_t left, size_t top, size_t part_width, size_t part_height) const {
  left = std::min(left, width);
  top = std::min(top, height);
  Image image{std::min(part_width, width - left), std::min(part_height, height - top), {}};
  image.pixels.resize(image.width * image.height * kColours);
  for (size_t row = 0; row < image.height && image.width > 0; ++row)
    std::memcpy(&image.pixels[row * image.width * kColours], &pixels[((top + row) * width + left) * kColours],
                image.width * kColours);
  return image;
}

Image Image::halved() const {
  Image image{width / 2, height / 2, {}};
  image.pixels.reserve(image.width * image.height * kColours);
  for (size_t y = 0; y < image.height; ++y) {
    const uint8_t* const upper = &pixels[y * 2 * width * kColours];
    const uint8_t* const lower = upper + width * kColours;
    for (size_t x = 0; x < image.width * kColours * 2; x += kColours * 2) {
      for (size_t colour = x; colour < x + kColours; ++colour)
        image.pixels.push_back(static_cast<uint8_t>(
            (upper[colour] + upper[colour + kColours] + lower[colour] + lower[colour + kColours]) / 4));
    }
  }
  return image;
}

Result<Image> decode_image(std::string_view bytes) {
  if (bytes.size() > kMaxImageBytes) return refused("is too large");
  if (const std::string_view held = png_in_icon(bytes); !held.empty()) return decode_png(held);
  if (is_png(bytes)) return decode_png(bytes);
  if (bytes.starts_with("\xFF\xD8\xFF")) return decode_jpeg(bytes);
  if (is_webp(bytes)) return decode_webp(bytes);
  return refused("is neither PNG nor JPEG nor WebP");
}

}  // namespace linkgate::document
