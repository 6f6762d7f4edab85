#include "verdict/page_model.h"

#include <algorithm>
#include <cmath>

#include "url/domain.h"
#include "verdict/page_lures.h"
#include "verdict/page_signs.h"

namespace linkgate::verdict {
namespace {

// A claim from here on is one that a reader believes.
constexpr double kBelievable = 0.8;
constexpr double kPartly = 0.44;
// Of risks beside a claim, and of risks alone.
constexpr double kSure = 1.0, kSureAlone = 1.2;
// An honest page that signs people in says whose it is.
constexpr double kNoName = 0.4, kHalfName = 0.15;
constexpr double kOwnName = 0.15;  // taken from a claim where the page says a part of its own name
constexpr double kOwnLures = 0.5,
                 kWordsLures = 0.75;  // what lures are worth beside one's own name: news and help quote them
constexpr double kCopiedWhole = 0.9;  // copied from here on, it is a copy whatever it calls itself
constexpr int kMostConfident = 99;

double worth(Asked asked) {
  switch (asked) {
    case Asked::kNothing:
      return 0;
    case Asked::kAddress:
      return 0.15;
    case Asked::kIdentity:
      return 0.25;
    case Asked::kPassword:
    case Asked::kCode:
    case Asked::kCard:
      return 0.3;
    case Asked::kSecretWords:
      return 1.3;  // no honest page asks for them
  }
  return 0;
}

int confidence_of(double score) {
  return std::min(kMostConfident, static_cast<int>(std::lround(100 / (1 + std::exp(-3.0 * (score - 0.9))))));
}

std::string belongs_to(const PageView& view, const PageContext& context) {
  std::string text = "belongs to " + view.domain;
  constexpr std::chrono::hours kNew{72};
  if (const auto& first = context.host_first_seen; first && context.now - *first < kNew)
    text += ", a name first seen here " + ago(context.now - *first);
  return text;
}

const BrandLook* owner_of(const PageView& view, const BrandLooks& brands) {
  return brands.owner(url::registrable_domain(view.host));
}

// What the picture of a page says is what a person sees: it counts like a copy of markup.
constexpr double kSameLook = 0.95, kSameIcon = 0.35;
void add_look(BrandClaim& claim, const std::string& name, double worth, bool is_copy, std::string_view reason,
              const BrandLooks& brands) {
  if (name.empty()) return;
  if (claim.brand == nullptr || claim.brand->name != name) {
    if (claim.strength >= worth) return;
    const auto& all = brands.all();
    const auto found =
        std::find_if(all.begin(), all.end(), [&](const BrandLook& brand) { return brand.name == name; });
    if (found == all.end()) return;
    claim = BrandClaim{&*found};
  }
  claim.strength += worth;
  claim.copied += is_copy ? worth : 0;
  claim.because += (claim.because.empty() ? "" : ", ") + std::string(reason);
}

// What looks like software that anybody runs is that software, unless its form goes elsewhere.
BrandClaim claim_of(const PageView& view, const BrandLooks& brands, const SeenLook& look, PageSigns& signs) {
  BrandClaims claims = claims_on(view, brands);
  const BrandClaim& software = claims.software;
  if (software.brand == nullptr) {
    // What a brand's own service says of itself is no claim of who filled it in.
    const bool is_its_own =
        claims.strongest.brand != nullptr && claims.strongest.brand == owner_of(view, brands);
    BrandClaim claim = is_its_own ? BrandClaim{} : std::move(claims.strongest);
    add_look(claim, look.page, kSameLook, true, "the picture of its sign-in page", brands);
    add_look(claim, look.icon, kSameIcon, false, "its icon", brands);
    return claim;
  }
  const std::string action = view.asking_form == nullptr ? "" : view.asking_form->action;
  const auto& posts = software.brand->posts;
  const bool is_itself = std::any_of(posts.begin(), posts.end(), [&action](const std::string& part) {
    return action.find(part) != std::string::npos;
  });
  if (!is_itself)
    signs.push_back({"form.not_its_own", 0.6,
                     "looks like " + software.brand->name + ", but hands what is typed to something else"});
  return software;
}

// What a page amounts to.
struct Sum {
  BrandClaim claim;
  PageSigns signs;
  OwnName own = OwnName::kNone;
  double strength = 0;   // of the claim, as far as it is not the page's own name
  double smuggling = 0;  // a file made in the browser
  double score = 0;
  bool asks = false, imitates = false;
};

Sum sum_of(const PageView& view, const BrandLooks& brands, const PageContext& context) {
  Sum sum;
  sum.asks = view.asked != Asked::kNothing;
  sum.own = says_own_name(view, brands);
  add_smuggling_signs(view, sum.signs);
  sum.smuggling = sum.signs.empty() ? 0 : sum.signs.front().weight;
  if (sum.asks) {
    sum.claim = claim_of(view, brands, context.look, sum.signs);
    // Words that anybody writes are no name where the title is signed with somebody else's, nor where anybody
    // picks a host to go with the page.
    if (sum.own == OwnName::kWords && (sum.claim.signs || is_anybodys(view.host))) sum.own = OwnName::kPart;
    add_form_signs(view, brands, sum.signs);
    add_host_signs(view, context, brands, sum.signs);
    add_text_signs(view, context, brands, sum.signs);
    if (sum.own < OwnName::kWords)
      sum.signs.push_back({"text.no_name", sum.own == OwnName::kNone ? kNoName : kHalfName,
                           "does not say whose it is: not by the name of its host"});
  }
  add_script_signs(view, sum.signs);
  // "Apple Orchard" at appleorchard.example names itself; only what it copied from Apple speaks of Apple.
  const bool whole = sum.own >= OwnName::kWords;
  if (whole) {
    std::erase_if(sum.signs, [](const PageSign& sign) { return sign.code == "host.borrows_name"; });
    const double left = sum.own == OwnName::kWhole ? kOwnLures : kWordsLures;
    for (PageSign& sign : sum.signs) sign.weight *= is_lure(sign.code) ? left : 1;
  }
  const double left = sum.claim.strength - (sum.own == OwnName::kPart ? kOwnName : 0);
  sum.strength = std::max(0.0, !whole ? left : sum.claim.copied >= kCopiedWhole ? sum.claim.copied : 0.0);
  sum.imitates = sum.claim.brand != nullptr && !sum.claim.brand->is_self_hosted && sum.strength >= kPartly;
  sum.score = worth(view.asked) + (sum.imitates ? sum.strength : 0);
  for (const PageSign& sign : sum.signs) sum.score += sign.weight;
  return sum;
}

// "Outlook" at a firm's own host says what it is, and that is enough of a name.
bool is_software_itself(const Sum& sum) {
  return sum.claim.brand != nullptr && sum.claim.brand->is_self_hosted &&
         std::none_of(sum.signs.begin(), sum.signs.end(),
                      [](const PageSign& sign) { return sign.code == "form.not_its_own"; });
}

Disposition disposition_of(const Sum& sum) {
  const bool believable = sum.imitates && sum.strength >= kBelievable && sum.score >= kSure;
  if (sum.smuggling >= 1) return Disposition::kMalware;
  if (sum.asks && (believable || sum.score >= kSureAlone)) return Disposition::kPhishing;
  if ((sum.asks && sum.score >= kSure) || sum.smuggling > 0) return Disposition::kSuspicious;
  return Disposition::kUnknown;
}

}  // namespace

std::string own_brand_of(const Page& page, const BrandLooks& brands) {
  if (page.chain.empty() || !url::Url::parse(page.chain.back().url)) return "";
  const PageView view = view_of(page);
  const BrandLook* owner = owner_of(view, brands);
  return owner == nullptr || is_anybodys(view.host) || view.asked == Asked::kNothing ? "" : owner->name;
}

PageJudgement judge_page(const Page& page, const BrandLooks& brands, const PageContext& context) {
  PageJudgement judgement;
  if (page.chain.empty() || !url::Url::parse(page.chain.back().url)) return judgement;
  const PageView view = view_of(page);
  // The brand itself; what it lets anybody publish is anybody's.
  if (owner_of(view, brands) != nullptr && !is_anybodys(view.host)) return judgement;
  Sum sum = sum_of(view, brands, context);
  judgement.is_plain = !sum.asks || sum.own != OwnName::kNone || is_software_itself(sum);
  judgement.disposition = disposition_of(sum);
  if (judgement.disposition == Disposition::kUnknown) return judgement;
  judgement.confidence = confidence_of(sum.score);
  const std::string asked(to_string(view.asked));
  if (sum.imitates) {
    judgement.brand = sum.claim.brand->name;
    judgement.evidence.push_back({"page.brand",
                                  "The page asks for " + asked + " and looks like " + sum.claim.brand->name +
                                      " (" + sum.claim.because + "), but " + belongs_to(view, context),
                                  ""});
  }
  if (sum.asks) {
    const bool pays = view.asked == Asked::kCard;
    judgement.evidence.push_back({pays ? "page.payment" : "page.credentials",
                                  "The page asks for " + asked + " and " + belongs_to(view, context), ""});
  }
  std::sort(sum.signs.begin(), sum.signs.end(),
            [](const PageSign& a, const PageSign& b) { return a.weight > b.weight; });
  for (const PageSign& sign : sum.signs)
    judgement.evidence.push_back({std::string(sign.code), "The page " + sign.sentence, ""});
  return judgement;
}

}  // namespace linkgate::verdict
