// The steps of a click that judge nothing: turning back, reporting, programs that only look, and links that
// do not open.
#include "click/answers.h"
#include "click/click_handler.h"
#include "url/percent.h"

namespace linkgate::click {

using net::HttpResponse;
using verdict::Page;

namespace {

struct Refusal {
  url::OpenFailure failure;
  Page page;
  PageKind kind;
  unsigned status;
  std::string_view reason;
};
constexpr Refusal kRefusals[] = {
    {url::OpenFailure::kNotOurs, Page::kNotIssuedHere, PageKind::kNotIssued, 404, "not a link of ours"},
    {url::OpenFailure::kDamaged, Page::kAltered, PageKind::kDamaged, 400, "the seal is damaged or forged"},
    {url::OpenFailure::kUnknownKey, Page::kNotIssuedHere, PageKind::kNotIssued, 404,
     "sealed by an unknown key"},
    {url::OpenFailure::kRevokedKey, Page::kNotIssuedHere, PageKind::kRevoked, 410, "sealed by a revoked key"},
    {url::OpenFailure::kOtherHost, Page::kNotIssuedHere, PageKind::kNotIssued, 404,
     "sealed for another host"},
    {url::OpenFailure::kAlteredUrl, Page::kAltered, PageKind::kAltered, 400,
     "the address does not match its seal"},
};

// Not made up by anybody, but what is left of a link of ours.
constexpr Refusal kCutOff = {url::OpenFailure::kNotOurs, Page::kAltered, PageKind::kDamaged, 400,
                             "the link ends before its seal"};

// The address that stands in a link whose seal does not vouch for it: shown in rows as what it is, somebody's
// text.
std::string visible_url(std::string_view link) {
  size_t at = link.find("url=");
  if (at == std::string_view::npos) return {};
  std::string_view value = link.substr(at + 4);
  value = value.substr(0, value.find('&'));
  return url::percent_decode(value.substr(0, url::kMaxVisibleLink));
}

}  // namespace

HttpResponse ClickHandler::press_back(Visit& visit) {
  bool good = adopt(visit, token_of_form(visit.request.body), TokenUse::kButtons);
  if (good && visit.tracked() && node_.used_tokens.use_once(~visit.token->nonce)) {
    Knowledge known;
    known.verdict.disposition = visit.token->disposition;
    Step step{step::kBack, &verdict::click_outcome(visit.token->page, visit.token->may_continue, false), {}};
    node_.record(log_rows(visit.facts, step, known, visit.now));
  }
  return plain_page(visit, PageKind::kClosed, 200, node_.branding);
}

HttpResponse ClickHandler::press_report(Visit& visit) {
  bool good = adopt(visit, token_of_form(visit.request.body), TokenUse::kButtons);
  if (!node_.reports_limit.allow(rate_key(visit.request.client_address), node_.clock.steady_now())) {
    node_.metrics.limited.add();
    return plain_page(visit, PageKind::kTooMany, 429, node_.branding);
  }
  if (good && visit.tracked()) {
    Knowledge known;
    known.verdict.disposition = visit.token->disposition;
    Step step{step::kReport, &verdict::click_outcome(visit.token->page, visit.token->may_continue, false),
              "reported as safe"};
    Rows rows = log_rows(visit.facts, step, known, visit.now);
    rows.push_back(submission_row(visit.facts, Reported::kClean, visit.now));
    if (!node_.record(rows)) return plain_page(visit, PageKind::kErrorClosed, 503, node_.branding);
    node_.metrics.reports.add();
  }
  return plain_page(visit, PageKind::kReported, 200, node_.branding);
}

// Reporting the message that a link stood in. Looking at the page for it changes nothing.
std::optional<HttpResponse> ClickHandler::answer_reporting(Visit& visit) {
  if (visit.asked.asked == Asked::kSubmitPage) return submit_page(visit, node_.branding);
  if (visit.asked.asked == Asked::kSubmit) return press_submit(visit);
  return std::nullopt;
}

// Who reports asks to be heard: there is a row also with TrackClicks off.
HttpResponse ClickHandler::press_submit(Visit& visit) {
  const bool good = adopt(visit, token_of_form(visit.request.body), TokenUse::kButtons);
  if (!good) return submit_page(visit, node_.branding);  // too old: ask again
  if (!node_.reports_limit.allow(rate_key(visit.request.client_address), node_.clock.steady_now())) {
    node_.metrics.limited.add();
    return plain_page(visit, PageKind::kTooMany, 429, node_.branding);
  }
  constexpr uint64_t kSubmitNonce = 0x5355424d49540000;  // apart from the other buttons of its page
  if (!node_.used_tokens.use_once(visit.token->nonce ^ kSubmitNonce))
    return plain_page(visit, PageKind::kSubmitted, 200, node_.branding);
  if (!node_.record({submission_row(visit.facts, Reported::kPhish, visit.now)}))
    return plain_page(visit, PageKind::kErrorClosed, 503, node_.branding);
  node_.metrics.submissions.add();
  return plain_page(visit, PageKind::kSubmitted, 200, node_.branding);
}

// HEAD says nothing; a prefetch is told to come back, so that the browser asks again when the user really
// clicks.
HttpResponse ClickHandler::refuse_automated(Visit& visit) {
  node_.metrics.automated.add();
  bool head = visit.request.method == "HEAD";
  visit.facts.automated = true;
  if (visit.tracked()) {
    Step step{step::kAutomated, nullptr, head ? "HEAD" : "prefetch"};
    Knowledge known;
    node_.record(log_rows(visit.facts, step, known, visit.now));
  }
  return empty_answer(head ? 204 : 503);
}

HttpResponse ClickHandler::refuse_link(Visit& visit, const url::OpenError& error) {
  const Refusal* refusal = &kRefusals[0];
  for (const Refusal& one : kRefusals) {
    if (one.failure == error.failure) refusal = &one;
  }
  if (error.failure == url::OpenFailure::kNotOurs && lost_its_seal(visit.asked.link)) refusal = &kCutOff;
  bool vouched = error.claims.has_value();
  if (vouched) {
    visit.facts.claims = *error.claims;
    find_policy(visit);
  }
  if (visit.facts.claims.url.empty()) visit.facts.claims.url = visible_url(visit.asked.link);
  visit.facts.click = {random_id(), visit.now};
  const verdict::ClickOutcome& outcome = verdict::click_outcome(refusal->page, false, false);
  node_.metrics.shown(outcome);
  bool wanted = vouched ? visit.tracked() : node_.unvouched_limit.allow({}, node_.clock.steady_now());
  if (!wanted && !vouched) node_.metrics.suppressed.add();
  bool recorded = false;
  if (wanted) {
    Step step{step::kRefused, &outcome, std::string(refusal->reason)};
    Knowledge known;
    known.verdict.evidence.push_back({"link.refused", std::string(refusal->reason), {}});
    recorded = node_.record(click_rows(visit.facts, step, known, visit.now));
  }
  if (visit.request.method == "HEAD") return empty_answer(204);
  return refusal_page(visit, refusal->kind, refusal->status, recorded, node_.branding);
}

}  // namespace linkgate::click
