// linkgate alert: what was raised, and what people make of it.
#include <fmt/format.h>
#include <unistd.h>

#include <map>
#include <optional>
#include <span>

#include "cli/alert_rule.h"
#include "cli/command.h"
#include "cli/commands.h"
#include "cli/rows.h"
#include "cli/user_name.h"
#include "cli/view_options.h"
#include "cli/view_store.h"
#include "state/alert_store.h"
#include "state/notice_store.h"
#include "views/kql_text.h"

namespace linkgate::cli {
namespace {

struct Options {
  std::string from, to, status, severity, format = "table", id;
  std::string classification, determination, assigned, comment;
};

state::StateOptions state_options(const Config& config, bool read_only) {
  state::StateOptions options;
  options.location =
      config.state.location.empty() ? "sqlite:" + DataPaths(config.data).state() : config.state.location;
  options.read_only = read_only;
  return options;
}

Result<std::unique_ptr<state::AlertStore>> open_work(const Config& config, bool read_only) {
  return state::open_alert_store(state_options(config, read_only));
}

// What is visible: alerts with a row of their own in the event store, the newest first.
Result<Rows> visible(Context& context, const Config& config, const std::string& condition) {
  const Time now = SystemClock().now();
  TRY_ASSIGN(ViewStore store, ViewStore::open(config, context.installation(true).has_value(), now));
  TRY_ASSIGN(
      const ViewRows found,
      store.ask("AlertInfo\n| where " + condition +
                    "\n| sort by Timestamp desc, AlertId asc\n| project AlertId, Timestamp, Severity, Title",
                0));
  Rows rows;
  for (const std::string& line : found.lines) {
    TRY_ASSIGN(auto texts, kql::row_to_text(line, found.columns));
    rows.rows.emplace_back(texts.begin(), texts.end());
  }
  return rows;
}

Result<int> list(Context& context, const Options& options) {
  TRY_ASSIGN(const Config* config, context.installation());
  ViewOptions period;
  period.from = options.from;
  period.to = options.to;
  const Time now = SystemClock().now();
  TRY_ASSIGN(const views::Filter filter, filter_of(period, now, std::chrono::hours(30 * 24)));
  std::string condition = "Timestamp >= " + views::kql_datetime(*filter.from);
  if (filter.to) condition += " and Timestamp < " + views::kql_datetime(*filter.to);
  if (!options.severity.empty()) condition += " and Severity =~ " + views::kql_string(options.severity);
  TRY_ASSIGN(Rows found, visible(context, *config, condition));
  TRY_ASSIGN(const auto store, open_work(*config, true));
  TRY_ASSIGN(const auto all, store->list(*filter.from));
  std::map<std::string, const state::AlertWork*> works;
  for (const state::AlertWork& work : all) works[work.id] = &work;
  Rows rows{{"AlertId", "Time", "Severity", "Title", "Status", "Classification", "AssignedTo"}, {}};
  static const state::AlertWork kUntouched;  // raised by an installation whose state is not this one
  for (auto& row : found.rows) {
    const auto place = works.find(row[0].text);
    const state::AlertWork& work = place == works.end() ? kUntouched : *place->second;
    if (!options.status.empty() && work.status != options.status) continue;
    row.insert(row.end(), {work.status, work.classification, work.assigned_to});
    rows.rows.push_back(std::move(row));
  }
  fmt::print("{}", print(rows, options.format));
  return rows.rows.empty() ? kNo : kYes;
}

// Who was told of it, and who was not.
Result<void> print_notices(const Config& config, const std::string& id) {
  TRY_ASSIGN(const auto store, state::open_notice_store(state_options(config, true)));
  TRY_ASSIGN(const auto notices, store->of_alert(id));
  for (const state::Notice& notice : notices) {
    fmt::print("{}: {}{}\n", notice.receiver, state::to_string(notice.state),
               notice.trouble.empty() ? "" : " (" + notice.trouble + ")");
  }
  return {};
}

Result<int> show_one(Context& context, const Options& options) {
  TRY_ASSIGN(const Config* config, context.installation());
  const Time now = SystemClock().now();
  TRY_ASSIGN(ViewStore store, ViewStore::open(*config, true, now));
  const std::string is_it = "AlertId =~ " + views::kql_string(options.id);
  const std::string columns =
      "| project EntityType, EvidenceRole, User = AccountUpn, Url = RemoteUrl, ClientIP = RemoteIP, Subject "
      "= "
      "EmailSubject, MessageId = NetworkMessageId, ReportId, Time = Timestamp\n| sort by Time asc, "
      "EntityType asc, Url asc";
  TRY_ASSIGN(const ViewRows info, store.ask("AlertInfo | where " + is_it +
                                                " | project Timestamp, Severity, Title, AlertId, Category",
                                            1));
  if (info.lines.empty()) return Error(ErrorCode::kNotFound, "there is no alert " + options.id);
  TRY_ASSIGN(const ViewRows evidence, store.ask("AlertEvidence\n| where " + is_it + "\n" + columns, 0));
  TRY_ASSIGN(const auto work_store, open_work(*config, true));
  TRY_ASSIGN(const auto work, work_store->find(options.id));
  Rows rows;
  for (const auto& column : evidence.columns) rows.columns.push_back(column.name);
  for (const std::string& line : evidence.lines) {
    TRY_ASSIGN(auto texts, kql::row_to_text(line, evidence.columns));
    rows.rows.emplace_back(texts.begin(), texts.end());
  }
  if (options.format == "table") {
    TRY_ASSIGN(const auto texts, kql::row_to_text(info.lines[0], info.columns));
    fmt::print("{}\n{}, {}, {}\n", texts[2], texts[1], texts[4], texts[0]);
    if (work)
      fmt::print("{}, {}{}, assigned to {}\n", work->status, work->classification,
                 work->determination == "unknown" ? "" : " (" + work->determination + ")",
                 work->assigned_to.empty() ? "nobody" : work->assigned_to);
    for (const auto& comment : work ? work->comments : std::vector<state::AlertComment>())
      fmt::print("{} {}: {}\n", to_iso8601(comment.at), comment.author, comment.text);
    TRY(print_notices(*config, texts[3]));
    fmt::print("\n");
  }
  fmt::print("{}", print(rows, options.format));
  return kYes;
}

std::optional<std::string> given(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional(text);
}

Result<int> set(Context& context, const Options& options) {
  TRY_ASSIGN(const Config* config, context.installation());
  state::AlertChange change{
      given(options.status), given(options.classification), given(options.assigned), given(options.comment),
      user_name(),           given(options.determination)};
  if (change.assigned_to == "nobody") change.assigned_to = "";
  if (!change.status && !change.classification && !change.assigned_to && !change.comment &&
      !change.determination)
    return Error(ErrorCode::kInvalidArgument, "nothing is to be set");
  TRY_ASSIGN(const auto store, open_work(*config, false));
  TRY(store->change(options.id, change, SystemClock().now()).map([](const state::AlertWork&) {}));
  return kYes;
}

std::vector<std::string> words(std::span<const std::string_view> all) { return {all.begin(), all.end()}; }

}  // namespace

void add_alert(Commands& commands) {
  Command& alert = commands.add("alert", "alerts: what was raised, and what became of it");
  const auto options = std::make_shared<Options>();
  alert.add("list", "alerts, the newest first")
      .option("--from", options->from, "from then on: 7d (ago), or 2026-12-31T08:00:00Z; default: 30d")
      .option("--to", options->to, "until before then; default: now")
      .option_of("--status", options->status, words(state::kAlertStatuses), "only these")
      .option_of("--severity", options->severity, {"High", "Medium", "Low", "Informational"}, "only these")
      .format(options->format)
      .action([options](Context& context) { return list(context, *options); });
  alert.add("show", "an alert, its evidence and its comments")
      .argument("ALERTID", options->id, "the alert")
      .format(options->format)
      .action([options](Context& context) { return show_one(context, *options); });
  alert.add("set", "status, classification, who has it, a comment")
      .argument("ALERTID", options->id, "the alert")
      .option_of("--status", options->status, words(state::kAlertStatuses), "how far it is")
      .option_of("--classification", options->classification, words(state::kAlertClassifications),
                 "what it was")
      .option_of("--determination", options->determination, words(state::kAlertDeterminations),
                 "more of what it was")
      .option("--assign", options->assigned, "who has it; nobody takes it away")
      .option("--comment", options->comment, "what to say of it")
      .action([options](Context& context) { return set(context, *options); });
  add_alert_rules(alert);
}

}  // namespace linkgate::cli
