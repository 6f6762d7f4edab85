// linkgate policy: Safe Links policies, with Defender's parameter names.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/assignments.h"
#include "cli/command.h"
#include "cli/commands.h"
#include "cli/first_start.h"
#include "cli/policy_rule.h"
#include "cli/recipient.h"
#include "cli/rows.h"

namespace linkgate::cli {
namespace {

using verdict::PolicySet;
using verdict::SafeLinksPolicy;
using verdict::SafeLinksRule;

struct Options {
  std::string name;
  std::vector<std::string> assignments;
  std::string format = "table";
};

const SafeLinksRule* rule_of(const PolicySet& set, std::string_view policy) {
  for (const SafeLinksRule& rule : set.rules()) {
    if (ascii::iequals(rule.SafeLinksPolicy, policy)) return &rule;
  }
  return nullptr;
}

Result<int> run_list(Context& context, const Options& options) {
  TRY_ASSIGN(const auto store, open_policies(context));
  TRY_ASSIGN(const PolicySet set, store->load());
  Rows rows{{"policy", "rule", "priority", "applies to", "rewrites", "click-through"}, {}};
  const auto add = [&](const SafeLinksPolicy& policy, const SafeLinksRule* rule, const std::string& applies) {
    rows.rows.push_back(
        {policy.Name, rule != nullptr ? rule->Name : "", rule != nullptr ? Cell(rule->Priority) : Cell(""),
         applies, policy.EnableSafeLinksForEmail && !policy.DisableUrlRewrite, policy.AllowClickThrough});
  };
  for (const SafeLinksPolicy& policy : set.policies()) {
    const SafeLinksRule* rule = rule_of(set, policy.Name);
    add(policy, rule,
        rule == nullptr  ? "nobody: it has no rule"
        : !rule->Enabled ? "nobody: its rule is off"
                         : conditions(*rule));
  }
  add(verdict::built_in_policy(), nullptr, "everybody else");
  fmt::print("{}", print(rows, options.format));
  return kYes;
}

Result<int> run_show(Context& context, const Options& options) {
  TRY_ASSIGN(const auto store, open_policies(context));
  TRY_ASSIGN(const PolicySet set, store->load());
  const SafeLinksPolicy* policy = find_policy(set, options.name);
  if (policy == nullptr)
    return Error(ErrorCode::kNotFound, fmt::format("there is no policy \"{}\"", options.name));
  Rows rows{{"parameter", "value"}, {}};
  for (const auto& parameter : verdict::policy_parameters()) {
    rows.rows.push_back({parameter.name, fmt::format("{}", fmt::join(parameter.get(*policy), ","))});
  }
  if (const SafeLinksRule* rule = rule_of(set, policy->Name))
    rows.rows.push_back({"(rule)", rule->Name + ": " + conditions(*rule)});
  fmt::print("{}", print(rows, options.format));
  return kYes;
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
  if (!policy.TrackClicks && policy.AllowClickThrough) {
    fmt::print(stderr,
               "With TrackClicks off AllowClickThrough is not honoured: a click that nobody records may not "
               "be waved through\n");
  }
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
  const PolicySet::Match match = set.match(options.name);
  Rows rows{{"order", "rule", "policy", "conditions", "answer"}, {}};
  // Rules are asked by priority until one holds; those after it are never asked.
  bool decided = false;
  for (const SafeLinksRule& rule : set.rules()) {
    const bool holds = match.rule != nullptr && match.rule->Name == rule.Name;
    const char* answer = decided         ? "not asked"
                         : !rule.Enabled ? "is off"
                         : holds         ? "applies"
                                         : "does not hold";
    decided = decided || holds;
    rows.rows.push_back({rule.Priority, rule.Name, rule.SafeLinksPolicy, conditions(rule), answer});
  }
  rows.rows.push_back({"last", "", verdict::built_in_policy().Name, "everybody else",
                       match.rule == nullptr ? "applies" : "not asked"});
  fmt::print("{}", print(rows, options.format));
  return kYes;
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
  return ascii::iequals(verdict::built_in_policy().Name, name) ? &verdict::built_in_policy() : nullptr;
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
  policy.add("remove", "remove a policy that no rule uses")
      .argument("NAME", options->name, "the policy")
      .action([options](Context& context) { return run_remove(context, *options); });
  policy.add("explain", "which policy an address gets, and why")
      .argument("ADDRESS", options->name, "a recipient")
      .format(options->format)
      .action([options](Context& context) { return run_explain(context, *options); });
  add_policy_rule(policy);
  add_policy_group(policy);
}

}  // namespace linkgate::cli
