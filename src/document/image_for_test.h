#pragma once
// Pictures for tests: QR codes drawn, and images written as PNG.

#include <ZXing/BitMatrix.h>
#include <ZXing/MultiFormatWriter.h>
#include <png.h>

#include <string>

#include "document/image.h"

namespace linkgate::document {

// `side` pixels wide and high, the code in the middle with a quiet zone.
inline Image qr_image(const std::string& text, int side) {
  const auto matrix =
      ZXing::MultiFormatWriter(ZXing::BarcodeFormat::QRCode).setMargin(4).encode(text, side, side);
  Image image{static_cast<size_t>(matrix.width()), static_cast<size_t>(matrix.height()), {}};
  for (int y = 0; y < matrix.height(); ++y) {
    for (int x = 0; x < matrix.width(); ++x)
      image.pixels.insert(image.pixels.end(), 3, matrix.get(x, y) ? 0 : 255);
  }
  return image;
}

inline std::string as_png(const Image& image) {
  png_image png{};
  png.version = PNG_IMAGE_VERSION;
  png.width = static_cast<png_uint_32>(image.width);
  png.height = static_cast<png_uint_32>(image.height);
  png.format = PNG_FORMAT_RGB;
  png_alloc_size_t size = 0;
  png_image_write_to_memory(&png, nullptr, &size, 0, image.pixels.data(), 0, nullptr);
  std::string bytes(size, '\0');
  png_image_write_to_memory(&png, bytes.data(), &size, 0, image.pixels.data(), 0, nullptr);
  bytes.resize(size);
  return bytes;
}

}  // namespace linkgate::document
