#include "verdict/policy_parameters.h"

#include <charconv>
#include <type_traits>

#include "base/ascii.h"

namespace linkgate::verdict {
namespace {

using Values = std::vector<std::string>;

bool parse_value(const std::string& text, bool* value) {
  for (const std::string_view word : {"true", "$true", "on", "yes", "1"}) {
    if (ascii::iequals(text, word)) return *value = true;
  }
  for (const std::string_view word : {"false", "$false", "off", "no", "0"}) {
    if (ascii::iequals(text, word)) return *value = false, true;
  }
  return false;
}

bool parse_value(const std::string& text, int* value) {
  int parsed = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), parsed);
  if (error != std::errc() || end != text.data() + text.size()) return false;
  *value = parsed;
  return true;
}

bool parse_value(const std::string& text, std::string* value) {
  *value = text;
  return true;
}

bool parse_value(const std::string& text, FailMode* value) { return from_string(text, value); }
bool parse_value(const std::string& text, UnscannableAction* value) { return from_string(text, value); }
bool parse_value(const std::string& text, AttachmentAction* value) { return from_string(text, value); }
bool parse_value(const std::string& text, TipLanguage* value) { return from_string(text, value); }

std::string print_value(bool value) { return value ? "true" : "false"; }
std::string print_value(int value) { return std::to_string(value); }
std::string print_value(const std::string& value) { return value; }
std::string print_value(FailMode value) { return std::string(to_string(value)); }
std::string print_value(UnscannableAction value) { return std::string(to_string(value)); }
std::string print_value(AttachmentAction value) { return std::string(to_string(value)); }
std::string print_value(TipLanguage value) { return std::string(to_string(value)); }

template <typename T>
constexpr ParameterKind kind_of() {
  if constexpr (std::is_same_v<T, bool>) return ParameterKind::kBoolean;
  if constexpr (std::is_same_v<T, int>) return ParameterKind::kInteger;
  if constexpr (std::is_same_v<T, std::string>) return ParameterKind::kText;
  if constexpr (std::is_same_v<T, Values>) return ParameterKind::kList;
  return ParameterKind::kWord;
}

template <auto Member, typename Owner, typename T>
constexpr Parameter<Owner> make_parameter(std::string_view name, std::string_view not_acted_on, T Owner::*) {
  return {name, kind_of<T>(),
          [](const Owner& owner) -> Values {
            if constexpr (std::is_same_v<T, Values>) {
              return owner.*Member;
            } else {
              return {print_value(owner.*Member)};
            }
          },
          [](Owner& owner, const Values& values) {
            if constexpr (std::is_same_v<T, Values>) {
              owner.*Member = values;
              return true;
            } else {
              return values.size() == 1 && parse_value(values[0], &(owner.*Member));
            }
          },
          not_acted_on};
}

template <auto Member>
constexpr auto parameter(std::string_view name, std::string_view not_acted_on = {}) {
  return make_parameter<Member>(name, not_acted_on, Member);
}

constexpr std::string_view kNoTeams = "there is no part for Teams";
constexpr std::string_view kNoOffice = "there is no part for Office apps";
constexpr std::string_view kNoTranslation = "texts are shown as they were written";
constexpr std::string_view kNoAttachments = "no part opens attachments yet";

