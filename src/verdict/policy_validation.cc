#include <algorithm>

#include "base/ascii.h"
#include "url/pattern.h"
#include "verdict/policy.h"

namespace linkgate::verdict {
namespace {

Error refused(std::string_view parameter, std::string_view why) {
  return Error(ErrorCode::kInvalidArgument, std::string(parameter) + ": " + std::string(why));
}

bool has_control_character(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t') || c == 0x7f;
  });
}

// Code points: every byte that does not continue one.
size_t count_characters(std::string_view text) {
  return static_cast<size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

Result<void> validate_name(std::string_view parameter, std::string_view name) {
  if (name.empty() || ascii::trim(name).size() != name.size()) {
    return refused(parameter, "must be given, without spaces around it");
  }
  if (count_characters(name) > kMaxPolicyName) return refused(parameter, "is longer than 64 characters");
  if (has_control_character(name) || name.find('\n') != name.npos) {
    return refused(parameter, "holds a control character");
  }
  return {};
}

Result<void> validate_text(std::string_view parameter, std::string_view text, size_t limit) {
  if (count_characters(text) > limit) {
    return refused(parameter, "is longer than " + std::to_string(limit) + " characters");
  }
  if (has_control_character(text)) return refused(parameter, "holds a control character");
  return {};
}

bool is_address(std::string_view text) {
  const size_t at = text.rfind('@');
  if (at == text.npos || at == 0 || at + 1 == text.size() || text.size() > 320) return false;
  return std::none_of(text.begin(), text.end(), [](char c) { return ascii::is_space(c) || c == '\0'; });
}

bool is_domain(std::string_view text) {
  if (text.empty() || text.size() > 253 || text.front() == '.' || text.find("..") != text.npos) return false;
  return std::none_of(text.begin(), text.end(), [](char c) {
    return ascii::is_space(c) || c == '@' || c == '*' || c == '/' || c == '\0';
  });
}

Result<void> validate_values(std::string_view parameter, const std::vector<std::string>& values,
                             bool (*is_valid)(std::string_view), std::string_view what) {
  if (values.size() > kMaxListValues)
    return Error(ErrorCode::kLimit, std::string(parameter) + ": too many values");
  for (const std::string& value : values) {
    if (!is_valid(value)) return refused(parameter, "'" + value + "' is not " + std::string(what));
  }
  return {};
}

bool is_group_name(std::string_view text) { return validate_name("", text).has_value(); }

// Names under which rules and policies are found: those of presets are taken.
Result<void> validate_own_name(std::string_view name) {
  TRY(validate_name("Name", name));
  if (find_preset(name)) return refused("Name", "'" + std::string(name) + "' is a preset's");
  if (ascii::iequals(name, no_protection().Name))
    return refused("Name", "'" + std::string(name) + "' is the name of having none");
  return {};
}

Result<void> validate_attachments(const SafeLinksPolicy& policy) {
  const std::string& address = policy.AttachmentsRedirectAddress;
  if (!address.empty() && !is_address(address))
    return refused("SafeAttachments.RedirectAddress", "'" + address + "' is not an address");
  if (policy.AttachmentsRedirect && address.empty())
    return refused("SafeAttachments.Redirect", "needs SafeAttachments.RedirectAddress");
  if (policy.AttachmentsRedirect && policy.AttachmentsAction != AttachmentAction::kAllow)
    return refused("SafeAttachments.Redirect", "goes with SafeAttachments.Action=Allow only");
  return validate_text("SafeAttachments.QuarantineTag", policy.AttachmentsQuarantineTag, kMaxPolicyName);
}

bool is_address_or_domain(std::string_view text) { return is_address(text) || is_domain(text); }

Result<void> validate_external(const SafeLinksPolicy& policy) {
  if (policy.ExternalInOutlookAllowList.size() > kMaxExternalAllowed)
    return Error(ErrorCode::kLimit, "ExternalInOutlook.AllowList: more than 50 entries");
  TRY(validate_values("ExternalInOutlook.AllowList", policy.ExternalInOutlookAllowList, is_address_or_domain,
                      "an address or a domain"));
  const std::string& prefix = policy.ExternalSubjectPrefix;
  TRY(validate_text("ExternalSubjectPrefix", prefix, kMaxSubjectPrefix));
  if (ascii::trim(prefix).size() != prefix.size() || prefix.find_first_of("\n\t") != prefix.npos)
    return refused("ExternalSubjectPrefix", "must be one line, without spaces around it");
  if (!prefix.empty() && !policy.ExternalInOutlookEnabled)
    return refused("ExternalSubjectPrefix", "goes with ExternalInOutlook.Enabled=true only");
  return {};
}

Result<void> validate_filters(const SafeLinksRule& rule) {
  TRY(validate_text("Comments", rule.Comments, kMaxComments));
  TRY(validate_values("SentTo", rule.SentTo, is_address, "an address"));
  TRY(validate_values("SentToMemberOf", rule.SentToMemberOf, is_group_name, "a group's name"));
  TRY(validate_values("RecipientDomainIs", rule.RecipientDomainIs, is_domain, "a domain"));
  TRY(validate_values("ExceptIfSentTo", rule.ExceptIfSentTo, is_address, "an address"));
  TRY(validate_values("ExceptIfSentToMemberOf", rule.ExceptIfSentToMemberOf, is_group_name,
                      "a group's name"));
  return validate_values("ExceptIfRecipientDomainIs", rule.ExceptIfRecipientDomainIs, is_domain, "a domain");
}

bool has_condition(const SafeLinksRule& rule) {
  return !rule.SentTo.empty() || !rule.SentToMemberOf.empty() || !rule.RecipientDomainIs.empty();
}

}  // namespace

