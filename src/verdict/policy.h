#pragma once
// Safe Links policies with Defender's parameter names and meanings (New-SafeLinksPolicy, New-SafeLinksRule),
// plus a few of our own where Defender has no choice to offer. Pure data and pure matching; storing is
// state/'s.

#include <cstdint>
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

// The words of the two, as policies are written and stored: "Open", "PassWithTip".
std::string_view to_string(FailMode mode);
std::string_view to_string(UnscannableAction action);
bool from_string(std::string_view text, FailMode* mode);  // without case
bool from_string(std::string_view text, UnscannableAction* action);

// Limits of Defender's pages where they state one, ours where they do not.
inline constexpr size_t kMaxPolicyName = 64;
inline constexpr size_t kMaxNotificationText = 200;  // characters, not bytes
inline constexpr size_t kMaxComments = 1024;
inline constexpr size_t kMaxListValues =
    10'000;  // of one parameter: recipients, domains, do-not-rewrite entries
inline constexpr size_t kMaxGroupMembers = 1'000'000;

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
  // Ours:
  bool RewriteUnverifiedSigned =
      true;  // wrap in signed mail whose signature verifies to no configured trust store
  bool RewriteWwwInPlainText = true;  // "www.example.com" without scheme in text/plain
  UnscannableAction OnUnscannable = UnscannableAction::kPassWithTip;  // parameter name: UnscannableAction
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
  friend bool operator==(const Group&, const Group&) = default;
};

// What a policy, rule or group must be before it is stored: names given and within limits, texts within
// limits, patterns that parse, a rule with at least one condition, addresses and domains that look like such.
// kInvalidArgument or kLimit, the message naming parameter and value. That names are unique and a policy has
// one rule is the store's to hold.
Result<void> validate(const SafeLinksPolicy& policy);
Result<void> validate(const SafeLinksRule& rule);
Result<void> validate(const Group& group);

// All policies at one moment: a value, swapped as a whole. Thread-safe to read.
class PolicySet {
 public:
  PolicySet() = default;
  PolicySet(std::vector<SafeLinksPolicy> policies, std::vector<SafeLinksRule> rules,
            std::vector<Group> groups);

  struct Match {
    const SafeLinksPolicy* policy;  // never absent: the built-in protection applies to everyone
    const SafeLinksRule* rule;      // absent: built-in
  };
  // First rule by priority that holds for the recipient; never merged. Address compared without case;
  // "+detail" ignored where the plain address is meant by a rule.
  Match match(std::string_view recipient) const;

  const std::vector<SafeLinksPolicy>& policies() const { return policies_; }
  const std::vector<SafeLinksRule>& rules() const { return rules_; }
  const std::vector<Group>& groups() const { return groups_; }

 private:
  std::vector<SafeLinksPolicy> policies_;
  std::vector<SafeLinksRule> rules_;  // by priority
  std::vector<Group> groups_;

  // Rules made ready for matching: addresses and domains lower-cased, groups and the policy resolved to
  // indices.
  using Names = std::unordered_set<std::string>;
  struct Filter {
    Names addresses;
    std::vector<size_t> groups;
    Names domains;
    bool has_addresses = false, has_groups = false, has_domains = false;
  };
  struct ReadyRule {
    size_t rule, policy;
    Filter condition, exception;
  };
  struct Recipient;
  Filter make_filter(const std::vector<std::string>& addresses, const std::vector<std::string>& groups,
                     const std::vector<std::string>& domains) const;
  bool in_groups(const Filter& filter, const Recipient& recipient) const;
  bool holds(const Filter& condition, const Recipient& recipient) const;
  bool exempts(const Filter& exception, const Recipient& recipient) const;
  std::vector<ReadyRule> ready_;
  std::vector<Names> members_;  // of groups_, by index
};

// What everyone has whom no rule names: rewriting on, click tracking on, no click-through.
const SafeLinksPolicy& built_in_policy();

}  // namespace linkgate::verdict
