#pragma once
// The one table that maps what a click saw to the words of every view: UrlClickEvents, the URL protection
// report, Threat Explorer. Nobody else may spell these words. Source of the mapping: facts of Defender's
// report and Explorer pages, and the course's reading: a warning that the policy lets the user pass is
// ClickAllowed, ClickBlocked is a page without a way on.

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace linkgate::verdict {

enum class Page : uint8_t {
  kNone,  // redirected at once: nothing bad is known
  kScanning,
  kSuspicious,
  kPhishing,
  kMalicious,
  kBlockedByOrganisation,
  kError,  // we could not judge, and the fail mode shows a page (a way on: Warn, none: Closed)
  kAltered,
  kNotIssuedHere,
  kAllowedByOrganisation,  // redirected at once because the tenant allow list says so
  kErrorPassed,            // we could not judge, and the fail mode is Open: redirected at once
};

// Words of ours in column PageShown; both kinds of "redirected at once" and a failure that was let pass are
// "None".
std::string_view page_shown_word(Page page);

struct ClickOutcome {
  Page page;
  bool click_through_allowed;        // what the policy said when the page was shown
  bool continued;                    // the user went on
  std::string_view page_shown;       // column PageShown
  std::string_view action_type;      // column ActionType
  bool is_clicked_through;           // column IsClickedThrough
  std::string_view report_action;    // URL protection report
  std::string_view explorer_action;  // Threat Explorer, URL clicks view
  // Rank of the step: the Version of the click's row is built on it, so that late spools and other nodes
  // merge rightly.
  int rank;
};

// REQUIRES: a combination that can happen (CHECK otherwise): nobody continues from a page without a way on,
// and pages that never have one (altered, not issued here) or need none (redirected at once) are not
// continued from.
const ClickOutcome& click_outcome(Page page, bool click_through_allowed, bool continued);
std::span<const ClickOutcome> all_click_outcomes();
// The series of the URL protection report, each once, in the table's order.
std::vector<std::string_view> report_actions();

}  // namespace linkgate::verdict
