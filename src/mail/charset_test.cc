#include "mail/charset.h"

#include <gtest/gtest.h>

namespace linkgate::mail {
namespace {

using Shape = Charset::Shape;

struct LabelCase {
  std::string_view label;
  std::string_view body;
  Shape shape;
  std::string_view utf8;
};

TEST(Charset, LabelsMeanWhatBrowsersAndMailClientsTakeThemFor) {
  const LabelCase cases[] = {
      {"utf-8", "\xC3\xA4", Shape::kAscii, "ä"},
      {"UTF8", "\xC3\xA4", Shape::kAscii, "ä"},
      {"iso-8859-1", "\x80", Shape::kAscii, "€"},
      {"us-ascii", "\x93", Shape::kAscii, "“"},
      {"windows-1251", "\xE4", Shape::kAscii, "д"},
      {"koi8-r", "\xC4", Shape::kAscii, "д"},
      {"gb2312", "\xC4\xE3", Shape::kAscii, "你"},
      {"big5", "\xA7\x41", Shape::kAscii, "你"},
      {"shift_jis", "\x82\xA0", Shape::kAscii, "あ"},
      {"euc-jp", "\xA4\xA2", Shape::kAscii, "あ"},
      {"euc-kr", "\xB0\xA1", Shape::kAscii, "가"},
      {"iso-2022-jp", "\x1B$B$\"\x1B(B", Shape::kIso2022Jp, "あ"},
      {"utf-16le", std::string_view("a\0", 2), Shape::kUtf16Le, "a"},
      {"utf-16be", std::string_view("\0a", 2), Shape::kUtf16Be, "a"},
      {"utf-16", std::string_view("\xFE\xFF\0a", 4), Shape::kUtf16Be, "\uFEFFa"},
      {"utf-32be", std::string_view("\0\0\0a", 4), Shape::kUtf32Be, "a"},
      {"utf-16be", "\x4F\x60\x59\x7D", Shape::kUtf16Be, "你好"},
      {"utf-16", "<a href=\"http://a.example/\">\r\n", Shape::kAscii, "<a href=\"http://a.example/\">\r\n"},
      {"unicode", "see http://a.example/", Shape::kAscii, "see http://a.example/"},
      {"utf-32", "see http://a.example/", Shape::kAscii, "see http://a.example/"},
      {"iso-2022-jp-2", "\x1B$A\x30\x21\x1B(B", Shape::kOther, "啊"},
      {"utf-7", "+AOQ-", Shape::kOther, "ä"},
      {"hz-gb-2312", "~{Dc~}", Shape::kOther, "你"},
      {"ibm037", "\x81", Shape::kOther, "a"},
      {"", "\xC3\xA4", Shape::kAscii, "ä"},
      {"", "\xE4", Shape::kAscii, "ä"},
      {"no-such-charset", "\xE4", Shape::kAscii, "ä"},
      {"unknown-8bit", "\xC3\xA4", Shape::kAscii, "ä"},
  };
  for (const auto& c : cases) {
    const Charset charset = Charset::of(c.label, c.body);
    EXPECT_EQ(charset.shape(), c.shape) << c.label;
    EXPECT_EQ(charset.to_utf8(c.body), c.utf8) << c.label;
  }
}

TEST(Charset, SkeletonKeepsAsciiAndPositions) {
  std::string storage;
  const std::string jis = "a\x1B$B<>\x1B(Bb";  // '<' and '>' are halves of a character here
  EXPECT_EQ(Charset::of("iso-2022-jp", jis).skeleton(jis, storage),
            "a\x80\x80"
            "b")
      << "without sequences";
  const std::string utf16("<\0\xE4\0>\0", 6);
  EXPECT_EQ(Charset::of("utf-16le", utf16).skeleton(utf16, storage), "<\x80>");
  const std::string latin = "<\xE4>";
  EXPECT_EQ(Charset::of("latin1", latin).skeleton(latin, storage).data(), latin.data()) << "no copy";
}

TEST(Charset, AsciiIsWrittenInTheCharsetAndState) {
  const Charset jis = Charset::of("iso-2022-jp", "");
  EXPECT_EQ(jis.from_ascii("x"), "x");
  EXPECT_EQ(jis.from_ascii("x", 'K', 'K'), "\x1B(Bx\x1B$B");
  EXPECT_EQ(jis.from_ascii("x", 'B', 'K'), "x\x1B$B");
  EXPECT_EQ(jis.from_ascii("x", 'J', 'J'), "x");
  EXPECT_EQ(jis.from_ascii("~x", 'J', 'J'), "%7Ex") << "Roman has no tilde";
  EXPECT_EQ(Charset::of("utf-16be", "").from_ascii("xy"), std::string("\0x\0y", 4));
  EXPECT_EQ(Charset::of("utf-32le", "").from_ascii("x"), std::string("x\0\0\0", 4));
}

TEST(Charset, MapsEachByteOfTheTextBackToItsSource) {
  const std::string jis = "http://a.example/\x1B$B$\"\x1B(B x";
  const Charset::Mapped mapped = Charset::of("iso-2022-jp", jis).to_utf8_mapped(jis);
  EXPECT_EQ(mapped.text, "http://a.example/あ x");
  ASSERT_EQ(mapped.source.size(), mapped.text.size() + 1);
  EXPECT_EQ(jis.substr(mapped.source[0], 4), "http");
  EXPECT_EQ(mapped.source.back(), jis.size());
}

TEST(Charset, QueriesAreEncodedAsTheDocumentIs) {
  EXPECT_EQ(Charset::of("iso-8859-1", "\xE4").encode_query("q=ä"), "q=%E4");
  EXPECT_EQ(Charset::of("windows-1251", "\xE4").encode_query("д=ä"), "%E4=%26%23228%3B");
  EXPECT_EQ(Charset::of("shift_jis", "").encode_query("あ"), "%82%A0");
  EXPECT_EQ(Charset::utf8().encode_query("ä"), "ä") << "left to the URL parser";
  EXPECT_EQ(Charset::of("utf-16le", "").encode_query("ä"), "ä") << "UTF-8, as the standard says";
}

}  // namespace
}  // namespace linkgate::mail
