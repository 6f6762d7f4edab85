// What a policy file changes: the set that follows from it, and the way there in words.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/ascii.h"
#include "cli/policy_file.h"
#include "verdict/policy_parameters.h"

namespace linkgate::cli {
namespace {

using verdict::Group;
using verdict::Parameter;
using verdict::ParameterKind;
using verdict::PolicySet;
using verdict::SafeLinksPolicy;
using verdict::SafeLinksRule;

const std::string& name_of(const SafeLinksPolicy& policy) { return policy.Name; }
const std::string& name_of(const SafeLinksRule& rule) { return rule.Name; }
const std::string& name_of(const Group& group) { return group.name; }

template <typename Owner>
const Owner* find(const std::vector<Owner>& owners, std::string_view name) {
  for (const Owner& owner : owners) {
    if (ascii::iequals(name_of(owner), name)) return &owner;
  }
  return nullptr;
}

template <typename Owner>
void put(std::vector<Owner>* owners, const Owner& wanted) {
  for (Owner& owner : *owners) {
    if (ascii::iequals(name_of(owner), name_of(wanted))) {
      owner = wanted;
      return;
    }
  }
  owners->push_back(wanted);
}

void place(std::vector<SafeLinksRule>* rules, const PolicyFile::Rule& wanted) {
  size_t at = rules->size();
  for (size_t i = 0; i < rules->size(); ++i) {
    if (ascii::iequals((*rules)[i].Name, wanted.rule.Name)) at = i;
  }
  if (at < rules->size()) rules->erase(rules->begin() + static_cast<ptrdiff_t>(at));
  if (wanted.has_priority) at = static_cast<size_t>(wanted.rule.Priority);
  at = std::min(at, rules->size());
  rules->insert(rules->begin() + static_cast<ptrdiff_t>(at), wanted.rule);
}

std::string values_text(const std::vector<std::string>& values) {
  const std::string text = fmt::format("{}", fmt::join(values, ","));
  return text.empty() ? "nothing" : text;
}

constexpr size_t kNamesShown = 10;

std::string names_text(const std::vector<std::string>& names) {
  const size_t shown = std::min(names.size(), kNamesShown);
  std::string text =
      fmt::format("{}", fmt::join(names.begin(), names.begin() + static_cast<ptrdiff_t>(shown), ","));
  if (names.size() > shown) text += fmt::format(" and {} more", names.size() - shown);
  return text;
}

// "gains a@x.example, loses b@x.example"; empty where nothing but the order changed.
std::string list_change(std::vector<std::string> before, std::vector<std::string> after) {
  std::sort(before.begin(), before.end());
  std::sort(after.begin(), after.end());
  std::vector<std::string> gained, lost;
  std::set_difference(after.begin(), after.end(), before.begin(), before.end(), std::back_inserter(gained));
  std::set_difference(before.begin(), before.end(), after.begin(), after.end(), std::back_inserter(lost));
  std::string text;
  if (!gained.empty()) text = "gains " + names_text(gained);
  if (!lost.empty()) text += (text.empty() ? "loses " : ", loses ") + names_text(lost);
  return text;
}

template <typename Owner>
void compare(std::string_view what, const Owner& before, const Owner& after,
             std::span<const Parameter<Owner>> parameters, std::vector<std::string>* lines) {
  for (const auto& parameter : parameters) {
    const auto old = parameter.get(before), now = parameter.get(after);
    if (old == now) continue;
    const std::string list = parameter.kind == ParameterKind::kList ? list_change(old, now) : "";
    const std::string change =
        list.empty() ? fmt::format("{} -> {}", values_text(old), values_text(now)) : list;
    lines->push_back(fmt::format("{} \"{}\": {}: {}", what, name_of(after), parameter.name, change));
  }
}

// What is not as a new one would have it.
template <typename Owner>
std::string told(const Owner& owner, std::span<const Parameter<Owner>> parameters) {
  std::vector<std::string> given;
  const Owner plain{};
  for (const auto& parameter : parameters) {
    if (parameter.name == "Name") continue;
    const auto values = parameter.get(owner);
    const bool is_place = parameter.name == "Priority";
    if (is_place || values != parameter.get(plain))
      given.push_back(fmt::format("{}={}", parameter.name, values_text(values)));
  }
  return given.empty() ? "with every default" : fmt::format("{}", fmt::join(given, " "));
}

template <typename Owner>
void compare_all(std::string_view what, const std::vector<Owner>& before, const std::vector<Owner>& after,
                 std::span<const Parameter<Owner>> parameters, std::vector<std::string>* lines) {
  for (const Owner& old : before) {
    if (find(after, name_of(old)) == nullptr)
      lines->push_back(fmt::format("{} \"{}\" is removed", what, name_of(old)));
  }
  for (const Owner& now : after) {
    if (const Owner* old = find(before, name_of(now))) {
      compare(what, *old, now, parameters, lines);
    } else {
      lines->push_back(fmt::format("{} \"{}\" is new: {}", what, name_of(now), told(now, parameters)));
    }
  }
}

void compare_groups(const std::vector<Group>& before, const std::vector<Group>& after,
                    std::vector<std::string>* lines) {
  for (const Group& old : before) {
    if (find(after, old.name) == nullptr) lines->push_back(fmt::format("group \"{}\" is removed", old.name));
  }
  for (const Group& now : after) {
    const Group* old = find(before, now.name);
    const std::string change =
        list_change(old != nullptr ? old->members : std::vector<std::string>{}, now.members);
    if (old == nullptr)
      lines->push_back(fmt::format("group \"{}\" is new, of {} members", now.name, now.members.size()));
    else if (!change.empty())
      lines->push_back(fmt::format("group \"{}\" {}", now.name, change));
  }
}

}  // namespace

PolicySet merge(const PolicySet& now, const PolicyFile& wanted, bool prune) {
  std::vector<SafeLinksPolicy> policies;
  std::vector<SafeLinksRule> rules, presets;
  std::vector<Group> groups;
  if (!prune) {
    policies = now.policies();
    rules = now.rules();
    presets = now.presets();
  }
  for (const Group& group : now.groups()) {
    if (!prune || !group.source.empty()) groups.push_back(group);
  }
  for (const auto& policy : wanted.policies) put(&policies, policy);
  // Those that name their place are placed last, from the top: what comes later moves none of them.
  std::vector<PolicyFile::Rule> placed = wanted.rules;
  std::stable_sort(placed.begin(), placed.end(), [](const auto& a, const auto& b) {
    return std::pair(a.has_priority, a.has_priority ? a.rule.Priority : 0) <
           std::pair(b.has_priority, b.has_priority ? b.rule.Priority : 0);
  });
  for (const auto& rule : placed) place(&rules, rule);
  for (size_t i = 0; i < rules.size(); ++i) rules[i].Priority = static_cast<int>(i);
  for (const auto& preset : wanted.presets) put(&presets, preset);
  for (const auto& group : wanted.groups) put(&groups, group);
  return {std::move(policies), std::move(rules), std::move(groups), std::move(presets)};
}

std::vector<std::string> differences(const PolicySet& before, const PolicySet& after) {
  std::vector<std::string> lines;
  compare_all("policy", before.policies(), after.policies(), verdict::policy_parameters(), &lines);
  compare_all("rule", before.rules(), after.rules(), verdict::rule_parameters(), &lines);
  compare_all("preset", before.presets(), after.presets(), verdict::rule_parameters(), &lines);
  compare_groups(before.groups(), after.groups(), &lines);
  return lines;
}

}  // namespace linkgate::cli
