#include "verdict/page_model.h"

#include <algorithm>
#include <cmath>

#include "verdict/page_signs.h"

namespace linkgate::verdict {
namespace {

// A claim from here on is one that a reader believes.
constexpr double kBelievable = 0.8;
constexpr double kPartly = 0.45;
// Of risks beside a claim, and of risks alone.
constexpr double kSure = 1.0, kSureAlone = 1.2;
constexpr double kNoName = 0.4;   // an honest page that signs people in says whose it is
constexpr double kOwnName = 0.5;  // taken from a claim where the page says its own name
constexpr int kMostConfident = 99;

double worth(Asked asked) {
  switch (asked) {
    case Asked::kNothing:
      return 0;
    case Asked::kAddress:
      return 0.15;
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
  if (context.host_first_seen && context.now >= *context.host_first_seen) {
    const auto hours =
        std::chrono::duration_cast<std::chrono::hours>(context.now - *context.host_first_seen).count();
    if (hours < 72)
      text += ", a name first seen " + std::to_string(std::max<int64_t>(hours, 1)) +
              (hours <= 1 ? " hour ago" : " hours ago");
  }
  return text;
}

// What looks like software that anybody runs is that software, unless its form goes elsewhere.
BrandClaim claim_of(const PageView& view, const BrandLooks& brands, PageSigns& signs) {
  BrandClaim software = software_of(view, brands);
  if (software.brand == nullptr) return strongest_claim(view, brands);
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
    sum.claim = claim_of(view, brands, sum.signs);
    add_form_signs(view, brands, sum.signs);
    add_host_signs(view, context, brands, sum.signs);
    add_text_signs(view, context, brands, sum.signs);
    if (sum.own == OwnName::kNone)
      sum.signs.push_back({"text.no_name", kNoName, "does not say whose it is: not by the name of its host"});
  }
  add_script_signs(view, sum.signs);
  // "Apple Orchard" at appleorchard.example names itself; only what it copied from Apple speaks of Apple.
  const bool whole = sum.own == OwnName::kWhole;
  if (whole) std::erase_if(sum.signs, [](const PageSign& sign) { return sign.code == "host.borrows_name"; });
  const double left = sum.claim.strength - (sum.own == OwnName::kPart ? kOwnName : 0);
  sum.strength = std::max(0.0, whole ? sum.claim.copied : left);
  sum.imitates = sum.claim.brand != nullptr && !sum.claim.brand->is_self_hosted && sum.strength >= kPartly;
  sum.score = worth(view.asked) + (sum.imitates ? sum.strength : 0);
  for (const PageSign& sign : sum.signs) sum.score += sign.weight;
  return sum;
}

Disposition disposition_of(const Sum& sum) {
  const bool believable = sum.imitates && sum.strength >= kBelievable && sum.score >= kSure;
  if (sum.smuggling >= 1) return Disposition::kMalware;
  if (sum.asks && (believable || sum.score >= kSureAlone)) return Disposition::kPhishing;
  if ((sum.asks && sum.score >= kSure) || sum.smuggling > 0) return Disposition::kSuspicious;
  return Disposition::kUnknown;
}

}  // namespace

PageJudgement judge_page(const Page& page, const BrandLooks& brands, const PageContext& context) {
  PageJudgement judgement;
  if (page.chain.empty() || !url::Url::parse(page.chain.back().url)) return judgement;
  const PageView view = view_of(page);
  if (brands.owner(view.domain) != nullptr) return judgement;  // the brand itself
  Sum sum = sum_of(view, brands, context);
  judgement.is_plain = !sum.asks || sum.own != OwnName::kNone;
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
