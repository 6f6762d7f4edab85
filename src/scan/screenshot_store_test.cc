#include "scan/screenshot_store.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include <filesystem>
#include <fstream>

#include "base/folder_for_test.h"
#include "scan/plain_png.h"

namespace linkgate::scan {
namespace {

std::string number(uint32_t value) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(value >> shift);
  return bytes;
}

std::string chunk(const std::string& type, const std::string& data) {
  const std::string named = type + data;
  const auto sum = ::crc32(0, reinterpret_cast<const Bytef*>(named.data()), static_cast<uInt>(named.size()));
  return number(static_cast<uint32_t>(data.size())) + named + number(static_cast<uint32_t>(sum));
}

std::string packed(const std::string& plain) {
  std::string out(compressBound(plain.size()), '\0');
  uLongf size = out.size();
  ::compress(reinterpret_cast<Bytef*>(out.data()), &size, reinterpret_cast<const Bytef*>(plain.data()),
             plain.size());
  out.resize(size);
  return out;
}

const std::string kSignature("\x89PNG\r\n\x1a\n", 8);

std::string header(uint32_t width, uint32_t height) {
  return chunk("IHDR", number(width) + number(height) + std::string("\x08\x02\x00\x00\x00", 5));
}

// `shade` makes pictures that differ.
std::string picture(char shade, const std::string& before = "", const std::string& after = "") {
  const std::string lines = std::string(1, '\0') + std::string(12, shade);
  return kSignature + header(4, 2) + before + chunk("IDAT", packed(lines + lines)) + chunk("IEND", "") +
         after;
}

TEST(PlainPng, KeepsThePictureAndLeavesOutEverythingElse) {
  const std::string plain = picture('a');
  EXPECT_EQ(plain_png(plain).value(), plain);
  EXPECT_EQ(plain_png(picture('a', chunk("tEXt", "Comment\0<script>"), "<script>alert(1)</script>")).value(),
            plain);
  EXPECT_EQ(plain_png(picture('a', chunk("acTL", std::string(8, '\0')))).value(), plain);
}

TEST(PlainPng, RefusesWhatIsNoWholePicture) {
  std::string broken_sum = picture('a');
  broken_sum[kSignature.size() + 20] ^= 1;
  const std::string cases[] = {
      "",
      "GIF89a",
      kSignature,
      kSignature + header(4, 2),
      broken_sum,
      kSignature + chunk("IDAT", packed("x")) + chunk("IEND", ""),
      kSignature + header(4, 2) + chunk("IDAT", packed("short")) + chunk("IEND", ""),
      kSignature + header(4, 2) + chunk("IDAT", packed(std::string(1000, 'x'))) + chunk("IEND", ""),
      kSignature + header(4, 2) + chunk("IDAT", "not packed") + chunk("IEND", ""),
      kSignature + header(0, 2) + chunk("IEND", ""),
      picture('a').substr(0, picture('a').size() - 5),
  };
  for (const std::string& bytes : cases) EXPECT_FALSE(plain_png(bytes).has_value()) << bytes.size();
  EXPECT_EQ(plain_png(kSignature + header(100'000, 100'000) + chunk("IEND", "")).error().code(),
            ErrorCode::kLimit);
}

class Screenshots : public FolderTest {};

TEST_F(Screenshots, ArePutByWhatTheyAreAndComeBackAlsoAfterARestart) {
  auto store = ScreenshotStore::open(folder_, 1 << 20).value();
  const std::string name = store->put(picture('a')).value();
  EXPECT_EQ(name.size(), 64u);
  EXPECT_EQ(store->put(picture('a', chunk("tEXt", "x"))).value(), name) << "the same picture";
  EXPECT_NE(store->put(picture('b')).value(), name);
  store = ScreenshotStore::open(folder_, 1 << 20).value();
  EXPECT_EQ(store->get(name).value(), picture('a'));
  EXPECT_EQ(store->get("../../etc/passwd").error().code(), ErrorCode::kInvalidArgument);
  EXPECT_EQ(store->get(std::string(64, '0')).error().code(), ErrorCode::kNotFound);
  EXPECT_FALSE(store->put("<svg onload=alert(1)>").has_value());
}

TEST_F(Screenshots, TheLongestUnseenGoFirst) {
  const uint64_t size = picture('a').size();
  auto store = ScreenshotStore::open(folder_, 2 * size + size / 2).value();
  const std::string a = store->put(picture('a')).value(), b = store->put(picture('b')).value();
  ASSERT_TRUE(store->get(a).has_value());
  const std::string c = store->put(picture('c')).value();
  EXPECT_TRUE(store->get(a).has_value());
  EXPECT_FALSE(store->get(b).has_value());
  EXPECT_TRUE(store->get(c).has_value());
  EXPECT_LE(store->bytes(), 2 * size + size / 2);
}

TEST_F(Screenshots, OneThatWasChangedOnTheDiskIsNotShown) {
  auto store = ScreenshotStore::open(folder_, 1 << 20).value();
  const std::string name = store->put(picture('a')).value();
  std::ofstream(folder_ + "/" + name + ".png") << picture('b');
  EXPECT_EQ(store->get(name).error().code(), ErrorCode::kCorrupt);
}

}  // namespace
}  // namespace linkgate::scan
