#include <algorithm>
#include <unordered_map>
#include <utility>

#include "base/ascii.h"
#include "url/url.h"
#include "verdict/policy.h"

namespace linkgate::verdict {
namespace {

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

std::string listed(const std::vector<std::string>& values) {
  constexpr size_t kShown = 3;
  std::string text;
  for (size_t i = 0; i < values.size() && i < kShown; ++i) text += (i > 0 ? ", " : "") + values[i];
  if (values.size() > kShown) text += ", ...";
  return text;
}

}  // namespace

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
                     std::vector<Group> groups, std::vector<SafeLinksRule> presets)
    : policies_(std::move(policies)), rules_(std::move(rules)), groups_(std::move(groups)) {
  std::stable_sort(rules_.begin(), rules_.end(),
                   [](const auto& a, const auto& b) { return a.Priority < b.Priority; });
  for (const Preset preset : kPresets) {
    presets_.push_back(preset_rule(preset));
    for (SafeLinksRule& given : presets) {
      if (find_preset(given.Name) == preset) presets_.back() = std::move(given);
    }
  }
  for (const Group& group : groups_) {
    Names& members = members_.emplace_back();
    for (const std::string& member : group.members) members.insert(address_key(member));
  }
  constexpr size_t kBuiltIn = std::size(kPresets) - 1;
  for (size_t i = 0; i < kBuiltIn; ++i) ready_.push_back(make_ready(true, i));
  for (size_t i = 0; i < rules_.size(); ++i) ready_.push_back(make_ready(false, i));
  ready_.push_back(make_ready(true, kBuiltIn));
}

PolicySet::ReadyRule PolicySet::make_ready(bool is_preset, size_t index) const {
  const SafeLinksRule& rule = is_preset ? presets_[index] : rules_[index];
  ReadyRule ready;
  ready.is_preset = is_preset;
  ready.rule = index;
  if (is_preset) ready.policy = index;
  for (size_t i = 0; !is_preset && i < policies_.size(); ++i) {
    if (policies_[i].Name == rule.SafeLinksPolicy) ready.policy = i;
  }
  ready.condition = make_filter(rule.SentTo, rule.SentToMemberOf, rule.RecipientDomainIs);
  ready.exception =
      make_filter(rule.ExceptIfSentTo, rule.ExceptIfSentToMemberOf, rule.ExceptIfRecipientDomainIs);
  return ready;
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

const SafeLinksRule& PolicySet::rule_of(const ReadyRule& ready) const {
  return ready.is_preset ? presets_[ready.rule] : rules_[ready.rule];
}

const SafeLinksPolicy& PolicySet::policy_of(const ReadyRule& ready) const {
  return ready.is_preset ? preset_policy(kPresets[*ready.policy]) : policies_[*ready.policy];
}

bool PolicySet::in_groups(const Filter& filter, const Recipient& recipient) const {
  return std::any_of(filter.groups.begin(), filter.groups.end(),
                     [&](size_t group) { return recipient.is_in(members_[group]); });
}

bool PolicySet::holds(const ReadyRule& ready, const Recipient& recipient) const {
  if (!rule_of(ready).Enabled || !ready.policy) return false;
  const Filter& condition = ready.condition;
  if (condition.is_empty() && !ready.is_preset) return false;
  return (!condition.has_addresses || recipient.is_in(condition.addresses)) &&
         (!condition.has_groups || in_groups(condition, recipient)) &&
         (!condition.has_domains || recipient.is_under(condition.domains)) &&
         !exempts(ready.exception, recipient);
}

bool PolicySet::exempts(const Filter& exception, const Recipient& recipient) const {
  return recipient.is_in(exception.addresses) || in_groups(exception, recipient) ||
         recipient.is_under(exception.domains);
}

PolicySet::Match PolicySet::match(std::string_view address) const {
  const Recipient recipient(address);
  for (const ReadyRule& ready : ready_) {
    if (!holds(ready, recipient)) continue;
    const bool is_built_in = ready.is_preset && kPresets[ready.rule] == Preset::kBuiltIn;
    return {&policy_of(ready), is_built_in ? nullptr : &rule_of(ready)};
  }
  return {&no_protection(), nullptr};
}

std::vector<PolicySet::Step> PolicySet::explain(std::string_view address) const {
  const Recipient recipient(address);
  std::vector<Step> steps;
  bool is_decided = false;
  for (const ReadyRule& ready : ready_) {
    const SafeLinksRule& rule = rule_of(ready);
    Step& step = steps.emplace_back();
    step.rule = &rule;
    step.policy = rule.SafeLinksPolicy;
    step.is_preset = ready.is_preset;
    step.applies = !is_decided && holds(ready, recipient);
    if (step.applies) {
      step.why = ready.condition.is_empty() ? "it is for everybody" : "every condition holds, no exception";
    } else {
      step.why = is_decided ? "not asked: an earlier one applies" : why_not(ready, recipient);
    }
    is_decided = is_decided || step.applies;
  }
  return steps;
}

// The first thing that keeps a rule from holding, in words. REQUIRES: it does not hold.
std::string PolicySet::why_not(const ReadyRule& ready, const Recipient& recipient) const {
  const SafeLinksRule& rule = rule_of(ready);
  const Filter& condition = ready.condition;
  if (!rule.Enabled) return "it is off";
  if (!ready.policy) return "there is no policy " + rule.SafeLinksPolicy;
  if (condition.is_empty() && !ready.is_preset) return "it has no condition";
  if (condition.has_addresses && !recipient.is_in(condition.addresses))
    return "SentTo does not name the address: " + listed(rule.SentTo);
  if (condition.has_groups && !in_groups(condition, recipient)) {
    if (condition.groups.empty())
      return "SentToMemberOf: there is no such group: " + listed(rule.SentToMemberOf);
    return "SentToMemberOf: no member of " + listed(rule.SentToMemberOf);
  }
  if (condition.has_domains && !recipient.is_under(condition.domains))
    return "RecipientDomainIs does not name the domain: " + listed(rule.RecipientDomainIs);
  return why_exempt(rule, ready.exception, recipient);
}

std::string PolicySet::why_exempt(const SafeLinksRule& rule, const Filter& exception,
                                  const Recipient& recipient) const {
  if (recipient.is_in(exception.addresses)) return "exempt: ExceptIfSentTo names the address";
  if (in_groups(exception, recipient))
    return "exempt: ExceptIfSentToMemberOf, a member of " + listed(rule.ExceptIfSentToMemberOf);
  return "exempt: ExceptIfRecipientDomainIs names the domain: " + listed(rule.ExceptIfRecipientDomainIs);
}

}  // namespace linkgate::verdict
