#include "mail/transfer_encoding.h"

#include <gtest/gtest.h>

#include "base/ascii.h"

namespace linkgate::mail {
namespace {

struct DecodeCase {
  Encoding encoding;
  std::string_view encoded;
  std::string_view decoded;
};

TEST(TransferEncoding, DecodesAsLenientlyAsMailClients) {
  constexpr auto kQp = Encoding::kQuotedPrintable;
  constexpr auto kB64 = Encoding::kBase64;
  const DecodeCase cases[] = {
      {kQp, "a=3Db=3db", "a=b=b"},
      {kQp, "a=\r\nb=\nc", "abc"},
      {kQp, "a= \t\r\nb", "ab"},
      {kQp, "a=zz=4", "a=zz=4"},
      {kQp, "a=", "a"},
      {kQp, "==3D", "=="},
      {kQp, "=E4=0D=0A", "\xE4\r\n"},
      {kB64, "YWJj", "abc"},
      {kB64, "YW\r\nJj\r\n", "abc"},
      {kB64, "YQ==YmM=", "abc"},
      {kB64, "YQ", "a"},
      {kB64, "Y!W@Jj", "abc"},
      {kB64, "", ""},
      {kB64, "Y", ""},
      {Encoding::kIdentity, "=3D", "=3D"},
      {Encoding::kUuencode, "x\nbegin 644 f\n#86)C\n`\nend\n", "abc"},
      {Encoding::kUuencode, "begin 644 f\r\n!80\r\nend\r\n", "a"},
  };
  for (const auto& c : cases) EXPECT_EQ(decode(c.encoded, c.encoding), c.decoded) << c.encoded;
}

TEST(TransferEncoding, Base64EndsWhereAFooterFollowsItsPadding) {
  const struct {
    std::string_view encoded;
    std::string_view rest;
  } cases[] = {
      {"YQ==\r\n", ""},
      {"YWJj\r\n-- \r\nfooter\r\n", ""},  // no padding: every reader goes on
      {"YQ==\r\n_____\r\nA list, http://l.example/\r\n", "\r\n_____\r\nA list, http://l.example/\r\n"},
      {"YQ==\r\nYmM=\r\n", ""},
      {"YQ==!aHR0cDovL2EuZXhhbXBsZS8=", ""},  // readers that go on see a link
      {"", ""},
  };
  for (const auto& c : cases) EXPECT_EQ(c.encoded.substr(base64_extent(c.encoded)), c.rest) << c.encoded;
}

TEST(TransferEncoding, NamesAreReadWithoutRegardToCaseOrComments) {
  EXPECT_EQ(encoding_from("Quoted-Printable"), Encoding::kQuotedPrintable);
  EXPECT_EQ(encoding_from(" BASE64 (comment)"), Encoding::kBase64);
  EXPECT_EQ(encoding_from("x-uuencode"), Encoding::kUuencode);
  EXPECT_EQ(encoding_from("8bit"), Encoding::kIdentity);
  EXPECT_EQ(encoding_from("nonsense"), Encoding::kIdentity);
}

void expect_short_lines(std::string_view encoded) {
  for (std::string_view line : ascii::split(encoded, '\n')) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    EXPECT_LE(line.size(), kMaxEncodedLine) << line;
  }
}

TEST(TransferEncoding, WhatIsEncodedDecodesToTheSame) {
  std::string every;
  for (int i = 0; i < 1024; ++i) every += static_cast<char>(i * 7);
  const std::string texts[] = {every,
                               "",
                               "a \r\nb\t\nc ",
                               std::string(500, 'x'),
                               "--b\n.\nFrom me\r",
                               "=\r\n",
                               std::string(74, 'x') + "\xE4",
                               std::string(75, 'x') + "\n-"};
  for (const std::string& text : texts) {
    for (const bool binary : {false, true}) {
      const std::string encoded = encode_quoted_printable(text, "\r\n", binary);
      EXPECT_EQ(decode(encoded, Encoding::kQuotedPrintable), text);
      expect_short_lines(encoded);
      EXPECT_EQ(encoded.find("\n--"), std::string::npos);
      EXPECT_EQ(encoded.find(" \r"), std::string::npos);
    }
    const std::string encoded = encode_base64(text, 76, "\n");
    EXPECT_EQ(decode(encoded, Encoding::kBase64), text);
    expect_short_lines(encoded);
  }
}

TEST(TransferEncoding, PatchFitsIntoItsLine) {
  const std::string url = "https://links.example/?url=" + std::string(200, 'a') + "&data=-x";
  for (size_t column = 0; column <= 75; ++column) {
    for (size_t rest = 0; column + rest <= 76; rest += 5) {
      const std::string line(column, 'b');
      size_t end = column;
      const std::string patch = encode_patch(url, end, rest, "\n");
      const std::string whole = line + patch + std::string(rest, 'c');
      EXPECT_EQ(decode(whole, Encoding::kQuotedPrintable), line + url + std::string(rest, 'c'));
      EXPECT_EQ(whole.find("\n-"), std::string::npos) << "could be taken for a boundary";
      const size_t newline = whole.rfind('\n', whole.size() - rest - 1);
      EXPECT_EQ(end, whole.size() - rest - newline - 1);
      // What follows was in a line of 76 with something before it, so there is room for one character of
      // ours.
      if (rest <= 75) expect_short_lines(whole);
    }
  }
}

TEST(TransferEncoding, CursorFindsWhereADecodedByteStood) {
  const std::string_view encoded = "ab=\r\n=3Dc=\n=\nd";
  ASSERT_EQ(decode(encoded, Encoding::kQuotedPrintable), "ab=cd");
  QuotedPrintableCursor cursor(encoded);
  EXPECT_EQ(cursor.begin_of(0), 0U);
  EXPECT_EQ(cursor.end_of(2), 2U) << "before the soft line break";
  EXPECT_EQ(cursor.begin_of(2), 5U) << "after it";
  EXPECT_EQ(cursor.end_of(4), 9U);
  EXPECT_EQ(cursor.begin_of(4), 13U) << "after two of them";
  EXPECT_EQ(cursor.end_of(5), encoded.size());
}

}  // namespace
}  // namespace linkgate::mail
