// What may replace a feed, and what may not.
#include "scan/feed_update.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sodium.h>
#include <zlib.h>

#include <map>

#include "base/base64.h"
#include "base/folder_for_test.h"
#include "scan/feed_proof.h"
#include "scan/unpack.h"

namespace linkgate::scan {
namespace {

using testing::AnyOf;
using testing::HasSubstr;

std::string lines(size_t count, std::string_view tail = ".example") {
  std::string text;
  for (size_t i = 0; i < count; ++i) text += "host" + std::to_string(i) + std::string(tail) + "\n";
  return text;
}

std::string gzipped(std::string_view text) {
  z_stream stream{};
  deflateInit2(&stream, 9, Z_DEFLATED, MAX_WBITS + 16, 9, Z_DEFAULT_STRATEGY);
  std::string out(text.size() + 1000, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(out.size() - stream.avail_out);
  deflateEnd(&stream);
  return out;
}

std::string little(uint64_t value, size_t size) {
  std::string out;
  for (size_t i = 0; i < size; ++i) out += static_cast<char>(value >> (8 * i));
  return out;
}

// An archive of one file; deflated as gzip has it between its header and its trailer.
std::string zipped(std::string_view text, bool is_deflated, uint16_t flags = 0) {
  const std::string gzip = gzipped(text);
  const std::string data = is_deflated ? gzip.substr(10, gzip.size() - 18) : std::string(text);
  const auto crc = crc32(0, reinterpret_cast<const Bytef*>(text.data()), static_cast<uInt>(text.size()));
  const std::string common = little(20, 2) + little(flags, 2) + little(is_deflated ? 8 : 0, 2) +
                             little(0, 4) + little(crc, 4) + little(data.size(), 4) + little(text.size(), 4) +
                             little(5, 2) + little(0, 2);
  const std::string local = "PK\x03\x04" + common + "a.txt" + data;
  const std::string central = std::string("PK\x01\x02") + little(20, 2) + common + little(0, 2) +
                              little(0, 2) + little(0, 2) + little(0, 4) + little(0, 4) + "a.txt";
  return local + central + "PK\x05\x06" + little(0, 4) + little(1, 2) + little(1, 2) +
         little(central.size(), 4) + little(local.size(), 4) + little(0, 2);
}

class Update : public FolderTest {
 protected:
  FeedBytes bytes(std::string_view text) const {
    auto made = FeedBytes::create(folder_).value();
    EXPECT_TRUE(made.append(text).has_value());
    return made;
  }
  // Entries, or what is wrong.
  std::string read(std::string_view text, size_t before = 0) {
    FeedSorter sorter(folder_);
    FeedUpdateContext context{.config = config_,
                              .folder = folder_,
                              .now = {},
                              .entries_before = before,
                              .fetch_proof = {},
                              .stop = stop_};
    context.fetch_proof = [this](const std::string& source) -> Result<FeedBytes> {
      if (!proofs_.contains(source)) return Error(ErrorCode::kUnavailable, "answers 404");
      return bytes(proofs_[source]);
    };
    const auto summary = read_update(context, bytes(text), &sorter);
    return summary ? std::to_string(summary->entries) : summary.error().message();
  }
  std::string unpacked(std::string_view text) const {
    auto out = unpack(bytes(text), folder_);
    return out ? std::string(out->view().value()) : out.error().message();
  }

  FeedConfig config_;
  std::map<std::string, std::string> proofs_;
  std::atomic<bool> stop_ = false;
};

TEST_F(Update, WhatPublishersCompressIsUnpacked) {
  const std::string text = lines(5'000);
  EXPECT_EQ(unpacked(text), text);
  EXPECT_EQ(unpacked(gzipped(text)), text);
  EXPECT_EQ(unpacked(gzipped("a\n") + gzipped("b\n")), "a\nb\n");
  EXPECT_EQ(unpacked(zipped(text, true)), text);
  EXPECT_EQ(unpacked(zipped(text, false)), text);
  EXPECT_EQ(read(gzipped(text)), "5000");
}

TEST_F(Update, WhatIsCompressedAndBrokenIsRefused) {
  const std::string text = lines(5'000), gzip = gzipped(text), zip = zipped(text, true);
  EXPECT_THAT(unpacked(gzip.substr(0, gzip.size() - 20)), HasSubstr("cut short"));
  std::string damaged = gzip;
  damaged[damaged.size() / 2] ^= 1;
  EXPECT_THAT(unpacked(damaged), AnyOf(HasSubstr("damaged"), HasSubstr("cut short")));
  EXPECT_THAT(unpacked(zip.substr(0, zip.size() - 30)), HasSubstr("cut short"));
  damaged = zip;
  damaged[zip.size() / 2] ^= 1;
  EXPECT_THAT(unpacked(damaged), AnyOf(HasSubstr("damaged"), HasSubstr("cut short")));
  EXPECT_THAT(unpacked(zipped(text, true, 1)), HasSubstr("encrypted"));
  for (size_t size = 0; size < 60; ++size) {
    EXPECT_THAT(unpacked("PK\x03\x04" + std::string(size, 'x')), HasSubstr("cut short")) << size;
  }
}

TEST_F(Update, AFeedThatShrinksToAFractionIsRefused) {
  EXPECT_EQ(read(lines(600), 1'000), "600");
  EXPECT_THAT(read(lines(499), 1'000), HasSubstr("499 entries after 1000"));
  EXPECT_EQ(read(lines(5), 900), "5") << "a small one may";
  config_.min_percent = 0;
  EXPECT_EQ(read(lines(5), 1'000'000), "5") << "and one that is told to";
}

TEST_F(Update, AFeedThatIsMostlyNoneIsRefused) {
  EXPECT_EQ(read(lines(60) + lines(50, "")), "60");
  EXPECT_THAT(read(lines(50) + lines(60, "")), HasSubstr("60 of 110 records are no entries"));
  EXPECT_EQ(read(lines(1) + lines(60, "")), "1") << "a small one may";
  config_.max_bad_percent = 100;
  EXPECT_EQ(read(lines(50) + lines(60, "")), "50");
}

TEST_F(Update, AChecksumIsOfTheBytesAsTheyWereFetched) {
  config_.source = "https://feeds.example/dump/list.txt.gz?key=x";
  config_.checksum = "sum";
  const std::string gzip = gzipped(lines(3));
  std::array<unsigned char, crypto_hash_sha256_BYTES> digest{};
  crypto_hash_sha256(digest.data(), reinterpret_cast<const unsigned char*>(gzip.data()), gzip.size());
  const std::string hex = hex_encode({reinterpret_cast<const char*>(digest.data()), digest.size()});
  const std::string other(64, 'a');
  const std::pair<std::string, std::string> cases[] = {
      {hex, "3"},
      {hex + "\n", "3"},
      {hex + "  list.txt.gz\n", "3"},
      {hex + " *./dump/list.txt.gz\r\n", "3"},
      {other + "  other.txt\n" + hex + "  list.txt.gz\n" + other + "  more.txt\n", "3"},
      {other, "does not have the SHA-256"},
      {other + "  list.txt.gz\n" + hex + "  other.txt", "does not have the SHA-256"},
      {"<html>", "no SHA-256"},
      {"", "no SHA-256"},
  };
  for (const auto& [proof, wanted] : cases) {
    proofs_["sum"] = proof;
    EXPECT_THAT(read(gzip), HasSubstr(wanted)) << proof;
  }
  proofs_.clear();
  EXPECT_THAT(read(gzip), HasSubstr("its checksum: answers 404"));
}

TEST_F(Update, ASignatureByMinisignIsVerified) {
  std::array<unsigned char, crypto_sign_PUBLICKEYBYTES> public_key{};
  std::array<unsigned char, crypto_sign_SECRETKEYBYTES> secret_key{};
  crypto_sign_keypair(public_key.data(), secret_key.data());
  const auto sign = [&](std::string_view message) {
    std::string signature(crypto_sign_BYTES, '\0');
    crypto_sign_detached(reinterpret_cast<unsigned char*>(signature.data()), nullptr,
                         reinterpret_cast<const unsigned char*>(message.data()), message.size(),
                         secret_key.data());
    return signature;
  };
  const auto proof_of = [&](std::string_view text, bool is_hashed) {
    std::string message(text);
    if (is_hashed) {
      message.assign(64, '\0');
      crypto_generichash(reinterpret_cast<unsigned char*>(message.data()), 64,
                         reinterpret_cast<const unsigned char*>(text.data()), text.size(), nullptr, 0);
    }
    const std::string signature = sign(message);
    return "untrusted comment: x\n" +
           base64_encode((is_hashed ? "ED" : "Ed") + std::string("12345678") + signature) +
           "\ntrusted comment: file:list\n" + base64_encode(sign(signature + "file:list")) + "\n";
  };
  config_.signature = "sig";
  config_.public_key = base64_encode(
      "Ed12345678" + std::string(reinterpret_cast<const char*>(public_key.data()), public_key.size()));
  const std::string list = lines(4);
  for (const bool is_hashed : {false, true}) {
    proofs_["sig"] = proof_of(list, is_hashed);
    EXPECT_EQ(read(list), "4");
    EXPECT_THAT(read(lines(5)), HasSubstr("does not have the signature"));
    proofs_["sig"].replace(proofs_["sig"].find("file:list"), 9, "file:lost");
    EXPECT_THAT(read(list), HasSubstr("does not have the signature")) << "the trusted comment counts";
  }
  proofs_["sig"] = "untrusted comment: x\n";
  EXPECT_THAT(read(list), HasSubstr("none of minisign's"));
  config_.public_key = base64_encode("Ed87654321" + std::string(32, 'k'));
  proofs_["sig"] = proof_of(list, true);
  EXPECT_THAT(read(list), HasSubstr("another key"));
  config_.public_key = "RW";
  EXPECT_THAT(read(list), HasSubstr("no public key"));
}

}  // namespace
}  // namespace linkgate::scan
