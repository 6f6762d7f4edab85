// linkgate policy export, apply and preset: everything at once, and what Defender offers ready made.
#include <fmt/format.h>

#include "base/file_system.h"
#include "cli/assignments.h"
#include "cli/command.h"
#include "cli/policy_file.h"
#include "cli/policy_rule.h"
#include "cli/rows.h"

namespace linkgate::cli {
namespace {

using verdict::PolicySet;
using verdict::Preset;
using verdict::SafeLinksRule;

struct Options {
  std::string name;
  std::vector<std::string> assignments;
  bool dry_run = false, prune = false;
  std::string format = "table";
};

Result<int> run_export(Context& context) {
  TRY_ASSIGN(const auto store, open_policies(context));
  TRY_ASSIGN(const PolicySet set, store->load());
  fmt::print("{}", print_policy_file(set));
  return kYes;
}

Result<int> run_apply(Context& context, const Options& options) {
  TRY_ASSIGN(const std::string text, real_file_system().read(options.name));
  TRY_ASSIGN(const PolicyFile wanted, parse_policy_file(options.name, text));
  TRY_ASSIGN(const auto store, open_policies(context));
  TRY_ASSIGN(const state::Version read_at, store->version());
  TRY_ASSIGN(const PolicySet now, store->load());
  const PolicySet next = merge(now, wanted, options.prune);
  for (const SafeLinksRule& rule : next.rules()) TRY(check_groups(rule, next));
  for (const SafeLinksRule& preset : next.presets()) TRY(check_groups(preset, next));
  const auto lines = differences(now, next);
  for (const std::string& line : lines) fmt::print("{}\n", line);
  if (lines.empty()) fmt::print("nothing changes\n");
  if (!options.dry_run && !lines.empty()) TRY(store->replace(next, read_at));
  return kYes;
}

Result<int> run_preset_list(Context& context, const Options& options) {
  TRY_ASSIGN(const auto store, open_policies(context));
  TRY_ASSIGN(const PolicySet set, store->load());
  Rows rows{{"preset", "enabled", "applies to", "comments"}, {}};
  for (const Preset preset : verdict::kPresets) {
    const SafeLinksRule& rule = set.presets()[static_cast<size_t>(preset)];
    rows.rows.push_back({rule.Name, rule.Enabled,
                         preset == Preset::kBuiltIn ? else_conditions(rule) : conditions(rule),
                         rule.Comments});
  }
  fmt::print("{}", print(rows, options.format));
  return kYes;
}

Result<int> run_preset_set(Context& context, const Options& options) {
  TRY_ASSIGN(const auto assignments, parse_assignments(options.assignments));
  const auto preset = verdict::find_preset(options.name);
  if (!preset)
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("\"{}\" is no preset; there are strict, standard and built-in", options.name));
  TRY_ASSIGN(const auto store, open_policies(context));
  TRY_ASSIGN(const PolicySet set, store->load());
  SafeLinksRule rule = set.presets()[static_cast<size_t>(*preset)];
  TRY(assign(rule, assignments, verdict::rule_parameters()));
  TRY(check_groups(rule, set));
  TRY(store->put_preset(rule));
  return kYes;
}

}  // namespace

void add_policy_apply(Command& policy) {
  const auto options = std::make_shared<Options>();
  policy.add("export", "policies, rules, presets and groups as a file for apply")
      .action([](Context& context) { return run_export(context); });
  policy.add("apply", "make what a file says, all of it or nothing")
      .argument("FILE", options->name,
                "TOML: [[policy]], [[rule]], [[preset]], [[group]]; see docs/policies.md")
      .flag("--dry-run", options->dry_run, "say what would change, and change nothing")
      .flag("--prune", options->prune, "remove what the file does not name")
      .notes("linkgate policy export > policies.toml\nlinkgate policy apply policies.toml --dry-run")
      .action([options](Context& context) { return run_apply(context, *options); });
}

void add_policy_preset(Command& policy) {
  const auto options = std::make_shared<Options>();
  Command& preset = policy.add("preset", "the Strict and Standard presets, and the built-in protection");
  preset.add("list", "which are on, and for whom")
      .format(options->format)
      .action([options](Context& context) { return run_preset_list(context, *options); });
  preset.add("set", "turn one on or off, and say for whom")
      .argument("PRESET", options->name, "strict, standard or built-in")
      .many("PARAMETER=VALUE", options->assignments, "Enabled, RecipientDomainIs, ExceptIfSentTo, ...", false)
      .notes(
          "linkgate policy preset set strict Enabled=true SentToMemberOf=Board\n"
          "Without a condition it is for everybody. The built-in protection takes exceptions only.")
      .action([options](Context& context) { return run_preset_set(context, *options); });
}

}  // namespace linkgate::cli