Result<void> validate(const SafeLinksPolicy& policy) {
  TRY(validate_own_name(policy.Name));
  TRY(validate_text("AdminDisplayName", policy.AdminDisplayName, kMaxComments));
  TRY(validate_text("CustomNotificationText", policy.CustomNotificationText, kMaxNotificationText));
  if (policy.DoNotRewriteUrls.size() > kMaxListValues) {
    return Error(ErrorCode::kLimit, "DoNotRewriteUrls: too many values");
  }
  for (const std::string& entry : policy.DoNotRewriteUrls) {
    if (auto pattern = url::DoNotRewritePattern::parse(entry); !pattern) {
      return std::move(pattern).error().with_context("DoNotRewriteUrls: '" + entry + "'");
    }
  }
  TRY(validate_external(policy));
  return validate_attachments(policy);
}

Result<void> validate(const SafeLinksRule& rule) {
  TRY(validate_own_name(rule.Name));
  if (rule.SafeLinksPolicy.empty()) return refused("SafeLinksPolicy", "must name a policy");
  if (find_preset(rule.SafeLinksPolicy))
    return refused("SafeLinksPolicy", "'" + rule.SafeLinksPolicy + "' is a preset's, which has its own rule");
  if (rule.Priority < 0) return refused("Priority", "is negative");
  TRY(validate_filters(rule));
  if (!has_condition(rule)) {
    return Error(ErrorCode::kInvalidArgument,
                 "a rule needs at least one condition: SentTo, SentToMemberOf or RecipientDomainIs");
  }
  return {};
}

Result<void> validate_preset(const SafeLinksRule& rule) {
  const auto preset = find_preset(rule.Name);
  if (!preset) return refused("Name", "'" + rule.Name + "' is no preset");
  const std::string& name = preset_policy(*preset).Name;
  if (rule.Name != name || rule.SafeLinksPolicy != name || rule.Priority != 0)
    return refused("Name", "a preset keeps its name, its policy and its place");
  TRY(validate_filters(rule));
  if (*preset != Preset::kBuiltIn) return {};
  if (!rule.Enabled) return refused("Enabled", "the built-in protection stays on; exempt whom it is not for");
  if (has_condition(rule)) return refused("SentTo", "the built-in protection takes exceptions only");
  return {};
}

Result<void> validate(const Group& group) {
  TRY(validate_name("group", group.name));
  constexpr std::string_view kSources[] = {"", "configuration", "file", "ldap"};
  if (std::find(std::begin(kSources), std::end(kSources), group.source) == std::end(kSources))
    return refused("group " + group.name, "nobody is called '" + group.source + "' who keeps groups");
  if (group.members.size() > kMaxGroupMembers) return Error(ErrorCode::kLimit, "group: too many members");
  for (const std::string& member : group.members) {
    if (!is_address(member)) return refused("group " + group.name, "'" + member + "' is not an address");
  }
  return {};
}

}  // namespace linkgate::verdict
