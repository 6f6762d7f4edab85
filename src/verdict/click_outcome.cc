#include "verdict/click_outcome.h"

#include <algorithm>

#include "base/check.h"

namespace linkgate::verdict {
namespace {

// Ranks: a later step of one click outranks an earlier one. Having reached the destination outranks every
// page, because "went there" must never be overwritten by "was warned" when two nodes or a late spool tell of
// the same click.
constexpr int kPending = 10;       // the scanning page
constexpr int kNotJudged = 20;     // an error page, which a retry may replace
constexpr int kShown = 30;         // a page that answers
constexpr int kReached = 40;       // redirected at once
constexpr int kWentOnInScan = 50;  // continued before the answer was there
constexpr int kWentOn = 60;        // continued past a page

constexpr std::string_view kAllowed = "ClickAllowed";
constexpr std::string_view kBlocked = "ClickBlocked";
constexpr std::string_view kTenantBlocked = "ClickBlockedByTenantPolicy";
constexpr std::string_view kErrorPage = "UrlErrorPage";
constexpr std::string_view kInProgress = "UrlScanInProgress";

// The report's series "Error" and "Error and clicked through" are ours: Defender's report has none for clicks
// that could not be judged, and so loses them.
constexpr ClickOutcome kOutcomes[] = {
    // page, may continue, continued, PageShown, ActionType, IsClickedThrough, report, explorer, rank
    {Page::kNone, false, false, "None", kAllowed, false, "Allowed", "Allowed", kReached},
    {Page::kNone, true, false, "None", kAllowed, false, "Allowed", "Allowed", kReached},
    {Page::kAllowedByOrganisation, false, false, "None", kAllowed, false, "Allowed by tenant admin",
     "Allowed", kReached},
    {Page::kAllowedByOrganisation, true, false, "None", kAllowed, false, "Allowed by tenant admin", "Allowed",
     kReached},

    {Page::kScanning, false, false, "Scanning", kInProgress, false, "Pending scan", "Pending detonation page",
     kPending},
    {Page::kScanning, true, false, "Scanning", kInProgress, false, "Pending scan", "Pending detonation page",
     kPending},
    {Page::kScanning, true, true, "Scanning", kInProgress, true, "Clicked through during scan",
     "Pending detonation page override", kWentOnInScan},

    {Page::kSuspicious, false, false, "Suspicious", kBlocked, false, "Blocked", "Block page", kShown},
    {Page::kSuspicious, true, false, "Suspicious", kAllowed, false, "Blocked", "Block page", kShown},
    {Page::kSuspicious, true, true, "Suspicious", kAllowed, true, "Blocked and clicked through",
     "Block page override", kWentOn},

    {Page::kPhishing, false, false, "Phishing", kBlocked, false, "Blocked", "Block page", kShown},
    {Page::kPhishing, true, false, "Phishing", kAllowed, false, "Blocked", "Block page", kShown},
    {Page::kPhishing, true, true, "Phishing", kAllowed, true, "Blocked and clicked through",
     "Block page override", kWentOn},

    {Page::kMalicious, false, false, "Malicious", kBlocked, false, "Blocked", "Block page", kShown},
    {Page::kMalicious, true, false, "Malicious", kAllowed, false, "Blocked", "Block page", kShown},
    {Page::kMalicious, true, true, "Malicious", kAllowed, true, "Blocked and clicked through",
     "Block page override", kWentOn},

    {Page::kBlockedByOrganisation, false, false, "BlockedByOrganisation", kTenantBlocked, false,
     "Blocked by tenant admin", "Block page", kShown},
    {Page::kBlockedByOrganisation, true, false, "BlockedByOrganisation", kTenantBlocked, false,
     "Blocked by tenant admin", "Block page", kShown},
    {Page::kBlockedByOrganisation, true, true, "BlockedByOrganisation", kTenantBlocked, true,
     "Blocked by tenant admin and clicked through", "Block page override", kWentOn},

    {Page::kError, false, false, "Error", kErrorPage, false, "Error", "Error page", kNotJudged},
    {Page::kError, true, false, "Error", kErrorPage, false, "Error", "Error page", kNotJudged},
    {Page::kError, true, true, "Error", kErrorPage, true, "Error and clicked through", "Error page", kWentOn},
    {Page::kErrorPassed, false, false, "None", kErrorPage, false, "Error", "Failure", kReached},
    {Page::kErrorPassed, true, false, "None", kErrorPage, false, "Error", "Failure", kReached},

    {Page::kAltered, false, false, "Altered", kErrorPage, false, "Error", "Error page", kShown},
    {Page::kAltered, true, false, "Altered", kErrorPage, false, "Error", "Error page", kShown},
    {Page::kNotIssuedHere, false, false, "NotIssuedHere", kErrorPage, false, "Error", "Error page", kShown},
    {Page::kNotIssuedHere, true, false, "NotIssuedHere", kErrorPage, false, "Error", "Error page", kShown},
};

}  // namespace

std::string_view page_shown_word(Page page) { return click_outcome(page, false, false).page_shown; }

const ClickOutcome& click_outcome(Page page, bool click_through_allowed, bool continued) {
  for (const ClickOutcome& outcome : kOutcomes) {
    if (outcome.page == page && outcome.click_through_allowed == click_through_allowed &&
        outcome.continued == continued) {
      return outcome;
    }
  }
  CHECK(!"a click outcome that cannot happen");
}

std::span<const ClickOutcome> all_click_outcomes() { return kOutcomes; }

std::vector<std::string_view> report_actions() {
  std::vector<std::string_view> actions;
  for (const ClickOutcome& outcome : kOutcomes) {
    if (std::find(actions.begin(), actions.end(), outcome.report_action) == actions.end())
      actions.push_back(outcome.report_action);
  }
  return actions;
}

}  // namespace linkgate::verdict
