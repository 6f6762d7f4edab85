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
  bool signs = false;   // its title is signed with the name, "Sign in | PayPal", "PayPal: your invoice"
  std::string because;  // "its title, its logo and the form of its sign-in page"
};
struct BrandClaims {
  BrandClaim strongest;
  BrandClaim
      software;  // that the page is, or was copied from, by markup and wording; brand is null where none
};
BrandClaims claims_on(const PageView& view, const BrandLooks& brands);

// Whether the page calls itself by the name that its host has.
enum class OwnName : uint8_t {
  kNone,
  kPart,   // a part of it, or words that are nobody's name ("Secure Mailbox" at secure-mailbox.example)
  kWords,  // all that could be names in it, in another order or apart
  kWhole,  // "Müller Dach" at mueller-dach.example
};
OwnName says_own_name(const PageView& view, const BrandLooks& brands);

std::string ago(Time::duration age);  // "2 hours ago"
// True of hosts where anybody publishes what he likes, under whatever name the service itself has.
bool is_anybodys(std::string_view host);
// True where the host is put together from words that lures are made of ("secure-account-verify").
bool is_made_of_lure_words(std::string_view owner_label);

void add_form_signs(const PageView& view, const BrandLooks& brands, PageSigns& signs);
void add_script_signs(const PageView& view, PageSigns& signs);
void add_host_signs(const PageView& view, const PageContext& context, const BrandLooks& brands,
                    PageSigns& signs);
void add_text_signs(const PageView& view, const PageContext& context, const BrandLooks& brands,
                    PageSigns& signs);
// A file that the page itself puts together, instead of one that a server sent.
void add_smuggling_signs(const PageView& view, PageSigns& signs);

}  // namespace linkgate::verdict
