#pragma once
// Links and pages that direct whoever opens them to what is not on the public internet: their own machine,
// their network, the services of their cloud. Pure; the proxy has refused it all.

#include <optional>

#include "verdict/page.h"
#include "verdict/verdict.h"

namespace linkgate::scan {

struct InwardFinding {
  verdict::Disposition disposition = verdict::Disposition::kUnknown;  // what it amounts to by itself
  int confidence = 0;
  verdict::Evidence evidence;
};

// A redirect to what nobody may follow: "redirect.inward", suspicious unless both ends are of one house, or
// "redirect.refused" where it is public and refused for another reason.
std::optional<InwardFinding> refused_redirect(const verdict::Page& page);

// "page.inward": what a page asked for beside its chain. Honest pages ask programs on one's own machine;
// suspicious is who asks many hosts, to find out what is there.
std::optional<InwardFinding> inward_requests(const verdict::Page& page);

// True where the redirects of a page lead to what is not public: what they are is known, and no browser is
// sent there.
bool leads_inward(const verdict::Page& page);

}  // namespace linkgate::scan
