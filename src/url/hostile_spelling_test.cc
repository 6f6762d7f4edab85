// Spellings that attackers use to make one destination look like another, against the laws of the canonical
// key and of list entries: spellings of one destination share a key, which is its own key, and an entry that
// fits the plain spelling fits them all, an entry for what they pretend to be none.

#include <gtest/gtest.h>

#include "url/canonical_key.h"
#include "url/pattern.h"

namespace linkgate::url {
namespace {

using Spellings = std::vector<std::string_view>;

const Spellings kLoopback = {
    "http://127.0.0.1/",
    "http://127.0.0.1",
    "http://127.1/",
    "http://127.0.1/",
    "http://2130706433/",
    "http://0x7f000001/",
    "http://0x7F.1/",
    "http://0X7f.0x0.0x0.0x1/",
    "http://0177.0.0.01/",
    "http://017700000001/",
    "http://0000000000177.0000.0.1/",
    "http://127.0x1/",
    "http://0x7f.00.1/",
    "http://127.0.0.1./",
    "http://2130706433./",
    "http://１２７.０.０.１/",
    "http://①②⑦.1/",
    "http://127。0。0．1/",
    "http://%31%32%37.%30x1/",
    "http://%EF%BC%91%EF%BC%92%EF%BC%97.1/",
    "http://127.0\t.0\n.1/",
    "http:\\\\127.1",
    "http:127.1",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:7f00:1]/",
    "http://[::FFFF:7F00:0001]/",
    "http://[0:0:0:0:0:ffff:127.0.0.1]/",
    "http://127.0.0.1:80/",
    "https://127.0.0.1:443/",
    "http://1.2.3.4@127.1/",
    "http://1.2.3.4:80@127.1:00080/",
    "http://1.2.3.4%2f@127.1#@1.2.3.4",
};

const Spellings kName = {
    "http://evil.example/",
    "HTTP://EVIL.EXAMPLE",
    "https://evil.example./",
    "http://evil%2Eexample/",
    "http://%65%76%69%6C.example/",
    "http://ｅｖｉｌ.ＥＸＡＭＰＬＥ/",
    "http://evil。example/",
    "http://evil．example/",
    "http://evil｡example./",
    "http://ev\u00adil.example/",
    "http://ev\u200bil.exam\u2060ple/",
    "http://ev%C2%ADil.example/",
    "http://ℯ𝓋𝒾ℓ.example/",
    "http://ev\til.exa\r\nmple/",
    " \x01http://evil.example/\x1f ",
    "http:evil.example",
    "http:/evil.example",
    "http:///evil.example",
    "https:\\\\evil.example\\",
    "https:/\\evil.example",
    "http://@evil.example/",
    "http://:@evil.example/",
    "http://good.example@evil.example/",
    "http://good.example:80@evil.example/",
    "http://a@good.example@evil.example/",
    "http://good.example%40@evil.example/",
    "http://good.example%2f%3f@evil.example/",
    "http://good.example\t@evil.example/",
    "http://good.example;@evil.example/",
    "http://evil.example:/",
    "http://evil.example:00080/",
    "http://evil.example:443/",
    "https://evil.example:80/",
    "http://evil.example#@good.example/",
    "http://evil.example/#/../good.example",
    "http://evil.example?",
    "http://evil.example\\",
    "http://evil.example//",
    "http://evil.example/./",
    "http://evil.example/%2e/",
    "http://evil.example/a/..",
    "http://evil.example/a\\..\\",
    "http://evil.example/a/%2E%2e",
    "http://evil.example/a/.%2e/%2E./..//",
    "http://evil.example/a/%252e%252E/",
    "http://evil.example/a/%25252e%2525252e",
    "http://evil.example/%25%32%65/",
    "http://evil.example/%%32%65/",
    "http://evil.example/%2%35%32e/",
    "http://evil.example/a%2f..%2F",
    "http://evil.example/a%252f%252e%252e",
    "http://evil.example/a/%\t2e%2\ne",
};

const Spellings kInternational = {
    "http://xn--bcher-kva.example/",  "http://XN--BCHER-KVA.EXAMPLE/",  "http://bücher.example/",
    "http://BÜCHER.example/",         "http://bu\u0308cher.example/",   "http://BU%CC%88CHER.example/",
    "http://b%C3%BCcher.example/",    "http://b%c3%9ccher.example./",   "http://b\u200bücher。example/",
    "http://xn--bcher-kva。example/", "http://ｘn--bcher-kva.example/", "http://good.example@bücher.example/",
};

struct Group {
  std::string_view key;
  std::string_view entry;
  const Spellings* spellings;
};
const Group kGroups[] = {
    {"127.0.0.1/", "127.0.0.1", &kLoopback},
    {"evil.example/", "evil.example", &kName},
    {"xn--bcher-kva.example/", "xn--bcher-kva.example", &kInternational},
};

TEST(HostileSpelling, SharesTheKeyOfThePlainOne) {
  for (const Group& group : kGroups) {
    for (const std::string_view text : *group.spellings) {
      const auto url = Url::parse(text);
      ASSERT_TRUE(url) << text;
      EXPECT_EQ(canonical_key(*url), group.key) << text;
      EXPECT_EQ(lookup_keys(*url).front(), group.key) << text;
      const auto again = Url::parse("http://" + canonical_key(*url));
      ASSERT_TRUE(again) << text;
      EXPECT_EQ(canonical_key(*again), group.key) << text;
    }
  }
}

TEST(HostileSpelling, FitsTheEntryForThePlainOneAndNoneForWhatItPretendsToBe) {
  for (const Group& group : kGroups) {
    const auto entry = TablPattern::parse(group.entry);
    const auto pretended = TablPattern::parse(group.entry == "127.0.0.1" ? "1.2.3.4" : "good.example");
    const auto kept = DoNotRewritePattern::parse("good.example/*");
    ASSERT_TRUE(entry && pretended && kept);
    for (const std::string_view text : *group.spellings) {
      const auto url = Url::parse(text);
      ASSERT_TRUE(url) << text;
      for (const auto action : {ListAction::kAllow, ListAction::kBlock})
        EXPECT_TRUE(entry->matches(canonical_key(*url), action)) << text;
      EXPECT_FALSE(pretended->matches(canonical_key(*url), ListAction::kAllow)) << text;
      EXPECT_FALSE(pretended->matches(url->href(), ListAction::kAllow)) << text;
      EXPECT_FALSE(pretended->matches(text, ListAction::kAllow)) << text;
      EXPECT_FALSE(kept->matches(text)) << text;
    }
  }
}

TEST(HostileSpelling, OfAnotherDestinationHasAnotherKey) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"http://127.0.0.1.evil.example/", "127.0.0.1.evil.example/"},
      {"http://[::7f00:1]/", "[::7f00:1]/"},
      {"http://[::ffff:0:7f00:1]/", "[::ffff:0:7f00:1]/"},
      {"http://[64:ff9b::7f00:1]/", "[64:ff9b::7f00:1]/"},
      {"http://evil.example../", "evil.example../"},
      {"http://evil.example:8080/", "evil.example:8080/"},
      {"http://evil.example:0/", "evil.example:0/"},
      {"http://fass.example/", "fass.example/"},
      {"http://faß.example/", "xn--fa-hia.example/"},
      {"http://FAẞ.example/", "xn--fa-hia.example/"},
      {"http://еvil.example/", "xn--vil-qdd.example/"},
      // Overlong forms are no slashes and dots to a browser, whatever a server makes of them.
      {"http://evil.example/%c0%ae%c0%ae/%c0%af", "evil.example/%C0%AE%C0%AE/%C0%AF"},
      {"http://evil.example/%25c0%25ae/%e0%80%ae", "evil.example/%C0%AE/%E0%80%AE"},
      {"http://evil.example/%u002e%u002e/", "evil.example/%25u002e%25u002e/"},
      {"http://evil.example/%", "evil.example/%25"},
      {"http://evil.example/%2", "evil.example/%252"},
      {"http://evil.example/%2525g", "evil.example/%25g"},
      {"http://evil.example/a%5c..%5cb", "evil.example/a%5C..%5Cb"},
      {"http://evil.example/．．/", "evil.example/%EF%BC%8E%EF%BC%8E/"},
      {"http://evil.example/...", "evil.example/..."},
      {"http://evil.example/;/../a", "evil.example/a"},
      {"http://evil.example/?%2e%2e/%2523", "evil.example/?../%23"},
  };
  for (const auto& [text, key] : cases) {
    const auto url = Url::parse(text);
    ASSERT_TRUE(url) << text;
    EXPECT_EQ(canonical_key(*url), key) << text;
    const auto again = Url::parse("http://" + canonical_key(*url));
    EXPECT_TRUE(again && canonical_key(*again) == key) << text;
  }
}

