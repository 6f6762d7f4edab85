#include "click/decision.h"

#include <utility>

namespace linkgate::click {
namespace {

using verdict::Disposition;
using verdict::Page;
using Kind = Knowledge::Kind;

Knowledge with_evidence(Kind kind, std::string code, std::string sentence) {
  Knowledge known;
  known.kind = kind;
  known.verdict.evidence.push_back({std::move(code), std::move(sentence), {}});
  return known;
}

Page page_of(const verdict::SafeLinksPolicy& policy, Disposition disposition) {
  switch (disposition) {
    case Disposition::kClean:
      return Page::kNone;
    case Disposition::kUnknown:
      return policy.WarnOnUnknown ? Page::kSuspicious : Page::kNone;
    case Disposition::kSuspicious:
    case Disposition::kGated:  // a page that nobody could see is never let pass silently
      return Page::kSuspicious;
    case Disposition::kPhishing:
      return Page::kPhishing;
    case Disposition::kMalware:
      return Page::kMalicious;
  }
  return Page::kSuspicious;
}

// How much a page says against going on.
int severity(Page page) {
  switch (page) {
    case Page::kNone:
    case Page::kAllowedByOrganisation:
    case Page::kErrorPassed:
      return 0;
    case Page::kScanning:
      return 1;
    case Page::kError:
      return 2;
    case Page::kSuspicious:
      return 3;
    case Page::kPhishing:
      return 4;
    case Page::kMalicious:
      return 5;
    case Page::kBlockedByOrganisation:
    case Page::kAltered:
    case Page::kNotIssuedHere:
      return 6;
  }
  return 6;
}

}  // namespace

Knowledge from_verdict(verdict::Verdict verdict) {
  Knowledge known;
  known.kind = Kind::kVerdict;
  known.verdict = std::move(verdict);
  return known;
}

Knowledge tenant_blocked(const verdict::TenantUrlEntry& entry) {
  return with_evidence(Kind::kTenantBlocked, "list.block",
                       "The organisation's block list has the entry " + entry.pattern.text() + ".");
}

Knowledge tenant_allowed(const verdict::TenantUrlEntry& entry) {
  return with_evidence(Kind::kTenantAllowed, "list.allow",
                       "The organisation's allow list has the entry " + entry.pattern.text() + ".");
}

Knowledge not_protected() {
  return with_evidence(Kind::kNotProtected, "policy.off",
                       "The recipient's policy does not check links in email.");
}

Knowledge pending() {
  return with_evidence(Kind::kPending, "scan.pending", "The link is still being checked.");
}

Knowledge failed(std::string trouble) {
  Knowledge known = with_evidence(Kind::kFailed, "check.failed", "The link could not be checked.");
  known.trouble = std::move(trouble);
  return known;
}

bool Decision::redirects() const {
  return page == Page::kNone || page == Page::kAllowedByOrganisation || page == Page::kErrorPassed;
}

bool click_through_allowed(const verdict::SafeLinksPolicy& policy) {
  return policy.AllowClickThrough && policy.TrackClicks;
}

Decision fail_mode(const verdict::SafeLinksPolicy& policy) {
  switch (policy.ClickFailMode) {
    case verdict::FailMode::kOpen:
      return {Page::kErrorPassed, false};
    case verdict::FailMode::kWarn:
      return {Page::kError, true};
    case verdict::FailMode::kClosed:
      break;
  }
  return {Page::kError, false};
}

Decision decide(const verdict::SafeLinksPolicy& policy, const Knowledge& known) {
  bool through = click_through_allowed(policy);
  switch (known.kind) {
    case Kind::kVerdict:
      return {page_of(policy, known.verdict.disposition), through};
    case Kind::kTenantBlocked:
      return {Page::kBlockedByOrganisation, through};
    case Kind::kTenantAllowed:
      return {Page::kAllowedByOrganisation, through};
    case Kind::kNotProtected:
      return {Page::kNone, through};
    case Kind::kPending:
      return {Page::kScanning, through};
    case Kind::kFailed:
      break;
  }
  return fail_mode(policy);
}

bool may_go_on(const verdict::SafeLinksPolicy& policy, Page shown, const Decision& now) {
  if (now.redirects()) return true;
  // Whoever was shown something worse than "could not be checked" has been warned enough for ClickFailMode =
  // Warn.
  if (now.page == Page::kError) {
    return now.may_continue && (shown == Page::kError || click_through_allowed(policy));
  }
  return now.may_continue && severity(now.page) <= severity(shown);
}

}  // namespace linkgate::click
