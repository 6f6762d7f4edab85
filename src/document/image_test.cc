#include "document/image.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <turbojpeg.h>
#include <webp/encode.h>

#include "document/image_for_test.h"
#include "document/image_hash.h"
#include "document/qr_codes.h"

namespace linkgate::document {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const std::string kUrl = "https://northgate-voicemail.example/secure?x=1";

std::string as_jpeg(const Image& image) {
  tjhandle encoder = tjInitCompress();
  unsigned char* bytes = nullptr;
  unsigned long size = 0;  // NOLINT(google-runtime-int): as TurboJPEG has it
  tjCompress2(encoder, image.pixels.data(), static_cast<int>(image.width), 0, static_cast<int>(image.height),
              TJPF_RGB, &bytes, &size, TJSAMP_444, 80, 0);
  std::string out(reinterpret_cast<char*>(bytes), size);
  tjFree(bytes);
  tjDestroy(encoder);
  return out;
}

std::string as_webp(const Image& image) {
  uint8_t* bytes = nullptr;
  const size_t size =
      WebPEncodeRGB(image.pixels.data(), static_cast<int>(image.width), static_cast<int>(image.height),
                    static_cast<int>(image.width * 3), 80, &bytes);
  std::string out(reinterpret_cast<char*>(bytes), size);
  WebPFree(bytes);
  return out;
}

std::string as_icon(const std::string& png) {
  std::string icon("\0\0\1\0\1\0\x20\x20\0\0\1\0\x20\0", 14);
  for (const uint32_t number : {static_cast<uint32_t>(png.size()), 22U}) {
    for (unsigned shift = 0; shift < 32; shift += 8) icon += static_cast<char>(number >> shift & 0xFFU);
  }
  return icon + png;
}

TEST(Image, EachFormatIsReadAndItsCodeWithIt) {
  const Image code = qr_image(kUrl, 300);
  for (const std::string& bytes : {as_png(code), as_jpeg(code), as_webp(code), as_icon(as_png(code))}) {
    const auto image = decode_image(bytes);
    ASSERT_TRUE(image);
    EXPECT_EQ(image->width, 300U);
    EXPECT_THAT(qr_texts(*image), ElementsAre(kUrl));
  }
}

TEST(Image, WhatIsBrokenOrNoneIsRefused) {
  const std::string png = as_png(qr_image(kUrl, 300));
  EXPECT_FALSE(decode_image(""));
  EXPECT_FALSE(decode_image("<svg xmlns='http://www.w3.org/2000/svg'/>"));
  EXPECT_FALSE(decode_image(png.substr(0, png.size() / 2)));
  EXPECT_FALSE(decode_image("RIFF\x10\0\0\0WEBPVP8 "));
  std::string large = png;  // 65,535 pixels wide, says its header
  large[16] = large[17] = '\0';
  large[18] = large[19] = '\xFF';
  EXPECT_FALSE(decode_image(large));
}

TEST(Image, ACodeIsFoundWithinALargerPictureAndInverted) {
  const Image code = qr_image(kUrl, 200);
  Image screen{1280, 800, std::vector<uint8_t>(1280 * 800 * 3, 230)};
  for (size_t y = 0; y < code.height; ++y)
    std::copy_n(&code.pixels[y * code.width * 3], code.width * 3,
                &screen.pixels[((y + 400) * 1280 + 700) * 3]);
  EXPECT_THAT(qr_texts(screen), ElementsAre(kUrl));
  EXPECT_THAT(qr_texts(screen.halved()), ElementsAre(kUrl));
  EXPECT_THAT(qr_texts(screen.part(0, 0, 640, 800)), IsEmpty());
  EXPECT_THAT(qr_texts(screen.part(640, 300, 2000, 2000)), ElementsAre(kUrl));
}

// A box with a line in it on a ground that darkens to the right, in whatever size.
Image drawing(size_t width, size_t height, size_t box) {
  Image image{width, height, std::vector<uint8_t>(width * height * 3)};
  for (size_t y = 0; y < height; ++y) {
    for (size_t x = 0; x < width; ++x) {
      const size_t across = x * 100 / width, down = y * 100 / height;
      const bool inside = across > box && across < box + 40 && down > 20 && down < 80;
      const auto light = static_cast<uint8_t>(inside ? (down / 8 % 2 == 0 ? 255 : 40) : 200 - across);
      std::fill_n(&image.pixels[(y * width + x) * 3], 3, light);
    }
  }
  return image;
}

TEST(ImageHash, SurvivesAnotherSizeAndCompression) {
  const auto hash = hash_of(drawing(1280, 800, 30));
  const auto other = hash_of(*decode_image(as_jpeg(drawing(800, 500, 30))));
  ASSERT_TRUE(hash && other);
  EXPECT_GE(likeness(*hash, *other), 0.85);
  EXPECT_LE(likeness(*hash, *hash_of(drawing(1280, 800, 5))), 0.7);
  EXPECT_EQ(image_hash_from_hex(to_hex(*hash)), hash);
}

TEST(ImageHash, OfNextToNothingThereIsNone) {
  EXPECT_FALSE(hash_of(Image{100, 100, std::vector<uint8_t>(30'000, 255)}));
  EXPECT_FALSE(hash_of(Image{8, 8, std::vector<uint8_t>(192, 7)}));
  EXPECT_FALSE(image_hash_from_hex("abc"));
}

}  // namespace
}  // namespace linkgate::document
