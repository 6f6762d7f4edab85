#pragma once
// Policies with Defender's parameter names and meanings (New-SafeLinksPolicy, New-SafeLinksRule), plus a few
// of our own where Defender has no choice to offer. What Defender spreads over policies of several kinds for
// the same recipients (Safe Attachments, ZAP, safety tips) is here in one. Pure data and pure matching;
// storing is state/'s.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "base/result.h"

namespace linkgate::verdict {

// What a click gets when judging is impossible (scan down, record not written).
enum class FailMode : uint8_t { kOpen, kWarn, kClosed };
// What a message gets that cannot be parsed or is beyond limits (docs/policies.md).
enum class UnscannableAction : uint8_t { kPass, kPassWithTip, kJunk, kQuarantine, kDefer };

// What becomes of a mail with an attachment found malicious (New-SafeAttachmentPolicy -Action).
enum class AttachmentAction : uint8_t { kAllow, kBlock, kReplace, kDynamicDelivery };

// In which language safety tips are put into mail: those that the click server's pages have.
enum class TipLanguage : uint8_t { kEnglish, kGerman };

// The words of these, as policies are written and stored: "Open", "PassWithTip".
std::string_view to_string(FailMode mode);
std::string_view to_string(UnscannableAction action);
std::string_view to_string(AttachmentAction action);
std::string_view to_string(TipLanguage language);         // BCP 47: "en", "de"
bool from_string(std::string_view text, FailMode* mode);  // without case
bool from_string(std::string_view text, UnscannableAction* action);
bool from_string(std::string_view text, AttachmentAction* action);
bool from_string(std::string_view text, TipLanguage* language);

// Limits of Defender's pages where they state one, ours where they do not.
inline constexpr size_t kMaxPolicyName = 64;
inline constexpr size_t kMaxNotificationText = 200;  // characters, not bytes
inline constexpr size_t kMaxComments = 1024;
inline constexpr size_t kMaxListValues =
    10'000;  // of one parameter: recipients, domains, do-not-rewrite entries
inline constexpr size_t kMaxGroupMembers = 1'000'000;
inline constexpr size_t kMaxSubjectPrefix = 32;    // characters
inline constexpr size_t kMaxExternalAllowed = 50;  // entries, as of Set-ExternalInOutlook -AllowList

// Defaults are those of the cmdlets; see portal_policy().
struct SafeLinksPolicy {
  std::string Name;  // unique
  std::string AdminDisplayName;
  bool EnableSafeLinksForEmail = true;
  bool EnableForInternalSenders = true;
  bool ScanUrls = true;
  bool DeliverMessageAfterScan = true;
  bool DisableUrlRewrite = false;
  std::vector<std::string> DoNotRewriteUrls;
  bool TrackClicks = true;
  bool AllowClickThrough = false;
  bool EnableOrganizationBranding = false;
  std::string CustomNotificationText;  // at most 200 characters
  bool UseTranslatedNotificationText = false;
  bool EnableSafeLinksForTeams = true;
  bool EnableSafeLinksForOffice = true;
  // Of malware and anti-spam policies (Set-MalwareFilterPolicy, Set-HostedContentFilterPolicy): whether mail
  // is taken back whose link turned bad after delivery.
  bool ZapEnabled = true;  // for malware
  bool PhishZapEnabled = true;
  bool SpamZapEnabled = true;
  // Of anti-phishing policies: which tips are put into mail, gateway/sender_tips.h.
  bool EnableFirstContactSafetyTips = false;
  bool EnableSimilarUsersSafetyTips = false;
  bool EnableSimilarDomainsSafetyTips = false;
  bool EnableUnusualCharactersSafetyTips = false;
  // Of Set-ExternalInOutlook; parameter names: ExternalInOutlook.Enabled and so on.
  bool ExternalInOutlookEnabled = false;
  std::vector<std::string> ExternalInOutlookAllowList;  // addresses and domains, subdomains included
  // Of New-SafeAttachmentPolicy; parameter names: SafeAttachments.Enable and so on.
  bool AttachmentsEnable = false;
  AttachmentAction AttachmentsAction = AttachmentAction::kBlock;
  bool AttachmentsActionOnError = true;
  bool AttachmentsRedirect = false;  // with kAllow only
  std::string AttachmentsRedirectAddress;
  std::string AttachmentsQuarantineTag = "AdminOnlyAccessPolicy";
  // Ours:
  bool RewriteUnverifiedSigned =
      true;  // wrap in signed mail whose signature verifies to no configured trust store
  bool RewriteWwwInPlainText = true;  // "www.example.com" without scheme in text/plain
  UnscannableAction OnUnscannable = UnscannableAction::kPassWithTip;  // parameter name: UnscannableAction
  std::string ExternalSubjectPrefix;                                  // "[External]"; empty: subjects stay
  TipLanguage SafetyTipLanguage = TipLanguage::kEnglish;
  FailMode ClickFailMode = FailMode::kWarn;
  bool WarnOnUnknown = false;
  friend bool operator==(const SafeLinksPolicy&, const SafeLinksPolicy&) = default;
};

// Who gets a policy. Values of one condition are alternatives, different conditions must all hold, any
// exception exempts. At least one condition must be given.
struct SafeLinksRule {
  std::string Name;
  std::string SafeLinksPolicy;
  std::vector<std::string> SentTo;             // addresses
  std::vector<std::string> SentToMemberOf;     // group names
  std::vector<std::string> RecipientDomainIs;  // domains, subdomains included
  std::vector<std::string> ExceptIfSentTo;
  std::vector<std::string> ExceptIfSentToMemberOf;
  std::vector<std::string> ExceptIfRecipientDomainIs;
  bool Enabled = true;
  int Priority = 0;  // 0 is the highest; unique
  std::string Comments;
  friend bool operator==(const SafeLinksRule&, const SafeLinksRule&) = default;
};

struct Group {
  std::string name;
  std::vector<std::string> members;  // addresses
  std::string source = {};           // who keeps it: "" people, else "configuration", "file" or "ldap"
  friend bool operator==(const Group&, const Group&) = default;
};

// What Defender offers ready made, in the order in which it is asked: the first two before every rule of
// one's own, the last after all of them.
enum class Preset : uint8_t { kStrict, kStandard, kBuiltIn };
inline constexpr Preset kPresets[] = {Preset::kStrict, Preset::kStandard, Preset::kBuiltIn};
// The fixed policy of a preset, whose name is that of its rule: "Strict Preset Security Policy".
const SafeLinksPolicy& preset_policy(Preset preset);
// Scope of a preset: Name and SafeLinksPolicy are the preset's name, without conditions it is for everybody.
// Strict and Standard are off until they are turned on; the built-in protection is always on, and takes
// exceptions only.
SafeLinksRule preset_rule(Preset preset);
// By name, or by "strict", "standard", "built-in"; absent for any other. Without case.
std::optional<Preset> find_preset(std::string_view name);

// What everyone has whom no rule names: rewriting on, click tracking on, no click-through.
const SafeLinksPolicy& built_in_policy();
// What those have whom even the built-in protection exempts: nothing is done.
const SafeLinksPolicy& no_protection();
// A new policy as Defender's portal fills in its wizard: differs from the cmdlet's in two parameters.
SafeLinksPolicy portal_policy();

// What a policy, rule or group must be before it is stored: names given and within limits, texts within
// limits, patterns that parse, a rule with at least one condition, addresses and domains that look like such.
// kInvalidArgument or kLimit, the message naming parameter and value. That names are unique and a policy has
// one rule is the store's to hold.
Result<void> validate(const SafeLinksPolicy& policy);
Result<void> validate(const SafeLinksRule& rule);
Result<void> validate(const Group& group);
// The same of a preset's scope.
Result<void> validate_preset(const SafeLinksRule& rule);

// All policies at one moment: a value, swapped as a whole. Thread-safe to read.
class PolicySet {
 public:
  PolicySet() : PolicySet({}, {}, {}) {}
  // `presets`: scopes of presets by Name; those not given are as preset_rule() makes them.
  PolicySet(std::vector<SafeLinksPolicy> policies, std::vector<SafeLinksRule> rules,
            std::vector<Group> groups, std::vector<SafeLinksRule> presets = {});

