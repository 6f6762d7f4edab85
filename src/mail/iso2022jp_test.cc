#include "mail/iso2022jp.h"

#include <gtest/gtest.h>

#include "mail/rewrite_laws.h"

namespace linkgate::mail {
namespace {

struct Case {
  std::string_view bytes, skeleton, utf8;
  char state = 'B';  // at the end
};

TEST(Iso2022Jp, IsReadAsBrowsersDo) {
  const Case cases[] = {
      {"a\x1B$B$\"\x1B(Bb",
       "a\x80\x80"
       "b",
       "aあb"},
      {"a\x1B$@$\"\x1B(Jb~\\",
       "a\x80\x80"
       "b~\\",
       "aあb‾¥", 'J'},
      {"\x1B(I1\x1B(B!", "\x80!", "ｱ!"},
      {"x.ex\x1B(Bample", "x.example", "x.example"},
      {"a\x1B(J\x1B(Bb",
       "a\x80"
       "b",
       "a\uFFFDb"},  // of two in a row the first is an error
      {"a\x1B(J\x1B(J\x1B(Bb",
       "a\x80\x80"
       "b",
       "a\uFFFD\uFFFDb"},
      {"a\x1B(hb", "a\x1B(hb", "a\uFFFD(hb"},  // none of its sequences
      {"a\x1B$(Db", "a\x1B$(Db", "a\uFFFD$(Db"},
      {"a\x1B(", "a\x1B(", "a\uFFFD("},
      {"\x1B$B$", "\x80", "\uFFFD", 'K'},
      {"\x1B$B$\"$\nb", "\x80\x80\x80\nb", "あ\uFFFD\nb"},  // a line end is ASCII again
      {"\x1B(I1\nb\x1B(J\n~", "\x80\nb\n~", "ｱ\nb\n‾", 'J'},
      {"\x1B$B\x7E\x7E$\"", "\x80\x80\x80\x80", "\uFFFDあ", 'K'},  // no such character
      {"a\xB1\x0E", "a\xB1\x0E", "a\uFFFD\uFFFD"},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(iso2022jp_skeleton(c.bytes), c.skeleton) << c.utf8;
    const Charset::Mapped decoded = decode_iso2022jp(c.bytes, kIso2022JpAscii);
    EXPECT_EQ(decoded.text, c.utf8);
    ASSERT_EQ(decoded.source.size(), decoded.text.size() + 1);
    EXPECT_TRUE(std::is_sorted(decoded.source.begin(), decoded.source.end())) << c.utf8;
    EXPECT_EQ(decoded.source.back(), c.bytes.size());
    EXPECT_EQ(Iso2022JpStates(c.bytes).state_at(c.bytes.size()), c.state) << c.utf8;
  }
}

TEST(Iso2022Jp, TheWayBackFromTheSkeletonGoesAroundSequences) {
  const std::string_view bytes = "a\x1B$B$\"\x1B(Bb";
  Iso2022JpCursor cursor(bytes);
  EXPECT_EQ(cursor.end_of(1).at, 1U);
  EXPECT_EQ(cursor.begin_of(1).at, 4U);
  EXPECT_EQ(cursor.begin_of(1).state, 'K');
  EXPECT_EQ(cursor.end_of(3).at, 6U);
  EXPECT_EQ(cursor.end_of(3).state, 'K');
  EXPECT_EQ(cursor.begin_of(3).at, 9U);
  EXPECT_EQ(cursor.begin_of(3).state, 'B');
  EXPECT_EQ(cursor.end_of(4).at, bytes.size());
}

std::vector<std::string> urls_of(std::string_view type, std::string_view body) {
  const std::string mail = "From: a@example.org\nContent-Type: " + std::string(type) +
                           "; charset=iso-2022-jp\n\n" + std::string(body);
  EXPECT_EQ(laws::broken_by(mail), "") << body;
  std::vector<std::string> urls;
  const auto message = Message::parse(mail);
  for (const Link& link : message->links()) {
    if (link.left_alone == Unwrapped::kNo) urls.push_back(link.url);
  }
  return urls;
}

// What stands between the letters of a link to a reader of bytes, and not to one of characters.
TEST(Iso2022Jp, SequencesWithinALinkHideNothing) {
  const std::string text = "text/plain", flowed = "text/plain; format=flowed; delsp=yes", html = "text/html";
  const struct {
    std::string type, body;
    std::vector<std::string> urls;
  } cases[] = {
      {text, "http://b.ex\x1B(Bample/ x", {"http://b.example/"}},
      {text, "ht\x1B(Jtp:\x1B(B//localhost/", {"http://localhost/"}},
      {text, "~3\x1B(http://c.example/\x1B(I123\x1B(B\n", {"http://c.example/%EF%BD%B1%EF%BD%B2%EF%BD%B3"}},
      {text, "\x1B$B$\"\nhttp://d.example/\x1B(J\x1B(By", {"http://d.example/"}},
      {text, "\x1B$(Dhttp://e.example/\n", {"http://e.example/"}},
      {text, "\x1B(J~http://f.example/a~\\b\n", {"http://f.example/a%E2%80%BE%C2%A5b"}},
      {flowed, "http://a.\x1B(J \nexample/\x1B$B \nxy", {"http://a.example/xy"}},
      {flowed,
       "> http://a.\x1B(I1 \n> example/\x1B$B$\" \n> x\x1B(B z",
       {"http://a.xn--example-qq4f/%E3%81%82x"}},
      {html, "<a hr\x1B(Bef=\"http://a.example/\x1B(J\">x</a>", {"http://a.example/"}},
      {html, "<\x1B(Ja href=\x1B(Bhttp://b.ex\x1B(Jample/>x</a>", {"http://b.example/"}},
      {html, "<p>ht\x1B(Btp://c.ex\x1B(Jample/\x1B$B$\"\x1B(B</p>", {"http://c.example/"}},
      {html, "<a href=\"\x1B$B$\"\nhttp://x\"><a href=\x1B$B\nhttp://d.example>", {"http://d.example/"}},
      {html,
       "<base href=\"http://e.ex\x1B(Bample/\"><a href=\"\x1B$B$\"\x1B(B\">",
       {"http://e.example/%E3%81%82"}},
  };
  for (const auto& c : cases) EXPECT_EQ(urls_of(c.type, c.body), c.urls) << c.body;
}

}  // namespace
}  // namespace linkgate::mail
