#include "verdict/tenant_lists.h"

#include <gtest/gtest.h>

#include <chrono>

namespace linkgate::verdict {
namespace {

using url::ListAction;

constexpr Time kNow{Ticks(17'000'000'000'000'000)};

TenantUrlEntry entry(std::string_view text, ListAction action, std::optional<Time> expires = std::nullopt) {
  auto pattern = url::TablPattern::parse(text);
  EXPECT_TRUE(pattern.has_value()) << text;
  return {*pattern, action, expires, ""};
}

struct ListCase {
  std::vector<std::string_view> block, allow;
  std::string_view url;
  std::string_view decided_by;  // "" for nobody
  bool blocked = true;
};

TEST(TenantLists, BlocksReachEverySpellingAndAllowsOnlyTheCanonicalOne) {
  const ListCase cases[] = {
      {{"contoso.com"}, {}, "https://contoso.com/", "contoso.com"},
      {{"contoso.com"}, {}, "https://sub.contoso.com/a?b#c", "contoso.com"},
      {{"contoso.com"}, {}, "HTTPS://CONTOSO.COM./", "contoso.com"},
      {{"contoso.com"}, {}, "https://user:pw@contoso.com:8443/", "contoso.com"},
      {{"contoso.com"}, {}, "https://%63ontoso.com/", "contoso.com"},
      {{"contoso.com"}, {}, "https://other.com/?u=contoso.com", "contoso.com"},
      {{"contoso.com"}, {}, "https://abc-contoso.com/", ""},
      {{"contoso.com"}, {}, "https://contoso.community/", ""},
      {{"*.contoso.com/*"}, {}, "https://a.b.contoso.com/x", "*.contoso.com/*"},
      {{"~contoso.com~"}, {}, "https://www.contoso.com/x", "~contoso.com~"},
      {{"contoso.com/a/*"}, {}, "https://contoso.com/%61/b", "contoso.com/a/*"},
      {{"contoso.com/a/*"}, {}, "https://contoso.com/x/../a/b", "contoso.com/a/*"},
      {{"contoso.com/a/*"}, {}, "https://contoso.com/b/b", ""},
      {{"*.zip/*"}, {}, "https://invoice.zip/open", "*.zip/*"},
      {{"1.2.3.4"}, {}, "http://0x01020304/", "1.2.3.4"},
      {{"contoso.com"},
       {},
       "https://nam01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fcontoso.com%2Fa&data=x",
       "contoso.com"},
      {{}, {"contoso.com"}, "https://contoso.com", "contoso.com", false},
      {{}, {"contoso.com"}, "https://contoso.com/", "contoso.com", false},
      {{}, {"contoso.com"}, "https://sub.contoso.com/", "", false},
      {{}, {"contoso.com/*"}, "https://contoso.com/a/b", "contoso.com/*", false},
      {{}, {"contoso.com/*"}, "https://contoso.com@evil.com/a", "", false},
      {{}, {"contoso.com/*"}, "https://contoso.com.evil.com/a", "", false},
      {{}, {"contoso.com/*"}, "https://evil.com\\@contoso.com/a", "", false},
      {{"contoso.com"}, {"contoso.com/*"}, "https://contoso.com/a", "contoso.com", true},
      {{"evil.com"}, {"contoso.com/*"}, "https://contoso.com/a", "contoso.com/*", false},
      {{"contoso.com"}, {}, "not a url at all", ""},
      {{"contoso.com"}, {}, "", ""},
  };
  for (const auto& c : cases) {
    std::vector<TenantUrlEntry> entries;
    for (const auto text : c.allow) entries.push_back(entry(text, ListAction::kAllow));
    for (const auto text : c.block) entries.push_back(entry(text, ListAction::kBlock));
    const TenantLists lists(std::move(entries));
    const TenantUrlEntry* match = lists.match(c.url, kNow);
    EXPECT_EQ(match == nullptr ? "" : match->pattern.text(), c.decided_by) << c.url;
    if (match != nullptr) {
      EXPECT_EQ(match->action == ListAction::kBlock, c.blocked) << c.url;
    }
  }
}

// What is blocked stays blocked in every spelling, and an allowed name that a link merely shows allows
// nothing.
TEST(TenantLists, HostileSpellingsChangeNothing) {
  const TenantLists lists({entry("evil.example", ListAction::kBlock), entry("127.0.0.1", ListAction::kBlock),
                           entry("xn--bcher-kva.example", ListAction::kBlock),
                           entry("good.example", ListAction::kAllow),
                           entry("good.example/*", ListAction::kAllow)});
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"http://good.example@evil.example/", "evil.example"},
      {"http://good.example\\@evil.example/", "evil.example"},
      {"http://evil.example\\@good.example/", "evil.example"},
      {"http://evil.example\\.good.example/", "evil.example"},
      {"http:evil.example", "evil.example"},
      {"http:///evil.example/#@good.example", "evil.example"},
      {"ht\ntp://ev\til.example/", "evil.example"},
      {"http://ｅｖｉｌ。example/", "evil.example"},
      {"http://evil%2eexample:8443/%252e%252e", "evil.example"},
      {"http://0x7f.1/", "127.0.0.1"},
      {"http://[::ffff:7f00:1]/", "127.0.0.1"},
      {"http://１２７.1:80/", "127.0.0.1"},
      {"http://BU\u0308CHER.example./", "xn--bcher-kva.example"},
      {"https://good.example:443@other.example/", ""},
      {"https://good.example%2f@other.example/", ""},
      {"https://other.example/\\good.example", ""},
      {"https://nam01.safelinks.protection.outlook.com:443@other.example/?url=https%3A%2F%2Fgood.example",
       ""},
      {"https://other.example\\.safelinks.protection.outlook.com/?url=https%3A%2F%2Fgood.example", ""},
      {"https://GOOD.example.:443/%2e", "good.example"},
  };
  for (const auto& [url, decided_by] : cases) {
    const TenantUrlEntry* match = lists.match(url, kNow);
    EXPECT_EQ(match == nullptr ? "" : match->pattern.text(), decided_by) << url;
  }
}

TEST(TenantLists, AnEntryCountsUntilTheMomentItExpires) {
  const TenantLists lists({entry("contoso.com", ListAction::kBlock, kNow)});
  EXPECT_NE(lists.match("https://contoso.com/", kNow - Ticks(1)), nullptr);
  EXPECT_EQ(lists.match("https://contoso.com/", kNow), nullptr);
}

// The index by labels must find whatever a pattern itself would match.
TEST(TenantLists, TheIndexFindsWhatAWalkOverAllEntriesFinds) {
  const std::string_view texts[] = {"contoso.com",
                                    "*.contoso.com",
                                    "*.contoso.com/*",
                                    "~contoso.com",
                                    "~contoso.com~",
                                    "contoso.com/*",
                                    "contoso.com/a/*",
                                    "1.2.3.4",
                                    "1.2.3.4/*",
                                    "*.com/*",
                                    "t.co",
                                    "a.b.contoso.com",
                                    "my-shop.contoso.com"};
  const std::string_view urls[] = {"https://contoso.com/",
                                   "https://www.contoso.com/",
                                   "https://www.contoso.com/a",
                                   "https://contoso.com/a/b",
                                   "https://x.com/contoso.com/",
                                   "https://x.com/a_contoso.com",
                                   "https://x.org/?q=contoso.com",
                                   "https://x.org/a.b.contoso.com.z",
                                   "http://1.2.3.4/",
                                   "http://1.2.3.4/a",
                                   "https://t.co/abc",
                                   "https://a.b.contoso.com/",
                                   "https://my-shop.contoso.com/",
                                   "https://x.org/..contoso.com..",
                                   "https://x.org/my-shop.contoso.com",
                                   "https://x.org\\contoso.com/",
                                   "https://x.org/t.co",
                                   "https://x.org/;t.co;",
                                   "https://123contoso.com/",
                                   "https://x.org/-contoso.com"};
  for (const auto text : texts) {
    const TenantUrlEntry alone = entry(text, ListAction::kBlock);
    const TenantLists lists({alone});
    for (const auto url : urls) {
      if (alone.pattern.matches(url, ListAction::kBlock)) {
        EXPECT_NE(lists.match(url, kNow), nullptr) << text << " " << url;
      }
    }
  }
}

TEST(TenantLists, AHostileUrlAgainstTenThousandEntriesIsAnsweredAtOnce) {
  std::vector<TenantUrlEntry> entries;
  for (int i = 0; i < 10'000; ++i) {
    entries.push_back(entry("contoso.com/p" + std::to_string(i) + "/*", ListAction::kBlock));
  }
  const TenantLists lists(std::move(entries));
  std::string url = "https://example.org/";
  while (url.size() < 60'000) url += "contoso.com.";
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(lists.match(url, kNow), nullptr);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(5));
}

TEST(DoNotRewriteList, AnyEntryIsEnough) {
  const DoNotRewriteList list({"contoso.com/*", "*.fabrikam.com/*"});
  EXPECT_TRUE(list.matches("https://contoso.com/a"));
  EXPECT_TRUE(list.matches("https://www.fabrikam.com/a"));
  EXPECT_FALSE(list.matches("https://example.com/"));
  EXPECT_FALSE(DoNotRewriteList().matches("https://example.com/"));
}

}  // namespace
}  // namespace linkgate::verdict
