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

// Whose pages and icons look the same, as their own hosts showed them; names of BrandLooks, or empty.
struct SeenLook {
  std::string page, icon;
};

// What is known beside the page.
struct PageContext {
  std::string recipient;                // whose link it is; may be empty
  std::optional<Time> host_first_seen;  // by this installation, where it has met others for long
  SeenLook look;                        // of the page where it was rendered
  Time now{};
  bool url_is_suspicious = false;  // by the model of URLs
};

struct PageJudgement {
  // kUnknown where the page gives no reason for a verdict: that it is honest is not for a page to say.
  Disposition disposition = Disposition::kUnknown;
  int confidence = 0;  // 0 to 100
  std::vector<Evidence> evidence;
  bool is_plain = true;  // asks for nothing, or says by its host's own name who asks
  std::string brand;     // whom it pretends to be; empty where nobody
};

// Whose own page this is, on whose own host, where it asks for something; empty otherwise: what a sign-in
// page looks like is learnt from such pages.
std::string own_brand_of(const Page& page, const BrandLooks& brands);

PageJudgement judge_page(const Page& page, const BrandLooks& brands, const PageContext& context);

}  // namespace linkgate::verdict
