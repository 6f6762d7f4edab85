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

}  // namespace

PageJudgement judge_page(const Page& page, const BrandLooks& brands, const PageContext& context) {
  PageJudgement judgement;
  if (page.chain.empty() || !url::Url::parse(page.chain.back().url)) return judgement;
  const PageView view = view_of(page);
  if (brands.owner(view.domain) != nullptr) return judgement;  // the brand itself

  PageSigns signs;
  add_smuggling_signs(view, signs);
  const double smuggling = signs.empty() ? 0 : signs.front().weight;
  BrandClaim claim;
  if (view.asked != Asked::kNothing) {
    claim = strongest_claim(view, brands);
    // What looks like software that anybody runs is that software, unless its form goes elsewhere.
    if (BrandClaim software = software_of(view, brands); software.brand != nullptr) {
      const std::string action = view.asking_form == nullptr ? "" : view.asking_form->action;
      const bool is_itself =
          std::any_of(software.brand->posts.begin(), software.brand->posts.end(),
                      [&action](const std::string& part) { return action.find(part) != std::string::npos; });
      if (!is_itself)
        signs.push_back(
            {"form.not_its_own", 0.6,
             "looks like " + software.brand->name + ", but hands what is typed to something else"});
      claim = std::move(software);
    }
    add_form_signs(view, brands, signs);
    add_host_signs(view, context, brands, signs);
    add_text_signs(view, context, brands, signs);
  }
  add_script_signs(view, signs);
  const OwnName own = says_own_name(view, brands);
  // "Apple Orchard" at appleorchard.example names itself; only what is copied from Apple's pages speaks of
  // Apple.
  double strength =
      own == OwnName::kWhole ? claim.copied : claim.strength - (own == OwnName::kPart ? kOwnName : 0);
  strength = std::max(0.0, strength);
  if (own == OwnName::kWhole)
    std::erase_if(signs, [](const PageSign& sign) { return sign.code == "host.borrows_name"; });
  if (own == OwnName::kNone && view.asked != Asked::kNothing)
    signs.push_back({"text.no_name", kNoName, "does not say whose it is: not by the name of its host"});
  double risk = 0;
  for (const PageSign& sign : signs) risk += sign.weight;
  const bool imitates = claim.brand != nullptr && !claim.brand->is_self_hosted && strength >= kPartly;
  double score = worth(view.asked) + risk;
  if (imitates) score += strength;
  const bool asks = view.asked != Asked::kNothing;
  judgement.is_plain = !asks || own != OwnName::kNone;
  const bool sure = asks && ((imitates && strength >= kBelievable && score >= kSure) || score >= kSureAlone);

  if (smuggling >= 1) {
    judgement.disposition = Disposition::kMalware;
  } else if (sure) {
    judgement.disposition = Disposition::kPhishing;
  } else if ((asks && score >= kSure) || smuggling > 0) {
    judgement.disposition = Disposition::kSuspicious;
  } else {
    return judgement;
  }
  judgement.confidence = confidence_of(score);
  const std::string asked(to_string(view.asked));
  if (asks && imitates) {
    judgement.brand = claim.brand->name;
    judgement.evidence.push_back({"page.brand",
                                  "The page asks for " + asked + " and looks like " + claim.brand->name +
                                      " (" + claim.because + "), but " + belongs_to(view, context),
                                  ""});
  }
  if (asks) {
    const bool pays = view.asked == Asked::kCard;
    judgement.evidence.push_back({pays ? "page.payment" : "page.credentials",
                                  "The page asks for " + asked + " and " + belongs_to(view, context), ""});
  }
  std::sort(signs.begin(), signs.end(),
            [](const PageSign& a, const PageSign& b) { return a.weight > b.weight; });
  for (const PageSign& sign : signs)
    judgement.evidence.push_back({std::string(sign.code), "The page " + sign.sentence, ""});
  return judgement;
}

}  // namespace linkgate::verdict
