#include "verdict/click_outcome.h"

#include <gtest/gtest.h>

#include <array>
#include <set>
#include <tuple>

#include "verdict/verdict.h"

namespace linkgate::verdict {
namespace {

constexpr Page kPages[] = {Page::kNone,
                           Page::kScanning,
                           Page::kSuspicious,
                           Page::kPhishing,
                           Page::kMalicious,
                           Page::kError,
                           Page::kBlockedByOrganisation,
                           Page::kAltered,
                           Page::kNotIssuedHere,
                           Page::kAllowedByOrganisation,
                           Page::kErrorPassed};

bool has_a_way_on(Page page) {
  switch (page) {
    case Page::kScanning:
    case Page::kSuspicious:
    case Page::kPhishing:
    case Page::kMalicious:
    case Page::kBlockedByOrganisation:
    case Page::kError:
      return true;
    default:
      return false;
  }
}

TEST(ClickOutcome, EveryPageHasARowForEachThingThatCanHappenOnceAndNoOther) {
  std::set<std::tuple<Page, bool, bool>> expected, found;
  for (const Page page : kPages) {
    expected.insert({page, false, false});
    expected.insert({page, true, false});
    if (has_a_way_on(page)) expected.insert({page, true, true});
  }
  for (const ClickOutcome& outcome : all_click_outcomes()) {
    EXPECT_TRUE(found.insert({outcome.page, outcome.click_through_allowed, outcome.continued}).second);
  }
  EXPECT_EQ(found, expected);
}

TEST(ClickOutcome, ContinuingFromAPageWithoutAWayOnIsABug) {
  EXPECT_DEATH(click_outcome(Page::kPhishing, false, true), "cannot happen");
  EXPECT_DEATH(click_outcome(Page::kAltered, true, true), "cannot happen");
  EXPECT_DEATH(click_outcome(Page::kNone, true, true), "cannot happen");
}

TEST(ClickOutcome, WarnedAndTurnedBackNeverReadsAsWentThere) {
  for (const ClickOutcome& outcome : all_click_outcomes()) {
    EXPECT_EQ(outcome.is_clicked_through, outcome.continued);
    const bool reads_as_went_on = outcome.report_action.find("licked through") != std::string_view::npos ||
                                  outcome.explorer_action.find("override") != std::string_view::npos;
    if (!outcome.continued) {
      EXPECT_FALSE(reads_as_went_on) << outcome.page_shown << " " << outcome.report_action;
    }
  }
}

TEST(ClickOutcome, ClickBlockedIsAPageWithoutAWayOn) {
  for (const ClickOutcome& outcome : all_click_outcomes()) {
    if (outcome.action_type == "ClickBlocked") {
      EXPECT_FALSE(outcome.click_through_allowed);
    }
    const bool warns = outcome.page == Page::kPhishing || outcome.page == Page::kMalicious ||
                       outcome.page == Page::kSuspicious;
    if (warns) {
      EXPECT_EQ(outcome.action_type, outcome.click_through_allowed ? "ClickAllowed" : "ClickBlocked");
    }
  }
}

TEST(ClickOutcome, ALaterStepOutranksAnEarlierOneOfTheSameClick) {
  const auto rank = [](Page page, bool allowed, bool continued) {
    return click_outcome(page, allowed, continued).rank;
  };
  for (const bool allowed : {false, true}) {
    for (const Page answer : {Page::kNone, Page::kSuspicious, Page::kPhishing, Page::kMalicious,
                              Page::kBlockedByOrganisation, Page::kAllowedByOrganisation}) {
      EXPECT_GT(rank(answer, allowed, false), rank(Page::kScanning, allowed, false));
      EXPECT_GT(rank(answer, allowed, false), rank(Page::kError, allowed, false)) << "a retry after an error";
    }
    for (const Page shown : {Page::kSuspicious, Page::kPhishing, Page::kMalicious}) {
      EXPECT_GT(rank(shown, true, true), rank(shown, allowed, false));
      EXPECT_GT(rank(Page::kScanning, true, true), rank(shown, allowed, false))
          << "having gone there is kept";
      EXPECT_GT(rank(Page::kNone, allowed, false), rank(shown, allowed, false));
    }
  }
}

TEST(ClickOutcome, WordsAreThoseOfDefendersViews) {
  const std::set<std::string_view> actions = {"ClickAllowed", "ClickBlocked", "ClickBlockedByTenantPolicy",
                                              "UrlErrorPage", "UrlScanInProgress"};
  const std::set<std::string_view> report = {"Allowed",
                                             "Allowed by tenant admin",
                                             "Blocked",
                                             "Blocked by tenant admin",
                                             "Blocked and clicked through",
                                             "Blocked by tenant admin and clicked through",
                                             "Clicked through during scan",
                                             "Pending scan",
                                             "Error",
                                             "Error and clicked through"};
  const std::set<std::string_view> explorer = {
      "Allowed", "Block page", "Block page override",     "Error page",
      "Failure", "None",       "Pending detonation page", "Pending detonation page override"};
  for (const ClickOutcome& outcome : all_click_outcomes()) {
    EXPECT_TRUE(actions.contains(outcome.action_type)) << outcome.action_type;
    EXPECT_TRUE(report.contains(outcome.report_action)) << outcome.report_action;
    EXPECT_TRUE(explorer.contains(outcome.explorer_action)) << outcome.explorer_action;
    EXPECT_EQ(outcome.page_shown, page_shown_word(outcome.page));
  }
}

TEST(Disposition, WordsReadBackAsWhatTheyWerePrintedFrom) {
  for (int i = 0; i <= static_cast<int>(Disposition::kMalware); ++i) {
    const auto disposition = static_cast<Disposition>(i);
    Disposition read = Disposition::kClean;
    EXPECT_TRUE(from_string(to_string(disposition), &read));
    EXPECT_EQ(read, disposition);
  }
  Disposition untouched = Disposition::kMalware;
  EXPECT_FALSE(from_string("Phishing", &untouched));
  EXPECT_EQ(untouched, Disposition::kMalware);
  EXPECT_EQ(threat_type(Disposition::kPhishing), "Phish");
  EXPECT_EQ(threat_type(Disposition::kUnknown), "");
  EXPECT_EQ(threat_type(Disposition::kClean), "");
}

}  // namespace
}  // namespace linkgate::verdict
