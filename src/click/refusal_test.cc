// Links that are not followed: each kind of trouble with its page, its status and its row.

#include <gmock/gmock.h>

#include "click/world_for_test.h"

namespace linkgate::click {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

constexpr char kPlain[] = "https://canteen.example.org/menu?day=monday";

class Refusals : public World {
 protected:
  static std::string replaced(std::string text, const std::string& from, const std::string& to) {
    size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return at == std::string::npos ? text : text.replace(at, from.size(), to);
  }
  std::string sealed_elsewhere(const std::string& origin, const url::Keyring& keys) const {
    auto sealed = url::seal(claims(kPlain), origin, keys);
    return sealed->substr(origin.size());
  }
};

TEST_F(Refusals, EveryTroubleWithALinkHasItsPageItsStatusAndItsRow) {
  std::string good = link(kPlain);
  size_t data = good.find("data=") + 5;
  std::string flipped = good;
  flipped[data + 40] = flipped[data + 40] == 'A' ? 'B' : 'A';
  url::Keyring foreign({key(9, url::KeyState::kSealing)});
  struct {
    const char* name;
    std::string target;
    unsigned status;
    const char* page;
    const char* shown;
    const char* reason;
    bool names_recipient;
  } cases[] = {
      {"another address beside the seal", replaced(good, "canteen", "evil"), 400,
       "This link was changed on its way", "Altered", "the address does not match its seal", true},
      {"cut in the middle of the seal", good.substr(0, data + 30), 400, "This link is damaged", "Altered",
       "the seal is damaged or forged", false},
      {"one character of the seal changed", flipped, 400, "This link is damaged", "Altered",
       "the seal is damaged or forged", false},
      {"the seal of another link's form",
       replaced(form_link(kPlain), "/f/", "/?url=https%3A%2F%2Fa.example&data="), 400, "This link is damaged",
       "Altered", "the seal is damaged or forged", false},
      {"sealed by a key of somebody else", sealed_elsewhere(config_.origin, foreign), 404,
       "This link was not made here", "NotIssuedHere", "sealed by an unknown key", false},
      {"sealed for another host", sealed_elsewhere("https://links.other.test", *keys_), 404,
       "This link was not made here", "NotIssuedHere", "sealed for another host", false},
      {"cut before the seal, or an open redirect as it would be written",
       "/?url=https%3A%2F%2Fevil.example%2F", 400, "This link is damaged", "Altered",
       "the link ends before its seal", false},
      {"Safe Links' own shape",
       "/?url=https%3A%2F%2Fevil.example%2F&data=05%7C02%7Cann%40corp.test&sdata=x&reserved=0", 404,
       "This link was not made here", "NotIssuedHere", "not a link of ours", false},
      {"a form that never was one", "/f/AAAA", 404, "This link was not made here", "NotIssuedHere",
       "not a link of ours", false},
  };
  for (const auto& one : cases) {
    SCOPED_TRACE(one.name);
    spool_.taken.clear();
    auto response = get(one.target);
    EXPECT_EQ(response.status, one.status);
    EXPECT_EQ(header(response, "Location"), "");
    EXPECT_THAT(response.body, HasSubstr(one.page));
    EXPECT_THAT(response.body, Not(HasSubstr("<form")));
    ASSERT_THAT(clicks(), SizeIs(1));
    EXPECT_EQ(clicks()[0]["ActionType"], "UrlErrorPage");
    EXPECT_EQ(clicks()[0]["PageShown"], one.shown);
    EXPECT_THAT(response.body, HasSubstr(clicks()[0]["ReportId"].get<std::string>()));
    EXPECT_EQ(response.body.find("evil.example") != std::string::npos, one.names_recipient);
    EXPECT_THAT(response.body, Not(HasSubstr("href=\"http")));
    EXPECT_EQ(clicks()[0]["AccountUpn"], one.names_recipient ? "ann@corp.test" : "");
    EXPECT_EQ(clicks()[0]["NetworkMessageId"],
              one.names_recipient ? "01020304-0506-0708-090a-0b0c0d0e0f10" : "");
    EXPECT_EQ(rows("UrlClickLog")[0]["Reason"], one.reason);
    EXPECT_EQ(rows("UrlClickLog")[0]["Step"], "refused");
  }
}

TEST_F(Refusals, WhoOpensTheServersOwnAddressIsToldWhatItIs) {
  auto root = get("/");
  EXPECT_EQ(root.status, 200U);
  EXPECT_THAT(root.body, HasSubstr("This server checks links in mail"));
  EXPECT_THAT(root.body, HasSubstr("Northgate &lt;Works&gt;"));
  auto icon = get("/favicon.ico");
  EXPECT_EQ(icon.status, 204U);
  EXPECT_EQ(icon.body, "");
  EXPECT_THAT(spool_.taken, IsEmpty());
  EXPECT_EQ(get("/admin").status, 404U);
}

TEST_F(Refusals, ARevokedKeyHasItsOwnPage) {
  std::string old = link(kPlain);
  keys_ = std::make_shared<url::Keyring>(
      std::vector{key(1, url::KeyState::kRevoked), key(2, url::KeyState::kSealing)});
  auto response = get(old);
  EXPECT_EQ(response.status, 410U);
  EXPECT_THAT(response.body, HasSubstr("This link is no longer valid"));
  EXPECT_EQ(rows("UrlClickLog").at(0)["Reason"], "sealed by a revoked key");
  EXPECT_EQ(get(link(kPlain)).status, 302U) << "links of the new key open";
}

TEST_F(Refusals, LinksOfAKeyThatNoLongerSealsOpen) {
  std::string old = link(kPlain);
  keys_ = std::make_shared<url::Keyring>(
      std::vector{key(1, url::KeyState::kOpenOnly), key(2, url::KeyState::kSealing)});
  EXPECT_EQ(get(old).status, 302U);
}

TEST_F(Refusals, WhatClientsDoToALinkIsRepairedAndLeadsToTheOriginal) {
  std::string good = link(kPlain);
  std::string value = between(good, 0, "url=", "&data=");
  for (const std::string& target :
       {replaced(good, value, kPlain), replaced(good, "&data=", "&amp;data="),
        good + "&utm_source=x&fbclid=y", replaced(good, value, replaced(value, "%3A", "%253A")),
        "http://links.corp.test" + good}) {
    auto response = get(target);
    EXPECT_EQ(response.status, 302U) << target;
    EXPECT_EQ(header(response, "Location"), kPlain) << target;
  }
}

TEST_F(Refusals, LongLinksOpenAndVeryLongOnesAreLookedUp) {
  std::string longer = "https://a.example/" + std::string(3000, 'p');
  auto response = get(link(longer));
  EXPECT_EQ(response.status, 302U);
  EXPECT_EQ(header(response, "Location"), longer);

  std::string longest = "https://a.example/" + std::string(9000, 'p');
  std::string sealed = link(longest);
  ASSERT_TRUE(url::needs_stored_url(longest));
  auto missing = get(sealed);
  EXPECT_EQ(missing.status, 200U);
  EXPECT_THAT(missing.body, HasSubstr("This link could not be checked"));
  EXPECT_THAT(missing.body, Not(HasSubstr("/continue/")));
  EXPECT_EQ(clicks().back()["ActionType"], "UrlErrorPage");
  EXPECT_EQ(clicks().back()["AccountUpn"], "ann@corp.test");

  long_urls_[url::url_hash(longest)] = longest;
  clock_.advance(std::chrono::seconds(5));
  response = get(sealed);
  EXPECT_EQ(response.status, 302U);
  EXPECT_EQ(header(response, "Location"), longest);
  EXPECT_EQ(clicks().back()["Url"], longest);
}

TEST_F(Refusals, RowsAboutForgedLinksAreRateLimitedAndTheRestCounted) {
  config_.clicks_per_minute = 0;
  restart();
  for (int i = 0; i < kUnvouchedRowsPerMinute + 50; ++i) {
    EXPECT_EQ(get("/?url=x&data=" + std::to_string(i)).status, 404U);
  }
  EXPECT_THAT(rows("UrlClickEvents"), SizeIs(static_cast<size_t>(kUnvouchedRowsPerMinute)));
  EXPECT_EQ(node_->metrics.suppressed.value(), 50);
  EXPECT_EQ(get(replaced(link(kPlain), "canteen", "evil")).status, 400U);
  EXPECT_EQ(clicks().back()["AccountUpn"], "ann@corp.test") << "what a seal vouches for is always a row";
}

TEST_F(Refusals, NothingFromALinkReachesThePageUnescaped) {
  auto policy = passing_policy();
  policy.CustomNotificationText = "<script>alert(1)</script>";
  policy.WarnOnUnknown = true;
  set_policy(policy);
  for (const char* hostile :
       {"https://a.example/\"><script>alert(1)</script>", "https://a.example/?q='onload=alert(1)",
        "https://a.example/<img src=x onerror=alert(1)>", "https://a.example/&lt;script&gt;"}) {
    auto page = get(link(hostile));
    EXPECT_EQ(page.status, 200U);
    EXPECT_THAT(page.body, Not(HasSubstr("<script")));
    EXPECT_THAT(page.body, Not(HasSubstr("<img")));
    EXPECT_THAT(page.body, HasSubstr("Northgate &lt;Works&gt;"));
  }
  auto altered = get("/?url=%22%3E%3Cscript%3Ealert(1)%3C/script%3E&data=AAAA");
  EXPECT_THAT(altered.body, Not(HasSubstr("<script")));
}

TEST_F(Refusals, ARedirectIsOneLineOfPlainAscii) {
  auto response = get(link("https://bücher.example/straße?q=a b"));
  EXPECT_EQ(response.status, 302U);
  EXPECT_EQ(header(response, "Location"), "https://xn--bcher-kva.example/stra%C3%9Fe?q=a%20b");
  EXPECT_EQ(clicks().back()["UrlDomain"], "xn--bcher-kva.example");
}

}  // namespace
}  // namespace linkgate::click
