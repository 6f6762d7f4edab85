#include "cli/policy_rule.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <optional>

#include "cli/assignments.h"
#include "cli/command.h"
#include "cli/rows.h"
#include "respond/group_duty.h"

namespace linkgate::cli {
namespace {

using verdict::Group;
using verdict::PolicySet;
using verdict::SafeLinksRule;

struct Options {
  std::string name;
  std::vector<std::string> words;
  std::string format = "table";
};

Result<int> run_rule_list(Context& context, const Options& options) {
  TRY_ASSIGN(const auto store, open_policies(context));
  TRY_ASSIGN(const PolicySet set, store->load());
  Rows rows{{"priority", "rule", "policy", "enabled", "conditions", "comments"}, {}};
  for (const SafeLinksRule& rule : set.rules()) {
    rows.rows.push_back(
        {rule.Priority, rule.Name, rule.SafeLinksPolicy, rule.Enabled, conditions(rule), rule.Comments});
  }
  fmt::print("{}", print(rows, options.format));
  return kYes;
}

Result<int> run_rule_set(Context& context, const Options& options) {
  TRY_ASSIGN(const auto assignments, parse_assignments(options.words));
  TRY_ASSIGN(const auto store, open_policies(context));
  TRY_ASSIGN(const PolicySet set, store->load());
  SafeLinksRule rule;
  rule.Name = options.name;
  rule.Priority = static_cast<int>(set.rules().size());  // as Defender does: a new rule is the last
  for (const SafeLinksRule& known : set.rules()) {
    if (ascii::iequals(known.Name, options.name)) rule = known;
  }
  TRY(assign(rule, assignments, verdict::rule_parameters()));
  // References are stored as the thing itself is written, whatever case was typed.
  if (const auto* policy = find_policy(set, rule.SafeLinksPolicy)) rule.SafeLinksPolicy = policy->Name;
  TRY(check_groups(rule, set));
  TRY(store->put_rule(rule));
  return kYes;
}

Result<int> run_group_list(Context& context, const Options& options) {
  TRY_ASSIGN(const auto store, open_policies(context));
  TRY_ASSIGN(const PolicySet set, store->load());
  Rows rows{{"group", "members", "kept by"}, {}};
  for (const Group& group : set.groups())
    rows.rows.push_back({group.name, fmt::format("{}", fmt::join(group.members, ",")),
                         group.source.empty() ? "people" : group.source});
  fmt::print("{}", print(rows, options.format));
  return kYes;
}

// The group as it is, or an empty one of that name.
Result<Group> load_group(state::PolicyStore& store, const std::string& name) {
  TRY_ASSIGN(const PolicySet set, store.load());
  for (const Group& group : set.groups()) {
    if (ascii::iequals(group.name, name)) return group;
  }
  return Group{name, {}, {}};
}

Result<void> check_kept_by_people(const Group& group) {
  if (group.source.empty()) return {};
  return Error(ErrorCode::kInvalidArgument,
               fmt::format("the group \"{}\" is kept by the groups of source {}; change it there", group.name,
                           group.source));
}

Result<int> run_group_set(Context& context, const Options& options) {
  TRY_ASSIGN(const auto store, open_policies(context));
  TRY_ASSIGN(Group group, load_group(*store, options.name));
  TRY(check_kept_by_people(group));
  group.members = options.words;
  TRY(store->put_group(group));
  return kYes;
}

Result<int> run_group_add(Context& context, const Options& options) {
  TRY_ASSIGN(const auto store, open_policies(context));
  TRY_ASSIGN(Group group, load_group(*store, options.name));
  TRY(check_kept_by_people(group));
  for (const std::string& member : options.words) {
    const bool there = std::any_of(group.members.begin(), group.members.end(),
                                   [&](const auto& m) { return ascii::iequals(m, member); });
    if (!there) group.members.push_back(member);
  }
  TRY(store->put_group(group));
  return kYes;
}

Result<int> run_group_remove(Context& context, const Options& options) {
  TRY_ASSIGN(const auto store, open_policies(context));
  if (options.words.empty()) {
    TRY(store->remove_group(options.name));
    return kYes;
  }
  TRY_ASSIGN(Group group, load_group(*store, options.name));
  TRY(check_kept_by_people(group));
  for (const std::string& member : options.words) {
    const auto gone = std::remove_if(group.members.begin(), group.members.end(),
                                     [&](const auto& m) { return ascii::iequals(m, member); });
    if (gone == group.members.end())
      return Error(ErrorCode::kNotFound, fmt::format("{} is not in the group {}", member, options.name));
    group.members.erase(gone, group.members.end());
  }
  TRY(store->put_group(group));
  return kYes;
}

// Every source is asked, also after one that failed.
Result<int> run_group_sync(Context& context) {
  TRY_ASSIGN(const Config* config, context.installation());
  TRY_ASSIGN(const auto store, open_policies(context));
  std::optional<Error> first;
  for (const respond::GroupSource& source : respond::group_sources(config->groups)) {
    const auto changed = respond::sync_source(source, *store);
    if (changed) fmt::print("{}: {} groups changed\n", source.name, *changed);
    if (!changed && !first) first = Error(changed.error()).with_context(source.name);
  }
  if (first) return *std::move(first);
  return kYes;
}

}  // namespace

Result<void> check_groups(const SafeLinksRule& rule, const PolicySet& set) {
  std::vector<std::string> known;
  for (const Group& group : set.groups()) known.push_back(group.name);
  for (const auto* names : {&rule.SentToMemberOf, &rule.ExceptIfSentToMemberOf}) {
    for (const std::string& name : *names) {
      const bool there = std::any_of(known.begin(), known.end(),
                                     [&](const std::string& one) { return ascii::iequals(one, name); });
      if (there) continue;
      const std::string near = nearest(name, known);
      return Error(ErrorCode::kInvalidArgument,
                   fmt::format("there is no group '{}'{}", name,
                               near.empty() ? "; make it with linkgate policy group set"
                                            : fmt::format("; did you mean '{}'?", near)));
    }
  }
  return {};
}

std::string conditions(const SafeLinksRule& rule) {
  std::string wanted, exempt;
  for (const auto& parameter : verdict::rule_parameters()) {
    if (parameter.kind != verdict::ParameterKind::kList) continue;
    const auto values = parameter.get(rule);
    if (values.empty()) continue;
    constexpr std::string_view kExcept = "ExceptIf";
    const bool exception = parameter.name.starts_with(kExcept);
    const std::string_view name = exception ? parameter.name.substr(kExcept.size()) : parameter.name;
    (exception ? exempt : wanted) += fmt::format("{}{}={}", (exception ? exempt : wanted).empty() ? "" : " ",
                                                 name, fmt::join(values, ","));
  }
  if (wanted.empty()) wanted = "everybody";
  return exempt.empty() ? wanted : wanted + " except " + exempt;
}

std::string else_conditions(const SafeLinksRule& rule) {
  std::string text = conditions(rule);
  constexpr std::string_view kEverybody = "everybody";
  return text.insert(std::min(kEverybody.size(), text.size()), " else");
}

void add_policy_rule(Command& policy) {
  const auto options = std::make_shared<Options>();
  Command& rule = policy.add("rule", "whom a policy is for");
  rule.add("list", "rules by priority").format(options->format).action([options](Context& context) {
    return run_rule_list(context, *options);
  });
  const auto set = [&](const std::string& name, const std::string& summary) -> Command& {
    return rule.add(name, summary)
        .argument("NAME", options->name, "the rule")
        .many("PARAMETER=VALUE", options->words, "SafeLinksPolicy, RecipientDomainIs, SentTo, Priority, ...",
              false)
        .action([options](Context& context) { return run_rule_set(context, *options); });
  };
  set("set", "make a rule, or change one")
      .notes(
          "linkgate policy rule set Sales \"SafeLinksPolicy=Sales may decide\" "
          "RecipientDomainIs=sales.corp.example Priority=0");
  set("add", "the same as set").hidden();
  rule.add("remove", "remove a rule")
      .argument("NAME", options->name, "the rule")
      .action([options](Context& context) -> Result<int> {
        TRY_ASSIGN(const auto store, open_policies(context));
        TRY(store->remove_rule(options->name));
        return kYes;
      });
}

void add_policy_group(Command& policy) {
  const auto options = std::make_shared<Options>();
  Command& group = policy.add("group", "groups of recipients for SentToMemberOf");
  group.add("list", "groups and their members").format(options->format).action([options](Context& context) {
    return run_group_list(context, *options);
  });
  const auto add = [&](const std::string& name, const std::string& summary, auto run, bool members) {
    group.add(name, summary)
        .argument("NAME", options->name, "the group")
        .many("ADDRESS", options->words, "members", members)
        .action([options, run](Context& context) { return run(context, *options); });
  };
  add("set", "make a group, or replace its members", run_group_set, true);
  add("add", "add members", run_group_add, true);
  add("remove", "remove members, or without any the group", run_group_remove, false);
  group.add("sync", "look at the configuration, the file and the directory that keep groups, at once")
      .action([](Context& context) { return run_group_sync(context); });
}

}  // namespace linkgate::cli
