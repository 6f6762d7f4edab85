#pragma once
// The signs that the judgement of a page adds up. Each has a code, what it is worth, and a sentence.

#include <string>
#include <string_view>
#include <vector>

#include "verdict/page_model.h"
#include "verdict/page_view.h"

namespace linkgate::verdict {

struct PageSign {
  std::string_view code;
  double weight = 0;
  std::string sentence;
};
using PageSigns = std::vector<PageSign>;

// Whom the page pretends to be: 0 for nobody, 1 for what a reader takes for the brand's own page.
struct BrandClaim {
  const BrandLook* brand = nullptr;
  double strength = 0;
  double copied = 0;    // the share of it that is markup and wording of the brand's own pages
  std::string because;  // "its title, its logo and the form of its sign-in page"
};
BrandClaim strongest_claim(const PageView& view, const BrandLooks& brands);
// The software that the page is, or was copied from, by its markup and wording; brand is null where none.
BrandClaim software_of(const PageView& view, const BrandLooks& brands);

// Whether the page calls itself by the name that its host has: the whole label ("bergkaffee"), or a part of
// it that is a name.
enum class OwnName : uint8_t { kNone, kPart, kWhole };
OwnName says_own_name(const PageView& view, const BrandLooks& brands);

void add_form_signs(const PageView& view, const BrandLooks& brands, PageSigns& signs);
void add_script_signs(const PageView& view, PageSigns& signs);
void add_host_signs(const PageView& view, const PageContext& context, const BrandLooks& brands,
                    PageSigns& signs);
void add_text_signs(const PageView& view, const PageContext& context, const BrandLooks& brands,
                    PageSigns& signs);
// A file that the page itself puts together, instead of one that a server sent.
void add_smuggling_signs(const PageView& view, PageSigns& signs);

}  // namespace linkgate::verdict
