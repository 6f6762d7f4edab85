// Clicks that cannot be judged or not be recorded, and checks that take their time.

#include <gmock/gmock.h>

#include <boost/asio/detached.hpp>

#include "click/verdict_news.h"
#include "click/world_for_test.h"

namespace linkgate::click {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using testing::StartsWith;

constexpr char kPhish[] = "https://northgate-voicemail.com/login?u=1";
constexpr char kPlain[] = "https://canteen.example.org/menu";

class Trouble : public World {
 protected:
  Trouble() {
    config_.clicks_per_minute = 0;
    restart();
  }
};

struct FailCase {
  verdict::FailMode mode;
  unsigned status;
  bool may_continue;
  const char* action;
};
constexpr FailCase kFailCases[] = {
    {verdict::FailMode::kOpen, 302, false, "UrlErrorPage"},
    {verdict::FailMode::kWarn, 200, true, "UrlErrorPage"},
    {verdict::FailMode::kClosed, 200, false, "UrlErrorPage"},
};

TEST_F(Trouble, WhenScanIsDownTheFailModeDecidesAndARowSaysSo) {
  scan_.down = true;
  for (const FailCase& one : kFailCases) {
    spool_.taken.clear();
    auto policy = policy_;
    policy.ClickFailMode = one.mode;
    set_policy(policy);
    clock_.advance(std::chrono::seconds(5));
    auto response = get(link(kPlain));
    EXPECT_EQ(response.status, one.status);
    EXPECT_EQ(response.body.find("/continue/") != std::string::npos, one.may_continue);
    ASSERT_THAT(clicks(), SizeIs(1));
    EXPECT_EQ(clicks()[0]["ActionType"], one.action);
    EXPECT_EQ(rows("UrlClickLog")[0]["Reason"], "scan answered 500");
    if (!one.may_continue) continue;
    EXPECT_EQ(press(response, "continue").status, 303U);
    EXPECT_EQ(clicks()[0]["IsClickedThrough"], true);
  }
}

TEST_F(Trouble, ABadVerdictThatWasKnownOutlivesTheScanService) {
  scan_.verdicts[kPhish] = listed(Disposition::kPhishing);
  get(link(kPhish));
  scan_.down = true;
  auto policy = policy_;
  policy.ClickFailMode = verdict::FailMode::kOpen;
  set_policy(policy);
  clock_.advance(std::chrono::minutes(5));
  EXPECT_THAT(get(link(kPhish)).body, HasSubstr("Blocked: this link leads to a fake site"));
}

TEST_F(Trouble, WhenTheDiskIsFullTheFailModeDecidesAndNothingIsCalledRecorded) {
  scan_.verdicts[kPhish] = listed(Disposition::kPhishing);
  for (const FailCase& one : kFailCases) {
    auto policy = passing_policy();
    policy.ClickFailMode = one.mode;
    set_policy(policy);
    clock_.advance(std::chrono::seconds(5));
    disk_.fail_append(true);
    auto response = get(link(kPlain));
    EXPECT_EQ(response.status, one.status);
    EXPECT_EQ(response.body.find("/continue/") != std::string::npos, one.may_continue);
    if (one.may_continue) {
      EXPECT_EQ(press(response, "continue").status, 303U);
    }
    EXPECT_EQ(get(link(kPhish)).status, 200U) << "what is known to be bad is never let pass";
    EXPECT_THAT(spool_.taken, IsEmpty());
    disk_.fail_append(false);
    while (!spool_.healthy()) std::this_thread::yield();
  }
  EXPECT_GT(node_->metrics.unrecorded.value(), 0);
}

TEST_F(Trouble, AFailingSyncMakesTheNextClicksRunInFailModeAndTheyAreRowsOfFailure) {
  get(link(kPlain));
  disk_.fail_sync(true);
  clock_.advance(std::chrono::seconds(5));
  while (spool_.healthy()) get(link(kPlain, "bob" + std::to_string(spool_.taken.size()) + "@corp.test"));
  spool_.taken.clear();
  clock_.advance(std::chrono::seconds(5));
  auto response = get(link(kPlain));
  EXPECT_EQ(response.status, 200U) << "the default fail mode warns";
  EXPECT_THAT(response.body, HasSubstr("This link could not be checked"));
  for (const Json& click : clicks()) EXPECT_EQ(click["ActionType"], "UrlErrorPage");
}

TEST_F(Trouble, ASlowCheckShowsAPageThatFollowsItWithoutScript) {
  scan_.verdicts[kPhish] = listed(Disposition::kPhishing);
  scan_.delay = timing_.click_patience + std::chrono::milliseconds(100);
  auto page = get(link(kPhish));
  EXPECT_EQ(page.status, 200U);
  EXPECT_THAT(page.body, HasSubstr("Checking this link"));
  ASSERT_THAT(clicks(), SizeIs(1));
  EXPECT_EQ(clicks()[0]["ActionType"], "UrlScanInProgress");
  std::string follow = unescape(between(page.body, 0, ";url=", "\""));
  ASSERT_THAT(follow, StartsWith("/scan/"));
  auto answer = get(follow);
  EXPECT_THAT(answer.body, HasSubstr("Blocked: this link leads to a fake site"));
  ASSERT_THAT(clicks(), SizeIs(1));
  EXPECT_EQ(clicks()[0]["ActionType"], "ClickBlocked");
  EXPECT_EQ(scan_.asked, 1) << "following meets the check that is under way";
}

TEST_F(Trouble, ACheckThatTakesTooLongHasFailed) {
  timing_ = {std::chrono::milliseconds(5), std::chrono::milliseconds(10), std::chrono::seconds(45)};
  restart();
  scan_.delay = std::chrono::seconds(30);
  auto page = get(link(kPlain));
  std::string follow = unescape(between(page.body, 0, ";url=", "\""));
  EXPECT_THAT(get(follow).body, HasSubstr("Checking this link"));
  clock_.advance(timing_.scan_budget + std::chrono::seconds(1));
  auto answer = get(follow);
  EXPECT_THAT(answer.body, HasSubstr("This link could not be checked"));
  ASSERT_THAT(clicks(), SizeIs(1));
  EXPECT_EQ(clicks()[0]["ActionType"], "UrlErrorPage");
}

TEST_F(Trouble, NobodyIsNotedAsGoneWhoIsThenShownAPage) {
  scan_.verdicts[kPhish] = listed(Disposition::kPhishing);
  auto policy = passing_policy();
  policy.ClickFailMode = verdict::FailMode::kClosed;
  set_policy(policy);
  auto page = get(link(kPhish));
  disk_.fail_sync(true);
  while (spool_.healthy()) get(link(kPlain, "bob" + std::to_string(spool_.taken.size()) + "@corp.test"));
  auto response = press(page, "continue");
  EXPECT_EQ(response.status, 200U);
  EXPECT_THAT(response.body, HasSubstr("This link could not be checked"));
  EXPECT_THAT(response.body, Not(HasSubstr("/continue/")));
  for (const Json& click : rows("UrlClickEvents")) EXPECT_EQ(click["IsClickedThrough"], false);
}

TEST_F(World, AKeptVerdictIsForgottenAsSoonAsScanSaysThatVerdictsChanged) {
  net::asio::co_spawn(io_, follow_changes(io_, *node_), net::asio::detached);
  const auto heard = [this] {
    io_.restart();
    while (node_->changes != scan_.changes) io_.run_one();
  };
  heard();
  EXPECT_EQ(get(link("https://a.example/", "ann@corp.test")).status, 302u);
  scan_.verdicts["https://a.example/"] = listed(Disposition::kPhishing);
  EXPECT_EQ(get(link("https://a.example/", "bea@corp.test")).status, 302u) << "kept for a moment";
  ++scan_.changes;
  heard();
  EXPECT_EQ(get(link("https://a.example/", "cem@corp.test")).status, 200u);
  scan_.verdicts.clear();
  scan_.down = true;
  ++scan_.changes;
  node_->changes = scan_.changes;
  EXPECT_EQ(get(link("https://a.example/", "dan@corp.test")).status, 200u)
      << "forgotten as fresh, and still better than nothing";
}

}  // namespace
}  // namespace linkgate::click
