#include "url/idna_newer.h"

#include <gtest/gtest.h>

#include "url/idna.h"
#include "url/punycode.h"
#include "url/url.h"

namespace linkgate::url {
namespace {

// RFC 3492, section 7.1, and what stands at the edges.
TEST(Punycode, EncodesAndDecodesTheSamplesOfItsStandard) {
  const std::pair<std::u32string_view, std::string_view> cases[] = {
      {U"ليهمابتكلموشعربي؟", "egbpdaj6bu4bxfgehfvwxn"},
      {U"他们为什么不说中文", "ihqwcrb4cv8a8dqg056pqjye"},
      {U"Pročprostěnemluvíčesky", "Proprostnemluvesky-uyb24dma41a"},
      {U"なぜみんな日本語を話してくれないのか", "n8jok5ay5dzabd5bym9f0cm5685rrjetr6pdxa"},
      {U"3年B組金八先生", "3B-ww4c5e180e575a65lsy2b"},
      {U"そのスピードで", "d9juau41awczczp"},
      {U"-> $1.00 <-", "-> $1.00 <--"},
      {U"bücher", "bcher-kva"},
      {U"\U0010ffff", "dn32g"},
      {U"", ""},
  };
  for (const auto& [text, encoded] : cases) {
    EXPECT_EQ(punycode_encode(text), encoded);
    const auto decoded = punycode_decode(encoded);
    EXPECT_TRUE(decoded && *decoded == text) << encoded;
  }
}

TEST(Punycode, RefusesWhatEncodesNoText) {
  for (const std::string_view bad :
       {"a-!", "\xc3\xbc-kva", "9999999999", "ls8h=", "999999b", "a-99999999", "bcher-kv"}) {
    const auto decoded = punycode_decode(bad);
    EXPECT_FALSE(decoded) << bad;
  }
}

// The hosts that Chromium 156 (Unicode 17) opens for these.
TEST(IdnaNewer, HostsWithCharactersNewerThanIcuAreReadAsBrowsersReadThem) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"http://\U0003293120.音.ꡦ1./", "xn--20-9802c.xn--0w5a.xn--1-eg4e."},
      {"http://A\U00010D50\u05d0.example/", "failure"},              // a right-to-left letter behind an A
      {"http://\U00010D50\u05d0.example/", "xn--4db9806k.example"},  // a Garay capital
      {"http://\U00010D40.example/", "failure"},                     // begins with a digit, and is no name
      {"http://\u0897a.example/", "failure"},                        // begins with a mark
      {"http://a\u0897.example/", "xn--a-nnd.example"},
      {"http://\U000105D2\u0307.example/", "xn--ev8c.example"},                            // composed
      {"http://\U000105D2\u0307\U000113CE.example/", "xn--ev8ci3v.example"},               // over a virama
      {"http://\u06f0\U0001611E\U00016122\U0001611F.example/", "xn--dmb4638oja.example"},  // parted first
      {"http://a\u1ad9\u094d.\u1ae9\u1ae6.example/", "failure"},
      {"http://z\u06f0\u1ae9\u1ae6.example/", "xn--z-hyc444mma.example"},  // marks in order of their classes
      {"http://\u0928\U000113CF\u200d\U000113C2\U000113C2.example/", "xn--l2b638i5p6odba.example"},
      {"http://xn--ev8c.ü/", "xn--ev8c.xn--tda"},
      {"http://ｘn--ev8c.example/", "xn--ev8c.example"},
      {"http://\U0001CCD6\U0001CCF0\uA7F1.example/", "a0s.example"},      // outlined letters
      {"http://\U00032D9F\U00010450.example/", "xn--mk8c7655g.example"},  // a stand-in stays itself
      {"http://\U00011384\U000113BB\u3002\U0002EBF0.example/", "xn--uq1d.xn--8g0n.example"},
      {"http://\U0001FFFD.example/", "failure"},  // assigned to nothing yet
  };
  for (const auto& [text, host] : cases) {
    const auto url = Url::parse(text);
    EXPECT_EQ(url ? url->hostname() : "failure", host) << text;
  }
}

TEST(IdnaNewer, NamesThatAreTooLongForDnsAreNotEncoded) {
  std::u32string label;
  std::string domain;
  for (char32_t c = 0x32450; label.size() < 900; --c) label.push_back(c);
  for (const char32_t c : label) {
    domain.append({'\xf0', static_cast<char>(0x80 | c >> 12), static_cast<char>(0x80 | (c >> 6 & 0x3f)),
                   static_cast<char>(0x80 | (c & 0x3f))});
  }
  std::string out;
  EXPECT_FALSE(append_idna_to_ascii(out, domain));
  EXPECT_TRUE(append_idna_to_ascii(out, domain.substr(0, 4 * 200)));
}

TEST(IdnaNewer, StandInsComeOutAsTheyWentIn) {
  StandIns stand_ins;
  const std::u32string text = U"a\U00032931\u0897\U00010450z";
  const std::u32string hidden = stand_ins.hide(text);
  EXPECT_FALSE(has_newer_character(hidden));
  const auto revealed = stand_ins.reveal(hidden);
  EXPECT_TRUE(revealed && *revealed == text);
  EXPECT_FALSE(stand_ins.reveal(hidden + U"\U00010450")) << "one more than there were";
  EXPECT_FALSE(stand_ins.reveal(hidden.substr(0, 1))) << "some are gone";
}

}  // namespace
}  // namespace linkgate::url
