#include "cli/alert_rule.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/ascii.h"
#include "base/config_checks.h"
#include "cli/files.h"
#include "cli/first_start.h"
#include "cli/querying.h"
#include "cli/rows.h"
#include "cli/user_name.h"
#include "respond/detection_query.h"
#include "state/detection_store.h"

namespace linkgate::cli {
namespace {

using state::DetectionRule;
using std::chrono::seconds;

struct Options {
  std::string name, query, file, every = "1h", look_back;
  std::string severity = "Medium", category = std::string(respond::kAlertCategory), format = "table";
  bool one_alert = false, dry_run = false;
};

Result<std::unique_ptr<state::DetectionStore>> open(Context& context, bool read_only = false) {
  TRY_ASSIGN(const Config* config, context.installation());
  return state::open_detection_store(state_options(*config, read_only));
}

Result<seconds> duration(std::string_view option, const std::string& text, seconds least, seconds most) {
  const auto found = parse_quantity(text, kTimeUnits);
  if (found && *found >= static_cast<uint64_t>(least.count()) &&
      *found <= static_cast<uint64_t>(most.count()))
    return seconds(static_cast<int64_t>(*found));
  return Error(ErrorCode::kInvalidArgument,
               fmt::format("{} {}: a duration such as 15m or 3h, from {} minutes to {} days", option, text,
                           least.count() / 60, most.count() / 86'400));
}

std::string in_words(seconds time) {
  if (time.count() % 86'400 == 0) return fmt::format("{}d", time.count() / 86'400);
  if (time.count() % 3600 == 0) return fmt::format("{}h", time.count() / 3600);
  return time.count() % 60 == 0 ? fmt::format("{}m", time.count() / 60) : fmt::format("{}s", time.count());
}

// The query compiled, over what the rule looks back to. The error has line, column and caret.
Result<kql::Compiled> compiled(Querying& querying, const DetectionRule& rule, Time now) {
  querying.within({now - Ticks(rule.look_back), now});
  TRY_ASSIGN(auto compiled, querying.compile(rule.query));
  if (!compiled) return Error(ErrorCode::kInvalidArgument, kql::render(compiled.error(), rule.query));
  TRY(respond::check_detection_columns(compiled->columns));
  return *std::move(compiled);
}

Result<int> add(Context& context, const Options& options) {
  TRY_ASSIGN(const Config* config, context.installation());
  DetectionRule rule;
  rule.name = options.name;
  rule.query = options.query;
  if (!options.file.empty()) {
    if (!rule.query.empty()) return Error(ErrorCode::kInvalidArgument, "give --query or --file, not both");
    TRY_ASSIGN(rule.query, read_file(options.file));
  }
  if (ascii::trim(rule.query).empty()) return Error(ErrorCode::kInvalidArgument, "no query is given");
  TRY(respond::check_detection_name(rule.name));
  rule.severity = options.severity;
  rule.category = options.category;
  TRY_ASSIGN(rule.every, duration("--every", options.every, respond::kShortestEvery, respond::kLongestEvery));
  rule.look_back = respond::ordinary_look_back(rule.every);
  if (!options.look_back.empty()) {
    TRY_ASSIGN(rule.look_back,
               duration("--look-back", options.look_back, rule.every, respond::kLongestLookBack));
  }
  rule.is_gathered = options.one_alert;
  rule.changed_by = user_name();
  rule.changed = rule.next = SystemClock().now();
  Querying querying(*config, true, respond::kMaxDetectionRows);
  TRY(compiled(querying, rule, rule.changed).map([](const kql::Compiled&) {}));
  TRY_ASSIGN(const auto store, open(context));
  TRY(store->add(rule));
  return kYes;
}

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

Result<int> list(Context& context, const Options& options) {
  TRY_ASSIGN(const auto store, open(context, true));
  TRY_ASSIGN(const auto rules, store->list());
  Rows rows{
      {"Name", "Severity", "Every", "LookBack", "Enabled", "LastRun", "LastAlerts", "NextRun", "Trouble"},
      {}};
  for (const DetectionRule& rule : rules) {
    rows.rows.push_back({rule.name, rule.severity, in_words(rule.every), in_words(rule.look_back),
                         rule.is_enabled, rule.last ? to_iso8601(*rule.last) : "", rule.last_alerts,
                         rule.is_enabled ? to_iso8601(rule.next) : "", first_line(rule.trouble)});
  }
  fmt::print("{}", print(rows, options.format));
  return rows.rows.empty() ? kNo : kYes;
}

Result<DetectionRule> find(Context& context, const std::string& name) {
  TRY_ASSIGN(const auto store, open(context, true));
  TRY_ASSIGN(const auto rules, store->list());
  for (const DetectionRule& rule : rules) {
    if (rule.name == name) return rule;
  }
  return Error(ErrorCode::kNotFound, fmt::format("there is no rule '{}'", name));
}

Result<int> show(Context& context, const Options& options) {
  TRY_ASSIGN(const DetectionRule rule, find(context, options.name));
  fmt::print("{}\n{}, {}, {}\nevery {}, over the last {}\nadded by {}, {}\n", rule.name, rule.severity,
             rule.category, rule.is_gathered ? "one alert a run" : "one alert an event", in_words(rule.every),
             in_words(rule.look_back), rule.changed_by, to_iso8601(rule.changed));
  if (!rule.is_enabled) fmt::print("disabled\n");
  if (rule.last) fmt::print("last run {}: {} alerts\n", to_iso8601(*rule.last), rule.last_alerts);
  if (!rule.trouble.empty()) fmt::print("{}\n", rule.trouble);
  fmt::print("\n{}\n", ascii::trim(rule.query));
  return kYes;
}

// What a run would alert now, without alerting it.
Result<int> try_it(Context& context, const Options& options) {
  TRY_ASSIGN(const Config* config, context.installation());
  TRY_ASSIGN(const DetectionRule rule, find(context, options.name));
  const Time now = SystemClock().now();
  Querying querying(*config, true, respond::kMaxDetectionRows);
  TRY_ASSIGN(const kql::Compiled query, compiled(querying, rule, now));
  TRY_ASSIGN(const store::QueryResult answer, querying.run(query.sql));
  TRY_ASSIGN(const auto found, respond::read_detected(rule, query.columns, answer.rows));
  std::vector<std::string> names;
  for (const auto& row : found) names.push_back(row.name);
  TRY_ASSIGN(const auto store, open(context, true));
  TRY_ASSIGN(const auto known, store->known(rule.name, names));
  const respond::Gathered gathered = respond::gather(rule, found, known, now);
  Rows rows{{"AlertId", "Time", "NetworkMessageId", "RecipientEmailAddress", "AccountUpn", "Url", "ReportId"},
            {}};
  for (const auto& [row, alert] : gathered.entries) {
    const respond::AlertEvent& event = row->event;
    rows.rows.push_back(
        {alert, to_iso8601(event.time), event.mail, row->mailbox, event.user, event.url, event.report_id});
  }
  fmt::print("{}", print(rows, options.format));
  fmt::print(stderr, "{} rows, {} events, {} of them alerted before; a run now would raise {} alerts{}\n",
             answer.rows.size(), found.size(), known.size(), gathered.alerts,
             gathered.left > 0 ? fmt::format(" and leave {} events for the next", gathered.left) : "");
  return gathered.entries.empty() ? kNo : kYes;
}

Result<int> run(Context& context, const Options& options) {
  if (options.dry_run) return try_it(context, options);
  TRY_ASSIGN(const auto store, open(context));
  TRY(store->run_at(options.name, SystemClock().now()));
  fmt::print(stderr,
             "linkgate-respond runs it within a second; `linkgate alert rule list` says what came of it\n");
  return kYes;
}

Result<int> remove(Context& context, const Options& options) {
  TRY_ASSIGN(const auto store, open(context));
  TRY(store->remove(options.name));
  return kYes;
}

Result<int> enable(Context& context, const Options& options, bool is_enabled) {
  TRY_ASSIGN(const auto store, open(context));
  TRY(store->enable(options.name, is_enabled, SystemClock().now()));
  return kYes;
}

}  // namespace

void add_alert_rules(Command& alert) {
  Command& rule = alert.add("rule", "rules of your own for alerts: queries in KQL on a schedule");
  const auto options = std::make_shared<Options>();
  rule.add("add", "a rule; it runs at once, and then as often as it says")
      .argument("NAME", options->name, "its name, and the title of its alerts")
      .option("--query", options->query, "KQL that answers what is worth an alert")
      .option("--file", options->file, "the query in a file")
      .option("--every", options->every, "how often it runs: 1h, 3h, 12h, 24h or any time from 1m to 14d")
      .option("--look-back", options->look_back,
              "how far back tables go for it; without it 4h of 1h, 12h of 3h, 48h of 12h, 30d of 24h")
      .option_of("--severity", options->severity, {"High", "Medium", "Low", "Informational"}, "of its alerts")
      .option("--category", options->category, "of its alerts")
      .flag("--one-alert", options->one_alert, "all that a run finds is one alert, not one each")
      .action([options](Context& context) { return add(context, *options); });
  rule.add("list", "rules, when they ran and run again, and what is wrong with them")
      .format(options->format)
      .action([options](Context& context) { return list(context, *options); });
  rule.add("show", "a rule and its query")
      .argument("NAME", options->name, "the rule")
      .action([options](Context& context) { return show(context, *options); });
  rule.add("run", "runs a rule now, also one that is not due")
      .argument("NAME", options->name, "the rule")
      .flag("--dry-run", options->dry_run, "show what it would alert, and alert nothing")
      .format(options->format)
      .action([options](Context& context) { return run(context, *options); });
  rule.add("remove", "a rule; its alerts stay")
      .argument("NAME", options->name, "the rule")
      .action([options](Context& context) { return remove(context, *options); });
  for (const bool is_enabled : {true, false}) {
    rule.add(is_enabled ? "enable" : "disable", is_enabled ? "runs it again, from now on" : "runs it no more")
        .argument("NAME", options->name, "the rule")
        .action([options, is_enabled](Context& context) { return enable(context, *options, is_enabled); });
  }
}

}  // namespace linkgate::cli