using P = SafeLinksPolicy;
constexpr Parameter<P> kPolicyParameters[] = {
    parameter<&P::Name>("Name"),
    parameter<&P::AdminDisplayName>("AdminDisplayName"),
    parameter<&P::EnableSafeLinksForEmail>("EnableSafeLinksForEmail"),
    parameter<&P::EnableForInternalSenders>("EnableForInternalSenders"),
    parameter<&P::ScanUrls>("ScanUrls"),
    parameter<&P::DeliverMessageAfterScan>("DeliverMessageAfterScan"),
    parameter<&P::DisableUrlRewrite>("DisableUrlRewrite"),
    parameter<&P::DoNotRewriteUrls>("DoNotRewriteUrls"),
    parameter<&P::TrackClicks>("TrackClicks"),
    parameter<&P::AllowClickThrough>("AllowClickThrough"),
    parameter<&P::EnableOrganizationBranding>("EnableOrganizationBranding"),
    parameter<&P::CustomNotificationText>("CustomNotificationText"),
    parameter<&P::UseTranslatedNotificationText>("UseTranslatedNotificationText", kNoTranslation),
    parameter<&P::EnableSafeLinksForTeams>("EnableSafeLinksForTeams", kNoTeams),
    parameter<&P::EnableSafeLinksForOffice>("EnableSafeLinksForOffice", kNoOffice),
    parameter<&P::ZapEnabled>("ZapEnabled"),
    parameter<&P::PhishZapEnabled>("PhishZapEnabled"),
    parameter<&P::SpamZapEnabled>("SpamZapEnabled"),
    parameter<&P::EnableFirstContactSafetyTips>("EnableFirstContactSafetyTips"),
    parameter<&P::EnableSimilarUsersSafetyTips>("EnableSimilarUsersSafetyTips"),
    parameter<&P::EnableSimilarDomainsSafetyTips>("EnableSimilarDomainsSafetyTips"),
    parameter<&P::EnableUnusualCharactersSafetyTips>("EnableUnusualCharactersSafetyTips"),
    parameter<&P::ExternalInOutlookEnabled>("ExternalInOutlook.Enabled"),
    parameter<&P::ExternalInOutlookAllowList>("ExternalInOutlook.AllowList"),
    parameter<&P::AttachmentsEnable>("SafeAttachments.Enable", kNoAttachments),
    parameter<&P::AttachmentsAction>("SafeAttachments.Action", kNoAttachments),
    parameter<&P::AttachmentsActionOnError>("SafeAttachments.ActionOnError", kNoAttachments),
    parameter<&P::AttachmentsRedirect>("SafeAttachments.Redirect", kNoAttachments),
    parameter<&P::AttachmentsRedirectAddress>("SafeAttachments.RedirectAddress", kNoAttachments),
    parameter<&P::AttachmentsQuarantineTag>("SafeAttachments.QuarantineTag", kNoAttachments),
    parameter<&P::RewriteUnverifiedSigned>("RewriteUnverifiedSigned"),
    parameter<&P::RewriteWwwInPlainText>("RewriteWwwInPlainText"),
    parameter<&P::OnUnscannable>("UnscannableAction"),
    parameter<&P::ExternalSubjectPrefix>("ExternalSubjectPrefix"),
    parameter<&P::SafetyTipLanguage>("SafetyTipLanguage"),
    parameter<&P::ClickFailMode>("ClickFailMode"),
    parameter<&P::WarnOnUnknown>("WarnOnUnknown"),
};

using R = SafeLinksRule;
constexpr Parameter<R> kRuleParameters[] = {
    parameter<&R::Name>("Name"),
    parameter<&R::SafeLinksPolicy>("SafeLinksPolicy"),
    parameter<&R::SentTo>("SentTo"),
    parameter<&R::SentToMemberOf>("SentToMemberOf"),
    parameter<&R::RecipientDomainIs>("RecipientDomainIs"),
    parameter<&R::ExceptIfSentTo>("ExceptIfSentTo"),
    parameter<&R::ExceptIfSentToMemberOf>("ExceptIfSentToMemberOf"),
    parameter<&R::ExceptIfRecipientDomainIs>("ExceptIfRecipientDomainIs"),
    parameter<&R::Enabled>("Enabled"),
    parameter<&R::Priority>("Priority"),
    parameter<&R::Comments>("Comments"),
};

std::string_view what_a(ParameterKind kind) {
  switch (kind) {
    case ParameterKind::kBoolean:
      return "true or false";
    case ParameterKind::kInteger:
      return "a whole number";
    case ParameterKind::kWord:
      return "one of its words";
    case ParameterKind::kText:
      return "one text";
    case ParameterKind::kList:
      return "a list";
  }
  return "";
}

template <typename Owner>
Result<void> set_by_name(std::span<const Parameter<Owner>> parameters, Owner& owner, std::string_view name,
                         const Values& values) {
  for (const auto& parameter : parameters) {
    if (!ascii::iequals(parameter.name, name)) continue;
    if (parameter.set(owner, values)) return {};
    const std::string given = values.empty() ? "nothing" : "'" + values.front() + "'";
    return Error(ErrorCode::kInvalidArgument, std::string(parameter.name) + ": " + given + " is not " +
                                                  std::string(what_a(parameter.kind)));
  }
  return Error(ErrorCode::kNotFound, "no parameter is called '" + std::string(name) + "'");
}

}  // namespace

std::span<const Parameter<SafeLinksPolicy>> policy_parameters() { return kPolicyParameters; }
std::span<const Parameter<SafeLinksRule>> rule_parameters() { return kRuleParameters; }

Result<void> set_parameter(SafeLinksPolicy& policy, std::string_view name, const Values& values) {
  if (ascii::iequals(name, "TrackUserClicks")) name = "TrackClicks";
  return set_by_name(policy_parameters(), policy, name, values);
}

Result<void> set_parameter(SafeLinksRule& rule, std::string_view name, const Values& values) {
  return set_by_name(rule_parameters(), rule, name, values);
}

}  // namespace linkgate::verdict
