#include "net/smtp_data.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace linkgate::net {
namespace {

using namespace std::string_view_literals;

struct Decoded {
  bool whole = false, ambiguous = false;
  std::string content, rest;
  friend bool operator==(const Decoded&, const Decoded&) = default;
};

Decoded decode(std::string_view wire, size_t step) {
  SmtpDataDecoder decoder;
  Decoded decoded;
  while (!wire.empty() && !decoded.whole) {
    std::string_view piece = wire.substr(0, step);
    const size_t given = piece.size();
    decoded.whole = decoder.take(&piece, &decoded.content);
    wire.remove_prefix(given - piece.size());
  }
  decoded.rest = wire;
  decoded.ambiguous = decoder.ambiguous();
  return decoded;
}

TEST(SmtpData, EndsAtCrLfDotCrLfAndNowhereElse) {
  const struct {
    std::string_view wire, content, rest;
    bool whole, ambiguous;
  } kCases[] = {
      {".\r\nQUIT"sv, ""sv, "QUIT"sv, true, false},
      {"a\r\n.\r\nQUIT"sv, "a\r\n"sv, "QUIT"sv, true, false},
      {"a\r\n..b\r\n.\r\n"sv, "a\r\n.b\r\n"sv, ""sv, true, false},
      {"..\r\n.\r\n"sv, ".\r\n"sv, ""sv, true, false},
      {"a.\r\n.\r\n"sv, "a.\r\n"sv, ""sv, true, false},
      {"bare\rcr and bare\nlf\r\n.\r\n"sv, "bare\rcr and bare\nlf\r\n"sv, ""sv, true, false},
      {"a\r\r\n.\r\n"sv, "a\r\r\n"sv, ""sv, true, false},
      {"a\r\n.b\r\n.\r\n"sv, "a\r\nb\r\n"sv, ""sv, true, false},
      // What a lax server somewhere takes for the end.
      {"a\n.\nx\r\n.\r\n"sv, "a\n.\nx\r\n"sv, ""sv, true, true},
      {"a\n.\r\nx\r\n.\r\n"sv, "a\n.\r\nx\r\n"sv, ""sv, true, true},
      {"a\r\n.\nx\r\n.\r\n"sv, "a\r\n\nx\r\n"sv, ""sv, true, true},
      {"a\r.\rx\r\n.\r\n"sv, "a\r.\rx\r\n"sv, ""sv, true, true},
      {"a\r.\r\nx\r\n.\r\n"sv, "a\r.\r\nx\r\n"sv, ""sv, true, true},
      {"a\r\n.\rx\r\n.\r\n"sv, "a\r\n\rx\r\n"sv, ""sv, true, true},
      {"a\n.\rx\r\n.\r\n"sv, "a\n.\rx\r\n"sv, ""sv, true, true},
      {"a\r\n.\r\r\nx\r\n.\r\n"sv, "a\r\n\r\r\nx\r\n"sv, ""sv, true, true},
      {"a\r\r\n.\r\r\nx\r\n.\r\n"sv, "a\r\r\n\r\r\nx\r\n"sv, ""sv, true, true},
      {"a\r\n\0.\r\nx\r\n.\r\n"sv, "a\r\n\0.\r\nx\r\n"sv, ""sv, true, true},
      {"a\r\n.\0\r\nx\r\n.\r\n"sv, "a\r\n\0\r\nx\r\n"sv, ""sv, true, true},
      {"\0.\r\nx\r\n.\r\n"sv, "\0.\r\nx\r\n"sv, ""sv, true, true},
      {".\nx\r\n.\r\n"sv, "\nx\r\n"sv, ""sv, true, true},
      // Not whole.
      {"a\r\n."sv, "a\r\n"sv, ""sv, false, false},
      {"a\r\n.\r"sv, "a\r\n"sv, ""sv, false, false},
      {"a\n.\n"sv, "a\n.\n"sv, ""sv, false, true},
  };
  for (const auto& c : kCases) {
    const Decoded want{c.whole, c.ambiguous, std::string(c.content), std::string(c.rest)};
    for (size_t step : {1UL, 2UL, 3UL, 1000UL}) {
      EXPECT_EQ(decode(c.wire, step), want) << testing::PrintToString(c.wire) << " in steps of " << step;
    }
  }
}

TEST(SmtpData, ContentThatPassesTheCheckComesBackAsItWas) {
  const std::string_view kContents[] = {"",
                                        "a\r\n",
                                        ".\r\n",
                                        "..\r\n.\r\n",
                                        "a\r\n.\nb\r\n",
                                        "a\n..\n\r\n",
                                        "\r\n.\r\r\n",
                                        "a\nb\rc\r\n",
                                        "\r\n\r\n.a\r\n"};
  for (std::string_view content : kContents) {
    ASSERT_TRUE(is_unambiguous(content)) << testing::PrintToString(content);
    for (size_t step : {1UL, 2UL, 100UL}) {
      SmtpDataEncoder encoder;
      std::string wire;
      for (size_t i = 0; i < content.size(); i += step) encoder.put(content.substr(i, step), &wire);
      encoder.finish(&wire);
      const Decoded back = decode(wire, 7);
      EXPECT_TRUE(back.whole);
      EXPECT_FALSE(back.ambiguous) << testing::PrintToString(wire);
      EXPECT_EQ(back.content, content);
    }
  }
}

TEST(SmtpData, ALastLineWithoutEndGetsOne) {
  SmtpDataEncoder encoder;
  std::string wire;
  encoder.put("no end", &wire);
  encoder.finish(&wire);
  EXPECT_EQ(wire, "no end\r\n.\r\n");
}

TEST(SmtpData, ContentThatStuffingCannotCureIsFoundOut) {
  for (std::string_view content :
       {"a\n.\nb\r\n"sv, "a\r.\r\n"sv, "a\n.\r\n"sv, "\n."sv, "\0.\n"sv, "a\r\n\0.\0\0\r\n"sv, "\r."sv}) {
    EXPECT_FALSE(is_unambiguous(content)) << testing::PrintToString(content);
  }
}

}  // namespace
}  // namespace linkgate::net
