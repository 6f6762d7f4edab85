// A click as its user and its rows see it.

#include <gmock/gmock.h>

#include "click/world_for_test.h"

namespace linkgate::click {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using testing::StartsWith;

constexpr char kPhish[] = "https://northgate-voicemail.com/login?u=1";
constexpr char kPlain[] = "https://canteen.example.org/menu";

TEST_F(World, AnUnknownLinkRedirectsAtOnceAndSaysThatNothingIsKnown) {
  auto response = get(link(kPlain));
  EXPECT_EQ(response.status, 302U);
  EXPECT_EQ(header(response, "Location"), kPlain);
  ASSERT_THAT(clicks(), SizeIs(1));
  Json click = clicks()[0];
  EXPECT_EQ(click["ActionType"], "ClickAllowed");
  EXPECT_EQ(click["ThreatTypes"], "");
  EXPECT_EQ(click["IsClickedThrough"], false);
  EXPECT_EQ(click["PageShown"], "None");
  EXPECT_EQ(click["AccountUpn"], "ann@corp.test");
  EXPECT_EQ(click["UrlDomain"], "canteen.example.org");
  EXPECT_EQ(click["IPAddress"], "198.51.100.7");
  EXPECT_EQ(click["NetworkMessageId"], "01020304-0506-0708-090a-0b0c0d0e0f10");
  EXPECT_EQ(click["Timestamp"], to_iso8601(kNoon));
  Json log = rows("UrlClickLog").at(0);
  EXPECT_EQ(log["ReportId"], click["ReportId"]);
  EXPECT_EQ(log["Step"], "redirect");
  EXPECT_EQ(log["Disposition"], "unknown");
  EXPECT_EQ(log["Policy"], "Sales");
  EXPECT_EQ(Json::parse(log["Evidence"].get<std::string>())[0]["code"], "nothing.known");
}

TEST_F(World, APhishingLinkIsBlockedWithoutAWayOnUnlessThePolicySaysSo) {
  scan_.verdicts[kPhish] = listed(Disposition::kPhishing);
  auto response = get(link(kPhish));
  EXPECT_EQ(response.status, 200U);
  EXPECT_EQ(header(response, "Location"), "");
  EXPECT_THAT(response.body, HasSubstr("<b>northgate-voicemail.com</b>"));
  EXPECT_THAT(response.body,
              HasSubstr("<li>The site is on a list of dangerous sites that your organisation follows.</li>"));
  EXPECT_THAT(response.body, HasSubstr("The feed &quot;openphish&quot; lists this address.</dd>"));
  EXPECT_THAT(response.body, Not(HasSubstr("/continue/")));
  ASSERT_THAT(clicks(), SizeIs(1));
  EXPECT_EQ(clicks()[0]["ActionType"], "ClickBlocked");
  EXPECT_EQ(clicks()[0]["ThreatTypes"], "Phish");
  EXPECT_EQ(clicks()[0]["DetectionMethods"], "URL malicious reputation");
  EXPECT_EQ(clicks()[0]["PageShown"], "Phishing");
}

TEST_F(World, WhoContinuesIsRedirectedAndStaysOneRow) {
  scan_.verdicts[kPhish] = listed(Disposition::kPhishing);
  set_policy(passing_policy());
  auto page = get(link(kPhish));
  ASSERT_THAT(clicks(), SizeIs(1));
  EXPECT_EQ(clicks()[0]["ActionType"], "ClickAllowed");
  EXPECT_EQ(clicks()[0]["IsClickedThrough"], false);
  clock_.advance(std::chrono::seconds(40));
  auto response = press(page, "continue");
  EXPECT_EQ(response.status, 303U);
  EXPECT_EQ(header(response, "Location"), kPhish);
  ASSERT_THAT(clicks(), SizeIs(1));
  EXPECT_EQ(clicks()[0]["IsClickedThrough"], true);
  EXPECT_EQ(clicks()[0]["Timestamp"], to_iso8601(kNoon)) << "a click's time is that of its start";
  EXPECT_EQ(clicks()[0]["ThreatTypes"], "Phish");
  ASSERT_THAT(rows("UrlClickLog"), SizeIs(2));
  EXPECT_EQ(rows("UrlClickLog")[1]["Step"], "continue");
  EXPECT_EQ(rows("UrlClickLog")[1]["Timestamp"], to_iso8601(kNoon + std::chrono::seconds(40)));
}

TEST_F(World, ContinuingWorksAtAnotherNodeThatNeverSawTheClick) {
  scan_.verdicts[kPhish] = listed(Disposition::kPhishing);
  set_policy(passing_policy());
  auto page = get(link(kPhish));
  restart();
  auto response = press(page, "continue");
  EXPECT_EQ(response.status, 303U);
  ASSERT_THAT(clicks(), SizeIs(1));
  EXPECT_EQ(clicks()[0]["IsClickedThrough"], true);
}

TEST_F(World, AContinueTokenIsGoodOnce) {
  scan_.verdicts[kPhish] = listed(Disposition::kPhishing);
  set_policy(passing_policy());
  auto page = get(link(kPhish));
  EXPECT_EQ(press(page, "continue").status, 303U);
  auto again = press(page, "continue");
  EXPECT_EQ(again.status, 200U);
  EXPECT_EQ(header(again, "Location"), "");
  EXPECT_THAT(again.body, HasSubstr("This button was used before"));
  ASSERT_THAT(clicks(), SizeIs(1));
  EXPECT_EQ(clicks()[0]["IsClickedThrough"], true)
      << "that they went there is not overwritten by the page shown again";
}

TEST_F(World, AContinueTokenIsBoundToItsLink) {
  scan_.verdicts[kPhish] = listed(Disposition::kPhishing);
  constexpr char kOther[] = "https://other-bad.example/";
  scan_.verdicts[kOther] = listed(Disposition::kPhishing);
  set_policy(passing_policy());
  auto page = get(link(kPhish));
  auto token = button_of(page, "continue").second;
  for (const std::string& body : {token, token + "x", std::string("token=AAAA"), std::string()}) {
    auto response = post("/continue" + link(kOther), body);
    EXPECT_EQ(response.status, 200U) << body;
    EXPECT_EQ(header(response, "Location"), "") << body;
  }
}

TEST_F(World, WhoContinuesPastAWarningIsNotedWithItThoughTheVerdictTurnedMilder) {
  scan_.verdicts[kPhish] = listed(Disposition::kPhishing);
  set_policy(passing_policy());
  auto page = get(link(kPhish));
  scan_.verdicts.clear();
  clock_.advance(std::chrono::seconds(10));
  EXPECT_EQ(press(page, "continue").status, 303U);
  EXPECT_EQ(clicks()[0]["ThreatTypes"], "Phish");
  EXPECT_EQ(clicks()[0]["PageShown"], "Phishing");
}

TEST_F(World, AnOldPageStartsANewClick) {
  scan_.verdicts[kPhish] = listed(Disposition::kPhishing);
  set_policy(passing_policy());
  auto page = get(link(kPhish));
  clock_.advance(kTokenLifetime + std::chrono::minutes(1));
  auto response = press(page, "continue");
  EXPECT_EQ(response.status, 200U);
  EXPECT_THAT(clicks(), SizeIs(2));
}

TEST_F(World, PolicyAndVerdictAreAskedAgainBeforeContinuing) {
  scan_.verdicts[kPhish] = listed(Disposition::kSuspicious);
  auto passing = passing_policy();
  set_policy(passing);
  auto suspicious = get(link(kPhish));
  EXPECT_THAT(suspicious.body, HasSubstr("Be careful with this link"));
  // Worse than what was warned of: the new page is shown first.
  scan_.verdicts[kPhish] = listed(Disposition::kMalware);
  clock_.advance(std::chrono::seconds(10));
  auto malicious = press(suspicious, "continue");
  EXPECT_EQ(malicious.status, 200U);
  EXPECT_THAT(malicious.body, HasSubstr("This link leads to a harmful site"));
  // The policy no longer lets anybody through.
  passing.AllowClickThrough = false;
  set_policy(passing);
  auto blocked = press(malicious, "continue");
  EXPECT_EQ(blocked.status, 200U);
  EXPECT_THAT(blocked.body, Not(HasSubstr("/continue/")));
  for (const Json& click : clicks()) EXPECT_EQ(click["IsClickedThrough"], false);
  // It turned out to be harmless.
  scan_.verdicts[kPhish] = listed(Disposition::kClean);
  clock_.advance(std::chrono::seconds(10));
  EXPECT_EQ(press(malicious, "continue").status, 303U);
}

TEST_F(World, TheSameLinkAddressAndAgentWithinTwoSecondsIsOneClick) {
  std::string sealed = link(kPlain);
  get(sealed);
  get(sealed);
  EXPECT_THAT(clicks(), SizeIs(1));
  get(sealed, {{"User-Agent", "Another"}});
  EXPECT_THAT(clicks(), SizeIs(2));
  get(link(kPlain, "bob@corp.test"));
  EXPECT_THAT(clicks(), SizeIs(3));
  clock_.advance(std::chrono::seconds(3));
  get(sealed);
  EXPECT_THAT(clicks(), SizeIs(4));
}

TEST_F(World, TurningBackIsAStepThatChangesNothingAboutTheClick) {
  scan_.verdicts[kPhish] = listed(Disposition::kPhishing);
  auto page = get(link(kPhish));
  auto closed = press(page, "back");
  EXPECT_EQ(closed.status, 200U);
  EXPECT_THAT(closed.body, HasSubstr("You stayed away from the site"));
  EXPECT_THAT(rows("UrlClickEvents"), SizeIs(1));
  EXPECT_EQ(rows("UrlClickLog").back()["Step"], "back");
  press(page, "back");
  EXPECT_THAT(rows("UrlClickLog"), SizeIs(2)) << "pressed twice is turned back once";
}

TEST_F(World, ReportingIsRecordedRateLimitedAndChangesNothing) {
  config_.reports_per_hour = 2;
  restart();
  scan_.verdicts[kPhish] = listed(Disposition::kPhishing);
  auto page = get(link(kPhish));
  EXPECT_THAT(press(page, "report").body, HasSubstr("Thank you for telling us"));
  EXPECT_EQ(rows("UrlClickLog").back()["Step"], "report");
  EXPECT_EQ(rows("UrlClickLog").back()["Disposition"], "phishing");
  press(page, "report");
  EXPECT_EQ(press(page, "report").status, 429U);
  EXPECT_THAT(rows("UrlClickEvents"), SizeIs(1));
  EXPECT_EQ(get(link(kPhish)).status, 200U) << "still blocked";
}

TEST_F(World, TenantListsDecideBeforeAnybodyIsAskedAndBlockWins) {
  scan_.verdicts[kPhish] = listed(Disposition::kPhishing);
  set_policy(policy_, {entry("northgate-voicemail.com/*", url::ListAction::kAllow)});
  EXPECT_EQ(get(link(kPhish)).status, 302U);
  EXPECT_EQ(clicks().back()["ActionType"], "ClickAllowed");
  set_policy(policy_, {entry("northgate-voicemail.com/*", url::ListAction::kAllow),
                       entry("northgate-voicemail.com", url::ListAction::kBlock)});
  clock_.advance(std::chrono::seconds(5));
  auto blocked = get(link(kPhish));
  EXPECT_EQ(blocked.status, 200U);
  EXPECT_THAT(blocked.body, HasSubstr("Your organisation blocks this site"));
  EXPECT_EQ(clicks().back()["ActionType"], "ClickBlockedByTenantPolicy");
  EXPECT_EQ(scan_.asked, 0);
}

TEST_F(World, WithoutClickTrackingNoRowIsWrittenAndNobodyClicksThrough) {
  scan_.verdicts[kPhish] = listed(Disposition::kPhishing);
  auto policy = passing_policy();
  policy.TrackClicks = false;
  set_policy(policy);
  auto page = get(link(kPhish));
  EXPECT_EQ(page.status, 200U);
  EXPECT_THAT(page.body, Not(HasSubstr("/continue/")));
  EXPECT_EQ(get(link(kPlain)).status, 302U);
  press(page, "back");
  EXPECT_THAT(spool_.taken, IsEmpty());
}

TEST_F(World, APolicyThatIsOffRedirectsUnjudgedButTenantBlocksHold) {
  auto policy = policy_;
  policy.EnableSafeLinksForEmail = false;
  scan_.verdicts[kPhish] = listed(Disposition::kPhishing);
  set_policy(policy);
  EXPECT_EQ(get(link(kPhish)).status, 302U);
  EXPECT_EQ(scan_.asked, 0);
  set_policy(policy, {entry("northgate-voicemail.com", url::ListAction::kBlock)});
  EXPECT_EQ(get(link(kPhish)).status, 200U);
}

TEST_F(World, UnknownSitesAreWarnedOfWhereThePolicySaysSo) {
  auto policy = policy_;
  policy.WarnOnUnknown = true;
  set_policy(policy);
  auto page = get(link(kPlain));
  EXPECT_EQ(page.status, 200U);
  EXPECT_THAT(page.body, HasSubstr("Blocked: nobody knows this site yet"));
}

TEST_F(World, HeadAndPrefetchAreNeverRedirectedAndRecordedAsAutomated) {
  struct {
    std::string method;
    net::Headers headers;
    unsigned status;
  } cases[] = {
      {"HEAD", {}, 204},
      {"GET", {{"Sec-Purpose", "prefetch"}}, 503},
      {"GET", {{"Sec-Purpose", "prefetch;prerender"}}, 503},
      {"GET", {{"Purpose", "prefetch"}}, 503},
      {"GET", {{"X-Moz", "prefetch"}}, 503},
  };
  for (const auto& one : cases) {
    spool_.taken.clear();
    auto response = send({.method = one.method, .target = link(kPlain), .headers = one.headers});
    EXPECT_EQ(response.status, one.status);
    EXPECT_EQ(header(response, "Location"), "");
    EXPECT_THAT(clicks(), IsEmpty()) << "nobody clicked";
    ASSERT_THAT(rows("UrlClickLog"), SizeIs(1));
    EXPECT_EQ(rows("UrlClickLog")[0]["Step"], "automated");
    EXPECT_EQ(rows("UrlClickLog")[0]["IsAutomated"], true);
  }
}

TEST_F(World, AGuessedBotGetsItsPageAndIsRecordedAsAClick) {
  scan_.verdicts[kPhish] = listed(Disposition::kPhishing);
  auto response = get(link(kPhish), {{"User-Agent", "Googlebot/2.1"}});
  EXPECT_EQ(response.status, 200U);
  EXPECT_THAT(clicks(), SizeIs(1));
  EXPECT_EQ(rows("UrlClickLog")[0]["IsAutomated"], true);
}

TEST_F(World, AFormsLinkNeverRedirectsSilentlyAndDropsWhatWasTyped) {
  std::string form = form_link(kPlain);
  for (auto response : {get(form + "?password=hunter2"), post(form, "password=hunter2")}) {
    EXPECT_EQ(response.status, 200U);
    EXPECT_THAT(response.body, HasSubstr("<b>example.org</b>"));
    EXPECT_THAT(response.body, Not(HasSubstr("hunter2")));
    auto gone = press(response, "continue");
    EXPECT_EQ(gone.status, 303U);
    EXPECT_EQ(header(gone, "Location"), kPlain);
  }
  for (const auto& [table, row] : spool_.taken) EXPECT_THAT(row.dump(), Not(HasSubstr("hunter2")));
  ASSERT_THAT(clicks(), SizeIs(1));
  EXPECT_EQ(clicks()[0]["ActionType"], "ClickAllowed");
  EXPECT_EQ(clicks()[0]["IsClickedThrough"], false) << "there was no warning to continue past";
}

TEST_F(World, TooManyClicksFromOneAddressGet429) {
  config_.clicks_per_minute = 3;
  restart();
  for (int i = 0; i < 3; ++i) EXPECT_EQ(get(link(kPlain)).status, 302U);
  auto limited = get(link(kPlain));
  EXPECT_EQ(limited.status, 429U);
  EXPECT_EQ(header(limited, "Retry-After"), "60");
  EXPECT_EQ(send({.method = "GET", .target = link(kPlain), .client_address = "203.0.113.5"}).status, 302U);
  clock_.advance(std::chrono::minutes(1));
  EXPECT_EQ(get(link(kPlain)).status, 302U);
}

TEST_F(World, NothingButLinksAndRobotsIsServed) {
  EXPECT_EQ(get("/robots.txt").body, "User-agent: *\nDisallow: /\n");
  for (const char* target : {"/admin", "/healthz", "/metrics", "/f/", "/scan/", "/continue/", "*"}) {
    EXPECT_EQ(get(target).status, 404U) << target;
  }
  EXPECT_EQ(send({.method = "DELETE", .target = link(kPlain)}).status, 405U);
  EXPECT_THAT(spool_.taken, IsEmpty());
}

TEST_F(World, ClicksOfOneMomentAreOneWriteAndEachIsARowOfItsOwn) {
  ASSERT_EQ(get(link(kPlain)).status, 302U);  // its verdict is known from here on
  clock_.advance(std::chrono::seconds(1));
  const int writes_before = spool_.writes;
  constexpr int kAtOnce = 5;
  std::vector<net::HttpRequest> requests(kAtOnce);
  std::vector<unsigned> statuses;
  for (int i = 0; i < kAtOnce; ++i) {
    requests[i].method = "GET";
    requests[i].target = link(kPlain);
    requests[i].client_address = "203.0.113." + std::to_string(i);
    net::asio::co_spawn(
        io_, handler_->handle(requests[i]),
        [&](std::exception_ptr, net::HttpResponse response) { statuses.push_back(response.status); });
  }
  io_.restart();
  while (statuses.size() < kAtOnce) io_.run_one();
  EXPECT_THAT(statuses, testing::Each(302U));
  EXPECT_EQ(spool_.writes, writes_before + 1);
  EXPECT_EQ(clicks().size(), 1U + kAtOnce);
}

TEST_F(World, EveryAnswerSaysWhatItsPageMayDo) {
  scan_.verdicts[kPhish] = listed(Disposition::kPhishing);
  set_policy(passing_policy());
  auto page = get(link(kPhish));
  std::vector<net::HttpResponse> answers = {page,
                                            get(link(kPlain)),
                                            get("/"),
                                            get("/robots.txt"),
                                            get("/?url=x&data=AAAA"),
                                            press(page, "continue"),
                                            press(page, "back"),
                                            send({.method = "HEAD", .target = link(kPlain)}),
                                            send({.method = "PUT", .target = "/"})};
  for (const auto& answer : answers) {
    const std::string policy = header(answer, "Content-Security-Policy") + std::string(answer.fixed_lines);
    EXPECT_THAT(policy, HasSubstr("default-src 'none'"));
    EXPECT_THAT(policy, HasSubstr("frame-ancestors 'none'"));
    EXPECT_EQ(header(answer, "Set-Cookie"), "");
  }
}

}  // namespace
}  // namespace linkgate::click
