#include "verdict/policy.h"

#include <algorithm>
#include <array>
#include <optional>
#include <unordered_map>
#include <utility>

#include "base/ascii.h"
#include "url/url.h"

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

// Lower case, without a trailing dot, U-labels as A-labels: the spelling under which domains are compared.
std::string domain_key(std::string_view domain) {
  if (!domain.empty() && domain.back() == '.') domain.remove_suffix(1);
  const bool is_ascii = std::all_of(domain.begin(), domain.end(), [](char c) { return (c & 0x80) == 0; });
  if (!is_ascii) {
    if (const auto url = url::Url::parse("http://" + std::string(domain) + "/"))
      return std::string(url->hostname());
  }
  return ascii::to_lower(domain);
}

std::string address_key(std::string_view address) {
  const size_t at = address.rfind('@');
  if (at == std::string_view::npos) return ascii::to_lower(address);
  return ascii::to_lower(address.substr(0, at + 1)) + domain_key(address.substr(at + 1));
}

}  // namespace

std::string_view to_string(FailMode mode) { return word_of(kFailModes, mode); }
std::string_view to_string(UnscannableAction action) { return word_of(kUnscannableActions, action); }
bool from_string(std::string_view text, FailMode* mode) { return value_of(kFailModes, text, mode); }
bool from_string(std::string_view text, UnscannableAction* action) {
  return value_of(kUnscannableActions, text, action);
}

// The spellings under which a rule may mean this recipient.
struct PolicySet::Recipient {
  explicit Recipient(std::string_view address) : full(address_key(address)) {
    const size_t at = full.rfind('@');
    if (at == std::string::npos) return;
    domain = std::string_view(full).substr(at + 1);
    // A '+' at the very start is a local part of its own, not an empty one with a detail.
    const size_t plus = full.find('+');
    if (plus != std::string::npos && plus > 0 && plus < at) plain = full.substr(0, plus) + full.substr(at);
  }
  std::string full;         // alice+news@example.com
  std::string plain;        // alice@example.com; empty where there is no detail
  std::string_view domain;  // example.com

  bool is_in(const Names& addresses) const {
    return addresses.contains(full) || (!plain.empty() && addresses.contains(plain));
  }
  // The domain itself or any parent of it is named.
  bool is_under(const Names& domains) const {
    std::string_view rest = domain;
    while (!rest.empty()) {
      if (domains.contains(std::string(rest))) return true;
      const size_t dot = rest.find('.');
      if (dot == std::string_view::npos) return false;
      rest.remove_prefix(dot + 1);
    }
    return false;
  }
};

PolicySet::PolicySet(std::vector<SafeLinksPolicy> policies, std::vector<SafeLinksRule> rules,
                     std::vector<Group> groups)
    : policies_(std::move(policies)), rules_(std::move(rules)), groups_(std::move(groups)) {
  std::stable_sort(rules_.begin(), rules_.end(),
                   [](const auto& a, const auto& b) { return a.Priority < b.Priority; });
  for (const Group& group : groups_) {
    Names& members = members_.emplace_back();
    for (const std::string& member : group.members) members.insert(address_key(member));
  }
  std::unordered_map<std::string_view, size_t> policy_by_name;
  for (size_t i = 0; i < policies_.size(); ++i) policy_by_name.emplace(policies_[i].Name, i);
  for (size_t i = 0; i < rules_.size(); ++i) {
    const SafeLinksRule& rule = rules_[i];
    const auto policy = policy_by_name.find(rule.SafeLinksPolicy);
    if (!rule.Enabled || policy == policy_by_name.end()) continue;
    ready_.push_back(
        {i, policy->second, make_filter(rule.SentTo, rule.SentToMemberOf, rule.RecipientDomainIs),
         make_filter(rule.ExceptIfSentTo, rule.ExceptIfSentToMemberOf, rule.ExceptIfRecipientDomainIs)});
  }
}

PolicySet::Filter PolicySet::make_filter(const std::vector<std::string>& addresses,
                                         const std::vector<std::string>& groups,
                                         const std::vector<std::string>& domains) const {
  Filter filter;
  for (const std::string& address : addresses) filter.addresses.insert(address_key(address));
  for (const std::string& domain : domains) filter.domains.insert(domain_key(domain));
  // A group that was removed stays a condition, one that nobody fulfils.
  for (const std::string& name : groups) {
    for (size_t i = 0; i < groups_.size(); ++i) {
      if (ascii::iequals(groups_[i].name, name)) filter.groups.push_back(i);
    }
  }
  filter.has_addresses = !addresses.empty();
  filter.has_groups = !groups.empty();
  filter.has_domains = !domains.empty();
  return filter;
}

bool PolicySet::in_groups(const Filter& filter, const Recipient& recipient) const {
  return std::any_of(filter.groups.begin(), filter.groups.end(),
                     [&](size_t group) { return recipient.is_in(members_[group]); });
}

bool PolicySet::holds(const Filter& condition, const Recipient& recipient) const {
  if (!condition.has_addresses && !condition.has_groups && !condition.has_domains) return false;
  return (!condition.has_addresses || recipient.is_in(condition.addresses)) &&
         (!condition.has_groups || in_groups(condition, recipient)) &&
         (!condition.has_domains || recipient.is_under(condition.domains));
}

bool PolicySet::exempts(const Filter& exception, const Recipient& recipient) const {
  return recipient.is_in(exception.addresses) || in_groups(exception, recipient) ||
         recipient.is_under(exception.domains);
}

PolicySet::Match PolicySet::match(std::string_view address) const {
  const Recipient recipient(address);
  for (const ReadyRule& ready : ready_) {
    if (holds(ready.condition, recipient) && !exempts(ready.exception, recipient)) {
      return {&policies_[ready.policy], &rules_[ready.rule]};
    }
  }
  return {&built_in_policy(), nullptr};
}

const SafeLinksPolicy& built_in_policy() {
  static const SafeLinksPolicy policy = [] {
    SafeLinksPolicy built_in;
    built_in.Name = "Built-in protection";
    built_in.AdminDisplayName = "What everyone has whom no rule names";
    return built_in;
  }();
  return policy;
}

}  // namespace linkgate::verdict
