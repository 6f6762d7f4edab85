// linkgate policy: Safe Links policies, with Defender's parameter names.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "cli/assignments.h"
#include "cli/command.h"
#include "cli/commands.h"
#include "cli/first_start.h"
#include "cli/policy_file.h"
#include "cli/policy_rule.h"
#include "cli/recipient.h"
#include "cli/rows.h"

namespace linkgate::cli {
namespace {

using verdict::PolicySet;
using verdict::Preset;
using verdict::SafeLinksPolicy;
using verdict::SafeLinksRule;

struct Options {
  std::string name;
  std::vector<std::string> assignments;
  std::string defaults = "powershell";
  std::string priority;
  std::string format = "table";
};

const SafeLinksRule* rule_of(const PolicySet& set, std::string_view policy) {
  for (const SafeLinksRule& rule : set.rules()) {
    if (ascii::iequals(rule.SafeLinksPolicy, policy)) return &rule;
  }
  return nullptr;
}

std::string applies_to(const SafeLinksRule& rule) {
  return rule.Enabled ? conditions(rule) : "nobody: its rule is off";
}

Result<int> run_list(Context& context, const Options& options) {
  TRY_ASSIGN(const auto store, open_policies(context));
  TRY_ASSIGN(const PolicySet set, store->load());
  Rows rows{{"policy", "rule", "priority", "applies to", "rewrites", "click-through"}, {}};
  const auto add = [&](const SafeLinksPolicy& policy, const SafeLinksRule* rule, const Cell& priority,
                       const std::string& applies) {
    rows.rows.push_back({policy.Name, rule != nullptr ? rule->Name : "", priority, applies,
                         policy.EnableSafeLinksForEmail && !policy.DisableUrlRewrite,
                         policy.AllowClickThrough});
  };
  for (const Preset preset : {Preset::kStrict, Preset::kStandard}) {
    const SafeLinksRule& rule = set.presets()[static_cast<size_t>(preset)];
    add(verdict::preset_policy(preset), &rule, "preset", applies_to(rule));
  }
  for (const SafeLinksRule& rule : set.rules()) {
    const SafeLinksPolicy* policy = find_policy(set, rule.SafeLinksPolicy);
    if (policy != nullptr) add(*policy, &rule, rule.Priority, applies_to(rule));
  }
  for (const SafeLinksPolicy& policy : set.policies()) {
    if (rule_of(set, policy.Name) == nullptr) add(policy, nullptr, "", "nobody: it has no rule");
  }
  const SafeLinksRule& last = set.presets()[static_cast<size_t>(Preset::kBuiltIn)];
  add(verdict::built_in_policy(), nullptr, "lowest", else_conditions(last));
  fmt::print("{}", print(rows, options.format));
  return kYes;
}

Result<int> run_show(Context& context, const Options& options) {
  TRY_ASSIGN(const auto store, open_policies(context));
  TRY_ASSIGN(const PolicySet set, store->load());
  const SafeLinksPolicy* policy = find_policy(set, options.name);
  if (policy == nullptr)
    return Error(ErrorCode::kNotFound, fmt::format("there is no policy \"{}\"", options.name));
  Rows rows{{"parameter", "value", "note"}, {}};
  for (const auto& parameter : verdict::policy_parameters()) {
    const std::string note =
        parameter.not_acted_on.empty() ? "" : fmt::format("kept, not acted on: {}", parameter.not_acted_on);
    rows.rows.push_back({parameter.name, fmt::format("{}", fmt::join(parameter.get(*policy), ",")), note});
  }
  if (const SafeLinksRule* rule = rule_of(set, policy->Name))
    rows.rows.push_back({"(rule)", rule->Name + ": " + applies_to(*rule), ""});
  fmt::print("{}", print(rows, options.format));
  return kYes;
}

// What the caller should know of what was just set.
void warn_about(const SafeLinksPolicy& policy, const std::vector<Assignment>& assignments) {
  for (const auto& parameter : verdict::policy_parameters()) {
    const bool is_set = std::any_of(assignments.begin(), assignments.end(), [&](const Assignment& one) {
      return ascii::iequals(one.name, parameter.name);
    });
    if (is_set && !parameter.not_acted_on.empty())
      fmt::print(stderr, "{} is kept, not acted on: {}\n", parameter.name, parameter.not_acted_on);
  }
  if (!policy.TrackClicks && policy.AllowClickThrough) {
    fmt::print(stderr,
               "With TrackClicks off AllowClickThrough is not honoured: a click that nobody records may not "
               "be waved through\n");
  }
}

Result<int> run_set(Context& context, const Options& options) {
  TRY_ASSIGN(const auto assignments, parse_assignments(options.assignments));
  TRY_ASSIGN(const auto store, open_policies(context));
  TRY_ASSIGN(const PolicySet set, store->load());
  const SafeLinksPolicy* known = find_policy(set, options.name);
  SafeLinksPolicy policy = known != nullptr ? *known : SafeLinksPolicy{};
  if (known == nullptr) policy.Name = options.name;
  TRY(assign(policy, assignments, verdict::policy_parameters()));
  TRY(store->put_policy(policy));
  if (known == nullptr && rule_of(set, policy.Name) == nullptr) {
    fmt::print(stderr,
               "The policy is made. It applies to nobody until a rule names it: linkgate policy rule set\n");
  }
  warn_about(policy, assignments);
  return kYes;
}

bool is_of_rule(const Assignment& assignment) {
  const auto parameters = verdict::rule_parameters();
  return std::any_of(parameters.begin(), parameters.end(), [&](const auto& parameter) {
    return parameter.name != "Name" && ascii::iequals(parameter.name, assignment.name);
  });
}

// Policy and rule under one name, as the portal makes them; without conditions the policy alone.
Result<int> run_create(Context& context, const Options& options) {
  TRY_ASSIGN(auto assignments, parse_assignments(options.assignments));
  const auto split = std::stable_partition(assignments.begin(), assignments.end(),
                                           [](const Assignment& one) { return !is_of_rule(one); });
  const std::vector<Assignment> of_rule(split, assignments.end());
  assignments.erase(split, assignments.end());
  TRY_ASSIGN(const auto store, open_policies(context));
  TRY_ASSIGN(const state::Version read_at, store->version());
  TRY_ASSIGN(const PolicySet set, store->load());
  if (find_policy(set, options.name) != nullptr)
    return Error(ErrorCode::kInvalidArgument, fmt::format("there is a policy \"{}\" already", options.name));
  PolicyFile wanted;
  SafeLinksPolicy& policy = wanted.policies.emplace_back(
      options.defaults == "portal" ? verdict::portal_policy() : SafeLinksPolicy{});
  policy.Name = options.name;
  TRY(assign(policy, assignments, verdict::policy_parameters()));
  if (!of_rule.empty()) {
    SafeLinksRule rule;
    rule.Name = rule.SafeLinksPolicy = options.name;
    rule.Priority = static_cast<int>(set.rules().size());
    TRY(assign(rule, of_rule, verdict::rule_parameters()));
    TRY(check_groups(rule, set));
    wanted.rules.push_back({std::move(rule), true});
  }
  TRY(store->replace(merge(set, wanted, false), read_at));
  if (of_rule.empty())
    fmt::print(stderr,
               "The policy is made. It applies to nobody until a rule names it: linkgate policy rule set\n");
  warn_about(policy, assignments);
  return kYes;
}

// With its rule, as the portal does.
Result<int> run_delete(Context& context, const Options& options) {
  TRY_ASSIGN(const auto store, open_policies(context));
  TRY_ASSIGN(const state::Version read_at, store->version());
  TRY_ASSIGN(const PolicySet set, store->load());
  auto policies = set.policies();
  auto rules = set.rules();
  if (std::erase_if(policies, [&](const auto& one) { return ascii::iequals(one.Name, options.name); }) == 0)
    return Error(ErrorCode::kNotFound, fmt::format("there is no policy \"{}\" to delete", options.name));
  std::erase_if(rules, [&](const auto& one) { return ascii::iequals(one.SafeLinksPolicy, options.name); });
  TRY(store->replace(PolicySet(std::move(policies), std::move(rules), set.groups(), set.presets()), read_at));
  return kYes;
}

Result<int> run_priority(Context& context, const Options& options) {
  TRY_ASSIGN(const auto store, open_policies(context));
  TRY_ASSIGN(const PolicySet set, store->load());
  const SafeLinksRule* known = rule_of(set, options.name);
  for (const SafeLinksRule& rule : set.rules()) {
    if (ascii::iequals(rule.Name, options.name)) known = &rule;
  }
  if (known == nullptr)
    return Error(ErrorCode::kNotFound,
                 fmt::format("there is no rule, and no policy with one, \"{}\"", options.name));
  SafeLinksRule rule = *known;
  TRY(assign(rule, {{"Priority", options.priority}}, verdict::rule_parameters()));
  TRY(store->put_rule(rule));
  return kYes;
}

Result<int> run_remove(Context& context, const Options& options) {
  TRY_ASSIGN(const auto store, open_policies(context));
  TRY(store->remove_policy(options.name));
  return kYes;
}

Result<int> run_explain(Context& context, const Options& options) {
  TRY(check_recipient(options.name));
  TRY_ASSIGN(const auto store, open_policies(context));
  TRY_ASSIGN(const PolicySet set, store->load());
  Rows rows{{"order", "rule", "policy", "conditions", "answer", "why"}, {}};
  bool is_protected = false;
  const auto steps = set.explain(options.name);
  for (const PolicySet::Step& step : steps) {
    const bool is_last = &step == &steps.back();
    is_protected = is_protected || step.applies;
    rows.rows.push_back({is_last          ? Cell("last")
                         : step.is_preset ? Cell("preset")
                                          : Cell(step.rule->Priority),
                         step.rule->Name, step.policy,
                         is_last ? else_conditions(*step.rule) : conditions(*step.rule),
                         step.applies ? "applies" : "does not apply", step.why});
  }
  fmt::print("{}", print(rows, options.format));
  if (!is_protected) fmt::print(stderr, "{} has no protection: no policy applies\n", options.name);
  return kYes;
}

void add_making(Command& policy, const std::shared_ptr<Options>& options) {
  policy.add("create", "make a policy and its rule in one step")
      .argument("NAME", options->name, "of both")
      .many("PARAMETER=VALUE", options->assignments, "of the policy, and of the rule: RecipientDomainIs, ...",
            false)
      .option_of("--defaults", options->defaults, {"powershell", "portal"},
                 "what parameters are that you do not name")
      .notes(
          "linkgate policy create Sales RecipientDomainIs=sales.corp.example AllowClickThrough=true\n"
          "Without a condition the policy alone is made. Defender's portal starts with DisableUrlRewrite\n"
          "and AllowClickThrough on, New-SafeLinksPolicy with both off.")
      .action([options](Context& context) { return run_create(context, *options); });
  policy.add("delete", "remove a policy together with its rule")
      .argument("NAME", options->name, "the policy")
      .action([options](Context& context) { return run_delete(context, *options); });
  policy.add("remove", "remove a policy that no rule uses")
      .argument("NAME", options->name, "the policy")
      .action([options](Context& context) { return run_remove(context, *options); });
  policy.add("priority", "move a rule to another place")
      .argument("NAME", options->name, "the rule, or its policy")
      .argument("N", options->priority, "0 is the first; those from there on move down by one")
      .action([options](Context& context) { return run_priority(context, *options); });
}

}  // namespace

Result<std::unique_ptr<state::PolicyStore>> open_policies(Context& context) {
  TRY_ASSIGN(const Config* config, context.installation());
  return state::open_policy_store(state_options(*config));
}

const SafeLinksPolicy* find_policy(const PolicySet& set, std::string_view name) {
  for (const SafeLinksPolicy& policy : set.policies()) {
    if (ascii::iequals(policy.Name, name)) return &policy;
  }
  const auto preset = verdict::find_preset(name);
  return preset ? &verdict::preset_policy(*preset) : nullptr;
}

void add_policy(Commands& commands) {
  const auto options = std::make_shared<Options>();
  Command& policy = commands.add("policy", "who gets which protection");
  policy.add("list", "policies in the order in which they apply")
      .format(options->format)
      .action([options](Context& context) { return run_list(context, *options); });
  policy.add("show", "every parameter of a policy")
      .argument("NAME", options->name, "the policy")
      .format(options->format)
      .action([options](Context& context) { return run_show(context, *options); });
  policy.add("set", "make a policy, or change one")
      .argument("NAME", options->name, "the policy")
      .many("PARAMETER=VALUE", options->assignments, "Defender's parameters and our own; lists with commas",
            false)
      .notes(
          "linkgate policy set \"Sales may decide\" AllowClickThrough=true\n"
          "What is not named stays as it is. docs/policies.md describes every parameter.")
      .action([options](Context& context) { return run_set(context, *options); });
  add_making(policy, options);
  policy.add("explain", "which policy an address gets, and why")
      .argument("ADDRESS", options->name, "a recipient")
      .format(options->format)
      .action([options](Context& context) { return run_explain(context, *options); });
  add_policy_rule(policy);
  add_policy_preset(policy);
  add_policy_group(policy);
  add_policy_apply(policy);
}

}  // namespace linkgate::cli
