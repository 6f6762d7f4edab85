#include "mail/charset_choice.h"

#include <gtest/gtest.h>
#include <unicode/ucnv.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

#include "base/ascii.h"
#include "mail/html_meta_charset.h"
#include "mail/rewriter.h"

namespace linkgate::mail {
namespace {

namespace fs = std::filesystem;
using Shape = Charset::Shape;

std::string wide(std::string_view ascii, bool little_endian, size_t width = 2) {
  std::string out;
  for (const char c : ascii) {
    if (little_endian) out += c;
    out.append(width - 1, '\0');
    if (!little_endian) out += c;
  }
  return out;
}

// One name for all labels of a charset.
std::string canonical(std::string_view label) {
  UErrorCode status = U_ZERO_ERROR;
  UConverter* converter = ucnv_open(Charset::of(label, {}).icu_name().c_str(), &status);
  const std::string name =
      U_SUCCESS(status) ? ucnv_getName(converter, &status) : "none: " + std::string(label);
  ucnv_close(converter);
  return name;
}

struct DeclaredCase {
  std::string_view html;
  std::string_view label;  // "-": none
};

TEST(HtmlMetaCharset, IsReadAsTheStandardPrescans) {
  const DeclaredCase cases[] = {
      {"<meta charset=koi8-r>", "koi8-r"},
      {"<META CHARSET = 'KOI8-R' >", "koi8-r"},
      {"<meta/charset=big5>", "big5"},
      {"<metacharset=big5>", "-"},
      {"<meta http-equiv=content-type content='text/html; charset=big5'>", "big5"},
      {"<meta content='text/html; charset=\"big5\"' http-equiv=Content-Type>", "big5"},
      {"<meta content='text/html; charset=big5'>", "-"},
      {"<meta http-equiv=content-type content='text/html; charset=\"big5'>", "-"},
      {"<meta http-equiv=content-type content='charset charset=big5'>", "big5"},
      {"<meta charset=no-such-charset><meta charset=big5>", "big5"},
      {"<meta charset=big5><meta charset=koi8-r>", "big5"},
      {"<meta charset=koi8-r charset=big5>", "koi8-r"},
      {"<meta charset=utf-16>", "utf-8"},
      {"<!-- <meta charset=big5> --><meta charset=koi8-r>", "koi8-r"},
      {"<!--><meta charset=big5>-->", "big5"},
      {"<a title='<meta charset=big5>'>", "-"},
      {"</a x='><meta charset=big5>'><meta charset=koi8-r>", "koi8-r"},
      {"<? x><meta charset=big5>", "big5"},
      {"<meta charset=big5\">", "-"},
      {"<meta charset=big5", "-"},
      {"<meta charset=big5 x='", "-"},
      {"", "-"},
  };
  for (const auto& c : cases) EXPECT_EQ(declared_charset(c.html).value_or("-"), c.label) << c.html;
  EXPECT_EQ(declared_charset(std::string(5000, ' ') + "<meta charset=big5>"), "big5");
}

struct EncodingCase {
  std::string data;
  std::string encoding;
};

std::vector<EncodingCase> read_cases(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::vector<EncodingCase> cases;
  std::string section;
  for (std::string line; std::getline(in, line);) {
    if (line == "#data") cases.emplace_back();
    if (line == "#data" || line == "#encoding") {
      section = line;
    } else if (!cases.empty() && section == "#data") {
      cases.back().data += line + "\n";
    } else if (!cases.empty() && cases.back().encoding.empty()) {
      cases.back().encoding = line;
    }
  }
  return cases;
}

// Not run: scripted/ (a script writes the <meta>; mail runs none) and chardet/ (no names, but frequencies of
// characters; where no name helps we read UTF-8 or windows-1252).
TEST(HtmlMetaCharset, AgreesWithTheEncodingTestsOfHtml5lib) {
  const char* env = std::getenv("LINKGATE_DATA");
  const fs::path data = env != nullptr ? fs::path(env) : fs::path(LINKGATE_SOURCE_DIR) / "../shared/data";
  const fs::path folder = data / "conformance/html5lib/encoding";
  if (!fs::exists(folder)) GTEST_SKIP() << "no data at " << folder << ": nothing was tested";
  size_t run = 0;
  size_t named = 0;
  for (const char* name : {"tests1.dat", "tests2.dat", "test-yahoo-jp.dat"}) {
    for (const EncodingCase& test : read_cases(folder / name)) {
      ++run;
      const bool mark = test.data.starts_with("\xEF\xBB\xBF");
      const std::string got =
          mark ? "utf-8" : declared_charset(test.data).value_or("windows-1252");  // the default of the tests
      EXPECT_EQ(canonical(got), canonical(test.encoding)) << name << "\n" << test.data;
      if (!mark && !declared_charset(test.data)) continue;
      ++named;
      const CharsetChoice choice = choose_charset("", test.data, /*is_html=*/true);
      EXPECT_EQ(canonical(choice.charset.icu_name()), canonical(test.encoding)) << test.data;
      EXPECT_FALSE(choice.contradictory);
    }
  }
  std::printf("html5lib encoding: %zu cases, %zu of them name a charset\n", run, named);
  EXPECT_GE(run, 80U);
}

struct ChoiceCase {
  std::string_view label;
  std::string bytes;
  bool is_html;
  std::string_view name;
};

TEST(CharsetChoice, MarkThenContentTypeThenMeta) {
  const std::string link = "<a href='http://x.example/'>";
  const ChoiceCase cases[] = {
      {"koi8-r", "<meta charset=big5>" + link, true, "koi8-r"},
      {"", "<meta charset=koi8-r>" + link, true, "koi8-r"},
      {"no-such-charset", "<meta charset=koi8-r>" + link, true, "koi8-r"},
      {"unknown-8bit", "<meta charset=koi8-r>" + link, true, "koi8-r"},
      {"", "<meta charset=koi8-r>" + link, false, "utf-8"},
      {"koi8-r", "\xEF\xBB\xBF<meta charset=big5>" + link, true, "utf-8"},
      {"", "\xEF\xBB\xBF<meta charset=big5>" + link, true, "utf-8"},
      {"", "<meta charset=iso-2022-jp>" + link, true, "iso-2022-jp"},
      {"utf-8", "<meta charset=utf-16>" + link, true, "utf-8"},
      {"", "<meta charset=utf-16>\xE4" + link, true, "utf-8"},
      {"", link + "\xE4", true, "windows-1252"},
  };
  for (const auto& c : cases) {
    const CharsetChoice choice = choose_charset(c.label, c.bytes, c.is_html);
    EXPECT_EQ(canonical(choice.charset.icu_name()), canonical(c.name)) << c.label << " " << c.bytes;
    EXPECT_FALSE(choice.contradictory) << c.label << " " << c.bytes;
  }
}

struct WideCase {
  std::string_view label;
  std::string bytes;
  Shape shape;
};

TEST(CharsetChoice, WideCharsetsAreTakenWhereTheyShowTheLinks) {
  const std::string link = "<a href='http://x.example/'>";
  const WideCase cases[] = {
      {"utf-16", "\xFF\xFE" + wide(link, true), Shape::kUtf16Le},
      {"utf-16", "\xFE\xFF" + wide(link, false), Shape::kUtf16Be},
      {"utf-16", wide(link, true), Shape::kUtf16Le},
      {"utf-16", wide(link, false), Shape::kUtf16Be},  // RFC 2781, 4.3; browsers take it for the other
      {"utf-16le", wide(link, false), Shape::kUtf16Be},
      {"utf-16le", "\xFE\xFF" + wide(link, false), Shape::kUtf16Be},
      {"", "\xFF\xFE" + wide(link, true), Shape::kUtf16Le},
      {"", wide(link, true), Shape::kUtf16Le},  // no name at all
      {"", wide(link, false), Shape::kUtf16Be},
      {"us-ascii", wide(link, true), Shape::kUtf16Le},
      {"iso-8859-1", "\xFF\xFE" + wide(link, true), Shape::kUtf16Le},
      {"utf-32", std::string("\0\0\xFE\xFF", 4) + wide(link, false, 4), Shape::kUtf32Be},
      {"utf-32le", wide(link, true, 4), Shape::kUtf32Le},
      // A name or a mark that is a lie: who believes it sees no link.
      {"utf-16", link, Shape::kAscii},
      {"utf-16be", link, Shape::kAscii},
      {"utf-32", link, Shape::kAscii},
      {"ibm037", link, Shape::kAscii},
      {"us-ascii", "\xFE\xFF" + link, Shape::kAscii},
      {"", "\xFF\xFE" + link, Shape::kAscii},
      {"utf-7", "+ADw-x", Shape::kOther},
      {"utf-7", link, Shape::kOther},
      // Without links the name decides.
      {"utf-16", wide("hello", true), Shape::kUtf16Le},
      {"us-ascii", std::string("a\0b", 3), Shape::kAscii},
  };
  for (const auto& c : cases) {
    const CharsetChoice choice = choose_charset(c.label, c.bytes, /*is_html=*/true);
    EXPECT_EQ(choice.charset.shape(), c.shape) << c.label << " " << c.bytes;
    EXPECT_FALSE(choice.contradictory) << c.label << " " << c.bytes;
  }
}

TEST(CharsetChoice, LinksInTwoCharsetsAreRefused) {
  const std::string link = "<a href='http://x.example/'>";
  EXPECT_TRUE(choose_charset("us-ascii", link + wide(link, true), true).contradictory);
  EXPECT_TRUE(choose_charset("utf-16", "\xFF\xFE" + wide(link, true) + link, true).contradictory);
  EXPECT_TRUE(choose_charset("utf-16", wide(link, true) + wide(link, false), true).contradictory);
  EXPECT_TRUE(choose_charset("utf-7", link + wide(link, true), true).contradictory);
  EXPECT_TRUE(choose_charset("ibm037", link + "\x88\x99\x85\x86", true).contradictory) << "href in EBCDIC";
  const std::string mail = "Content-Type: text/html; charset=utf-16\n\n\xFF\xFE" + wide(link, true) + link;
  const auto message = Message::parse(mail);
  ASSERT_FALSE(message);
  EXPECT_EQ(message.error().code(), ErrorCode::kLimit);
}

// A reader who does not know UTF-7 sees a comment where there is none, or none where there is one: afterwards
// all read UTF-8, whatever became of the links.
TEST(CharsetChoice, WhatShowsAsAsciiIsSentAsUtf8) {
  const std::string head = "Content-Type: text/html; charset=utf-7\n\n";
  const std::string mail = head + "+ADwAIQAtAC0-<a href='http://x.example/'>--+AD4- www.y.example";
  const auto message = Message::parse(mail);
  ASSERT_TRUE(message);
  const auto rendered = message->render({}, [](const Link&) { return std::nullopt; });
  ASSERT_TRUE(rendered);
  EXPECT_EQ(rendered->repairs, 1U);
  const auto again = Message::parse(rendered->bytes);
  ASSERT_TRUE(again);
  EXPECT_NE(rendered->bytes.find("charset=utf-8"), std::string::npos) << rendered->bytes;
  ASSERT_EQ(again->links().size(), 1U) << "one is in a comment now";
  EXPECT_EQ(again->links()[0].url, "http://www.y.example/");
  const std::string no_links = head + "hello +AOQ-";
  const auto plain = Message::parse(no_links);
  ASSERT_TRUE(plain);
  EXPECT_EQ(plain->render({}, [](const Link&) { return std::nullopt; })->repairs, 0U);
}

// Japanese and Chinese in UTF-16 have the bytes of "<a" and the like in their halves.
TEST(CharsetChoice, HalvesOfCharactersAreNoLinks) {
  std::string bytes = "\xFF\xFE" + wide("<a href='http://x.example/'>", true);
  for (char16_t c = 0x4E00; c < 0x9FFF; ++c)
    bytes += static_cast<char>(c & 0xFF), bytes += static_cast<char>(c >> 8);
  const CharsetChoice choice = choose_charset("utf-16", bytes, true);
  EXPECT_EQ(choice.charset.shape(), Shape::kUtf16Le);
  EXPECT_FALSE(choice.contradictory);
}

}  // namespace
}  // namespace linkgate::mail
