#pragma once
// From what is known about a link to what the user gets. Pure: the whole policy of a click is in decide().

#include <memory>
#include <optional>
#include <string>

#include "verdict/click_outcome.h"
#include "verdict/policy.h"
#include "verdict/tenant_lists.h"
#include "verdict/verdict.h"

namespace linkgate::click {

struct RowTexts;  // click_rows.h

// What is known. Exactly one of these holds.
struct Knowledge {
  enum class Kind {
    kVerdict,        // `verdict` is the judgement
    kTenantBlocked,  // the organisation's list decided; nobody was asked
    kTenantAllowed,
    kNotProtected,  // the policy says not to judge
    kPending,       // the scan goes on
    kFailed,        // it cannot be judged: `trouble` says why
  };
  Kind kind = Kind::kFailed;
  verdict::Verdict verdict;  // also filled for the other kinds, with evidence that says so
  std::string trouble;
  std::shared_ptr<const RowTexts> texts;  // of `verdict`; where they were made already: once for many clicks
};

using KnownPtr = std::shared_ptr<const Knowledge>;  // shared by the clicks that meet one check

Knowledge from_verdict(verdict::Verdict verdict);
Knowledge tenant_blocked(const verdict::TenantUrlEntry& entry);
Knowledge tenant_allowed(const verdict::TenantUrlEntry& entry);
Knowledge not_protected();
Knowledge pending();
Knowledge failed(std::string trouble);

struct Decision {
  verdict::Page page = verdict::Page::kNone;
  bool may_continue = false;
  bool redirects() const;
};

// AllowClickThrough counts only together with TrackClicks (Defender: "only offered if Track user clicks is
// on").
bool click_through_allowed(const verdict::SafeLinksPolicy& policy);

Decision decide(const verdict::SafeLinksPolicy& policy, const Knowledge& known);
// What a user gets whose click cannot be judged or not be recorded.
Decision fail_mode(const verdict::SafeLinksPolicy& policy);

// The user asked to go on from `shown`; `now` is what decide() says at this moment. True: let them go. False:
// show `now`, because it has become worse than what they agreed to, or the policy has changed.
bool may_go_on(const verdict::SafeLinksPolicy& policy, verdict::Page shown, const Decision& now);

}  // namespace linkgate::click