TEST(HostileSpelling, ThatNoBrowserOpensIsNoUrl) {
  for (const std::string_view text : {"http://evil.example%00.good.example/",
                                      "http://evil.example%2f.good.example/",
                                      "http://evil.example%5c.good.example/",
                                      "http://%2565vil.example/",
                                      "http://%c0%aeevil.example/",
                                      "http://evil.example%40good.example/",
                                      "http://[::ffff:127.0.0.1%25lo]/",
                                      "http://[::ffff:127.1]/",
                                      "http://[::ffff:0x7f.0.0.1]/",
                                      "http://127.0.0.0x100/",
                                      "http://127.0.0.0.1/",
                                      "http://256.1/",
                                      "http://127.0.0.08/",
                                      "http://4294967296/",
                                      "http://１２７.０.０.９９９/",
                                      "http://evil.example:80443/",
                                      "http://evil.example:8x/",
                                      "http://evil.example:-80/",
                                      "http://[127.0.0.1]/",
                                      "http://evil\xff.example/",
                                      "http://evil.example\uff0fgood.example/",
                                      "http://evil.example\uff1agood.example/"}) {
    EXPECT_FALSE(Url::parse(text)) << text;
  }
}

TEST(HostileSpelling, OfAnEntryIsTheEntryOfThePlainAddress) {
  for (const std::string_view text :
       {"127.0.0.1", "0177.0.0.1", "0x7f.0.0.1", "::ffff:127.0.0.1", "[::ffff:127.0.0.1]", "::FFFF:7F00:1"}) {
    const auto entry = TablPattern::parse(text);
    ASSERT_TRUE(entry) << text;
    for (const auto action : {ListAction::kAllow, ListAction::kBlock}) {
      EXPECT_TRUE(entry->matches("http://127.0.0.1/", action)) << text;
      EXPECT_TRUE(entry->matches("http://[::ffff:7f00:1]/", action)) << text;
      EXPECT_FALSE(entry->matches("http://127.0.0.2/", action)) << text;
    }
  }
}

}  // namespace
}  // namespace linkgate::url