  struct Match {
    const SafeLinksPolicy* policy;  // never absent: the built-in protection, or no_protection()
    const SafeLinksRule* rule;      // absent: built-in, or exempt from it
  };
  // Strict, Standard, then rules by priority: the first that holds for the recipient; never merged. Address
  // compared without case; "+detail" ignored where the plain address is meant by a rule.
  Match match(std::string_view recipient) const;

  // Everything that is asked for a recipient, in order, and what it answers.
  struct Step {
    const SafeLinksRule* rule;
    std::string_view policy;
    bool is_preset = false;
    bool applies = false;  // one step at most
    std::string why;       // "RecipientDomainIs does not name other.example"
  };
  std::vector<Step> explain(std::string_view recipient) const;

  const std::vector<SafeLinksPolicy>& policies() const { return policies_; }
  const std::vector<SafeLinksRule>& rules() const { return rules_; }
  const std::vector<Group>& groups() const { return groups_; }
  const std::vector<SafeLinksRule>& presets() const { return presets_; }  // in the order of kPresets

 private:
  std::vector<SafeLinksPolicy> policies_;
  std::vector<SafeLinksRule> rules_;  // by priority
  std::vector<Group> groups_;
  std::vector<SafeLinksRule> presets_;

  // Rules made ready for matching: addresses and domains lower-cased, groups and the policy resolved to
  // indices.
  using Names = std::unordered_set<std::string>;
  struct Filter {
    Names addresses;
    std::vector<size_t> groups;
    Names domains;
    bool has_addresses = false, has_groups = false, has_domains = false;
    bool is_empty() const { return !has_addresses && !has_groups && !has_domains; }
  };
  struct ReadyRule {
    bool is_preset;
    size_t rule;
    std::optional<size_t> policy;  // absent: it is gone
    Filter condition, exception;
  };
  struct Recipient;
  Filter make_filter(const std::vector<std::string>& addresses, const std::vector<std::string>& groups,
                     const std::vector<std::string>& domains) const;
  ReadyRule make_ready(bool is_preset, size_t index) const;
  const SafeLinksRule& rule_of(const ReadyRule& ready) const;
  const SafeLinksPolicy& policy_of(const ReadyRule& ready) const;
  bool in_groups(const Filter& filter, const Recipient& recipient) const;
  bool holds(const ReadyRule& ready, const Recipient& recipient) const;
  bool exempts(const Filter& exception, const Recipient& recipient) const;
  std::string why_not(const ReadyRule& ready, const Recipient& recipient) const;
  std::string why_exempt(const SafeLinksRule& rule, const Filter& exception,
                         const Recipient& recipient) const;
  std::vector<ReadyRule> ready_;  // Strict, Standard, rules by priority, built-in
  std::vector<Names> members_;    // of groups_, by index
};

}  // namespace linkgate::verdict
