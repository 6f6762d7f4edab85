#pragma once
// The rows of a click. UrlClickEvents has one row a click: (Timestamp, _RowId) are those of its start, and
// _Version is the rank of the step, so that whatever order nodes and late spools deliver the steps in, the
// furthest one stands. UrlClickLog gets a row for every step.

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "click/click_token.h"
#include "click/decision.h"
#include "events/row.h"
#include "url/sealed_link.h"
#include "verdict/click_outcome.h"

namespace linkgate::click {

using Rows = std::vector<std::pair<std::string, std::string>>;  // table, JSON

// Evidence and chain of a verdict as rows carry them.
struct RowTexts {
  events::EncodedText chain, evidence;
};
RowTexts row_texts(const verdict::Verdict& verdict);

// Words of column UrlClickLog.Step.
namespace step {
inline constexpr std::string_view kScan = "scan";
inline constexpr std::string_view kPage = "page";
inline constexpr std::string_view kRedirect = "redirect";
inline constexpr std::string_view kContinue = "continue";
inline constexpr std::string_view kBack = "back";
inline constexpr std::string_view kReport = "report";
inline constexpr std::string_view kAutomated = "automated";
inline constexpr std::string_view kRefused = "refused";
}  // namespace step

// What does not change from step to step of one request. The views are into the request, the policy and the
// node, which outlive it.
struct ClickFacts {
  ClickIdentity click;
  url::LinkClaims claims;                 // url may be one that we only saw, where the seal did not open
  std::optional<std::string> url_domain;  // of claims.url, where it is known already
  std::string_view client_address;
  std::string_view user_agent;
  std::string_view referrer;
  std::string_view policy;
  std::string_view node;
  bool automated = false;
};

struct Step {
  std::string_view word;
  const verdict::ClickOutcome* outcome =
      nullptr;  // absent: says nothing about the page (automated, back, report)
  std::string reason;
};

// Longer texts of clients are cut: a row is not a place to store things in.
inline constexpr size_t kMaxRowText = 512;

// UrlClickEvents first. `now` is the time of the step.
Rows click_rows(const ClickFacts& facts, const Step& step, const Knowledge& known, Time now);
// The log row alone, for steps that change nothing about the click.
Rows log_rows(const ClickFacts& facts, const Step& step, const Knowledge& known, Time now);

// A row of UserSubmissions: what somebody pressed on a page about a link. The same click reported as the same
// is one submission.
enum class Reported : uint8_t { kPhish, kClean };
std::pair<std::string, std::string> submission_row(const ClickFacts& facts, Reported as, Time now);

// Column UrlDomain: the whole host of the URL, as EmailUrlInfo has it, so that the two tables join on it.
// Empty for what has no host.
std::string url_domain(std::string_view url);

}  // namespace linkgate::click
