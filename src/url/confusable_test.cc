#include "url/confusable.h"

#include <gtest/gtest.h>

#include "url/url.h"

namespace linkgate::url {
namespace {

// "аррӏе looks like apple; ..." of a host as typed.
std::string found_in(std::string_view host) {
  const auto url = Url::parse("http://" + std::string(host));
  EXPECT_TRUE(url) << host;
  if (!url) return "no URL";
  std::string out;
  for (const auto& label : confusable_labels(url->hostname())) {
    if (!out.empty()) out += "; ";
    out += label.label;
    out += label.kind == ConfusableLabel::Kind::kLooksLike ? " looks like " : " mixes ";
    out += label.like;
  }
  return out;
}

struct ConfusableCase {
  std::string_view host;
  std::string_view found;
};

TEST(ConfusableLabels, AreThoseThatAreWrittenToBeTakenForOthers) {
  const ConfusableCase cases[] = {
      // Every letter of "apple" is Cyrillic, the case that made browsers show Punycode.
      {"www.аррӏе.com", "аррӏе looks like apple"},
      {"xn--80ak6aa92e.com", "аррӏе looks like apple"},
      {"аpple.com", "аpple looks like apple"},
      {"paypa1.com", "paypa1 looks like paypal"},
      {"g00gle.com", "g00gle looks like google"},
      {"rnicrosoft.com", "rnicrosoft looks like microsoft"},
      {"login.arnazon-support.example.com", "arnazon-support looks like amazon"},
      {"раураӏ-login.example.com", "раураӏ-login looks like paypal"},
      {"ｐａｙｐａ１.com", "paypa1 looks like paypal"},
      {"ѕсоре.com", "ѕсоре looks like scope"},
      {"οοο.com", "οοο looks like ooo"},
      {"bаnk.example.com", "bаnk mixes Cyrillic and Latin"},
      {"αdmin.example.com", "αdmin mixes Greek and Latin"},
      {"shopαд.com", "shopαд mixes Cyrillic, Greek and Latin"},
  };
  for (const auto& c : cases) EXPECT_EQ(found_in(c.host), c.found) << c.host;
}

TEST(ConfusableLabels, AreNotThoseOfHonestNames) {
  for (const std::string_view host : {"apple.com",
                                      "www.paypal.com",
                                      "microsoft.com",
                                      "google.co.uk",
                                      "example.com",
                                      "a1.example.com",
                                      "0.com",
                                      "bücher.example",
                                      "straße.example",
                                      "łódź.example",
                                      "altın.example",
                                      "ñandú.example",
                                      "façade-café.example",
                                      "пример.рф",
                                      "хор.рф",
                                      "президент.com",
                                      "日本語.jp",
                                      "日本語tokyo.jp",
                                      "おはよう.jp",
                                      "アマゾンjp.com",
                                      "한국.kr",
                                      "中文abc.com",
                                      "παράδειγμα.gr",
                                      "דוגמה.com",
                                      "مثال.com",
                                      "ไทย.com",
                                      "☕.example",
                                      "i❤ny.example",
                                      "127.0.0.1",
                                      "[::1]",
                                      "localhost",
                                      "xn--zn7c.com",
                                      "a_b.example.com",
                                      "-.example.com",
                                      "example.com.",
                                      "x..y"}) {
    EXPECT_EQ(found_in(host), "") << host;
  }
  EXPECT_TRUE(confusable_labels("").empty());
}

TEST(ConfusableLabels, AreFewAndFoundInBoundedTime) {
  std::string host;
  for (int i = 0; i < 500; ++i) host += "paypa1.";
  EXPECT_EQ(confusable_labels(host + "com").size(), kMaxConfusableLabels);
  EXPECT_TRUE(confusable_labels(std::string(1'000'000, '1') + ".com").empty());
}

}  // namespace
}  // namespace linkgate::url
