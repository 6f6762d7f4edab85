#pragma once
// Judging a page by what is on it: whom it pretends to be, what it asks for, where that goes, and what it
// hides. Pure: nothing is fetched. The rules and what each is worth stand in tables, in page_*.cc;
// docs/page_model.md explains them to people.

#include <optional>
#include <string>
#include <vector>

#include "verdict/brand_look.h"
#include "verdict/page.h"
#include "verdict/verdict.h"

namespace linkgate::verdict {

// What is known beside the page.
struct PageContext {
  std::string recipient;                // whose link it is; may be empty
  std::optional<Time> host_first_seen;  // by this installation or by a certificate
  Time now{};
};

struct PageJudgement {
  // kUnknown where the page gives no reason for a verdict: that it is honest is not for a page to say.
  Disposition disposition = Disposition::kUnknown;
  int confidence = 0;  // 0 to 100
  std::vector<Evidence> evidence;
  bool is_plain = true;  // asks for nothing, or says by its host's own name who asks
  std::string brand;     // whom it pretends to be; empty where nobody
};

PageJudgement judge_page(const Page& page, const BrandLooks& brands, const PageContext& context);

}  // namespace linkgate::verdict
