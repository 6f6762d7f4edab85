#include "verdict/policy.h"

#include <iterator>
#include <utility>

#include "base/ascii.h"

namespace linkgate::verdict {
namespace {

constexpr std::pair<FailMode, std::string_view> kFailModes[] = {
    {FailMode::kOpen, "Open"}, {FailMode::kWarn, "Warn"}, {FailMode::kClosed, "Closed"}};
constexpr std::pair<UnscannableAction, std::string_view> kUnscannableActions[] = {
    {UnscannableAction::kPass, "Pass"},
    {UnscannableAction::kPassWithTip, "PassWithTip"},
    {UnscannableAction::kJunk, "Junk"},
    {UnscannableAction::kQuarantine, "Quarantine"},
    {UnscannableAction::kDefer, "Defer"}};

constexpr std::pair<AttachmentAction, std::string_view> kAttachmentActions[] = {
    {AttachmentAction::kAllow, "Allow"},
    {AttachmentAction::kBlock, "Block"},
    {AttachmentAction::kReplace, "Replace"},
    {AttachmentAction::kDynamicDelivery, "DynamicDelivery"}};

constexpr std::pair<TipLanguage, std::string_view> kTipLanguages[] = {{TipLanguage::kEnglish, "en"},
                                                                      {TipLanguage::kGerman, "de"}};

template <typename Value, size_t N>
std::string_view word_of(const std::pair<Value, std::string_view> (&words)[N], Value value) {
  for (const auto& [known, word] : words) {
    if (known == value) return word;
  }
  return words[0].second;
}

template <typename Value, size_t N>
bool value_of(const std::pair<Value, std::string_view> (&words)[N], std::string_view text, Value* value) {
  for (const auto& [known, word] : words) {
    if (!ascii::iequals(word, text)) continue;
    *value = known;
    return true;
  }
  return false;
}

}  // namespace

std::string_view to_string(FailMode mode) { return word_of(kFailModes, mode); }
std::string_view to_string(UnscannableAction action) { return word_of(kUnscannableActions, action); }
std::string_view to_string(AttachmentAction action) { return word_of(kAttachmentActions, action); }
std::string_view to_string(TipLanguage language) { return word_of(kTipLanguages, language); }
bool from_string(std::string_view text, TipLanguage* language) {
  return value_of(kTipLanguages, text, language);
}
bool from_string(std::string_view text, FailMode* mode) { return value_of(kFailModes, text, mode); }
bool from_string(std::string_view text, UnscannableAction* action) {
  return value_of(kUnscannableActions, text, action);
}
bool from_string(std::string_view text, AttachmentAction* action) {
  return value_of(kAttachmentActions, text, action);
}

namespace {

// As Microsoft's "recommended settings" have it. Strict and Standard do not differ in what is set here.
SafeLinksPolicy make_preset(std::string_view name, std::string_view description) {
  SafeLinksPolicy policy;
  policy.Name = name;
  policy.AdminDisplayName = description;
  policy.EnableFirstContactSafetyTips = true;
  policy.EnableSimilarUsersSafetyTips = true;
  policy.EnableSimilarDomainsSafetyTips = true;
  policy.EnableUnusualCharactersSafetyTips = true;
  policy.AttachmentsEnable = true;
  return policy;
}

// Where Defender's own built-in protection leaves links alone and lets users pass, ours does not: it would
// protect nobody who reads mail elsewhere than in Outlook.
SafeLinksPolicy make_built_in() {
  SafeLinksPolicy policy = make_preset("Built-in protection", "What everyone has whom no rule names");
  policy.EnableFirstContactSafetyTips = false;
  policy.EnableSimilarUsersSafetyTips = false;
  policy.EnableSimilarDomainsSafetyTips = false;
  policy.EnableUnusualCharactersSafetyTips = false;
  return policy;
}

SafeLinksPolicy make_no_protection() {
  SafeLinksPolicy policy;
  policy.Name = "No protection";
  policy.AdminDisplayName = "What those have whom the built-in protection exempts";
  policy.EnableSafeLinksForEmail = false;
  policy.ScanUrls = false;
  return policy;
}

constexpr std::string_view kShortNames[] = {"strict", "standard", "built-in"};

}  // namespace

const SafeLinksPolicy& preset_policy(Preset preset) {
  static const SafeLinksPolicy policies[] = {
      make_preset("Strict Preset Security Policy", "Microsoft's recommendation, strict"),
      make_preset("Standard Preset Security Policy", "Microsoft's recommendation, standard"),
      make_built_in()};
  return policies[static_cast<size_t>(preset)];
}

SafeLinksRule preset_rule(Preset preset) {
  SafeLinksRule rule;
  rule.Name = rule.SafeLinksPolicy = preset_policy(preset).Name;
  rule.Enabled = preset == Preset::kBuiltIn;
  return rule;
}

std::optional<Preset> find_preset(std::string_view name) {
  for (const Preset preset : kPresets) {
    const bool is_it = ascii::iequals(name, preset_policy(preset).Name) ||
                       ascii::iequals(name, kShortNames[static_cast<size_t>(preset)]);
    if (is_it) return preset;
  }
  return std::nullopt;
}

const SafeLinksPolicy& built_in_policy() { return preset_policy(Preset::kBuiltIn); }

const SafeLinksPolicy& no_protection() {
  static const SafeLinksPolicy policy = make_no_protection();
  return policy;
}

SafeLinksPolicy portal_policy() {
  SafeLinksPolicy policy;
  policy.DisableUrlRewrite = true;
  policy.AllowClickThrough = true;
  return policy;
}

}  // namespace linkgate::verdict
