#include "click/decision.h"

#include <gtest/gtest.h>

namespace linkgate::click {
namespace {

using verdict::Disposition;
using verdict::FailMode;
using verdict::Page;

Knowledge judged(Disposition disposition) {
  verdict::Verdict verdict;
  verdict.disposition = disposition;
  return from_verdict(verdict);
}

TEST(Decision, EveryDispositionHasItsPage) {
  struct {
    Disposition disposition;
    Page page, page_where_unknown_warns;
  } cases[] = {
      {Disposition::kClean, Page::kNone, Page::kNone},
      {Disposition::kUnknown, Page::kNone, Page::kSuspicious},
      {Disposition::kSuspicious, Page::kSuspicious, Page::kSuspicious},
      {Disposition::kGated, Page::kSuspicious, Page::kSuspicious},
      {Disposition::kPhishing, Page::kPhishing, Page::kPhishing},
      {Disposition::kMalware, Page::kMalicious, Page::kMalicious},
  };
  for (const auto& one : cases) {
    verdict::SafeLinksPolicy policy;
    EXPECT_EQ(decide(policy, judged(one.disposition)).page, one.page);
    policy.WarnOnUnknown = true;
    EXPECT_EQ(decide(policy, judged(one.disposition)).page, one.page_where_unknown_warns);
  }
}

TEST(Decision, ClickingThroughNeedsThePolicyAndTracking) {
  for (bool allow : {false, true}) {
    for (bool track : {false, true}) {
      verdict::SafeLinksPolicy policy;
      policy.AllowClickThrough = allow;
      policy.TrackClicks = track;
      EXPECT_EQ(decide(policy, judged(Disposition::kPhishing)).may_continue, allow && track);
      EXPECT_EQ(decide(policy, pending()).may_continue, allow && track);
    }
  }
}

TEST(Decision, TheFailModeDecidesWhatCannotBeJudged) {
  verdict::SafeLinksPolicy policy;
  policy.AllowClickThrough = true;
  policy.ClickFailMode = FailMode::kOpen;
  EXPECT_TRUE(decide(policy, failed("down")).redirects());
  policy.ClickFailMode = FailMode::kWarn;
  EXPECT_EQ(decide(policy, failed("down")).page, Page::kError);
  EXPECT_TRUE(decide(policy, failed("down")).may_continue);
  policy.ClickFailMode = FailMode::kClosed;
  EXPECT_EQ(decide(policy, failed("down")).page, Page::kError);
  EXPECT_FALSE(decide(policy, failed("down")).may_continue)
      << "closed is closed, whatever AllowClickThrough says";
}

TEST(Decision, OneGoesOnOnlyPastWhatOneWasShown) {
  verdict::SafeLinksPolicy through;
  through.AllowClickThrough = true;
  verdict::SafeLinksPolicy strict;
  struct {
    const char* name;
    const verdict::SafeLinksPolicy& policy;
    Page shown;
    Knowledge now;
    bool goes;
  } cases[] = {
      {"the same", through, Page::kPhishing, judged(Disposition::kPhishing), true},
      {"milder now", through, Page::kPhishing, judged(Disposition::kSuspicious), true},
      {"clean now", through, Page::kPhishing, judged(Disposition::kClean), true},
      {"clean now, under a strict policy", strict, Page::kPhishing, judged(Disposition::kClean), true},
      {"worse now", through, Page::kSuspicious, judged(Disposition::kPhishing), false},
      {"no longer allowed", strict, Page::kPhishing, judged(Disposition::kPhishing), false},
      {"out of the scanning page, still pending", through, Page::kScanning, pending(), true},
      {"out of the scanning page, bad by now", through, Page::kScanning, judged(Disposition::kPhishing),
       false},
      {"past an error page that warns", strict, Page::kError, failed("down"), true},
      {"past an error page, bad by now", through, Page::kError, judged(Disposition::kPhishing), false},
      {"past a warning, unjudgeable now", through, Page::kPhishing, failed("down"), true},
      {"past a warning of a policy that no longer allows it, unjudgeable now", strict, Page::kPhishing,
       failed("down"), false},
  };
  for (const auto& one : cases) {
    EXPECT_EQ(may_go_on(one.policy, one.shown, decide(one.policy, one.now)), one.goes) << one.name;
  }
}

TEST(Decision, EveryDecisionIsARowThatCanBe) {
  std::vector<Knowledge> all = {pending(), failed("x"), not_protected()};
  for (int d = 0; d <= static_cast<int>(Disposition::kMalware); ++d)
    all.push_back(judged(static_cast<Disposition>(d)));
  for (FailMode mode : {FailMode::kOpen, FailMode::kWarn, FailMode::kClosed}) {
    for (bool through : {false, true}) {
      verdict::SafeLinksPolicy policy;
      policy.AllowClickThrough = through;
      policy.ClickFailMode = mode;
      for (const Knowledge& known : all) {
        Decision decision = decide(policy, known);
        verdict::click_outcome(decision.page, decision.may_continue, false);  // aborts on what cannot happen
        if (decision.may_continue && !decision.redirects()) verdict::click_outcome(decision.page, true, true);
      }
    }
  }
}

}  // namespace
}  // namespace linkgate::click
