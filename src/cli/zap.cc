// linkgate zap: take messages back out of mailboxes, and put them back again.
#include <fmt/format.h>

#include <cstdlib>
#include <nlohmann/json.hpp>

#include "base/clock.h"
#include "cli/asked_store.h"
#include "cli/command.h"
#include "cli/commands.h"
#include "cli/first_start.h"
#include "cli/rows.h"
#include "kql/kql.h"
#include "respond/zap_plan.h"
#include "store/open.h"
#include "views/event_catalog.h"

namespace linkgate::cli {
namespace {

struct Options {
  std::string url, kql, action, threat = "Phish", format = "table";
  std::vector<std::string> undo;
  bool dry_run = false, list = false;
};

std::string who() {
  for (const char* name : {"SUDO_USER", "USER", "LOGNAME"}) {
    const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): one thread
    if (value != nullptr && *value != '\0') return value;
  }
  return "somebody";
}

Result<int> list_jobs(state::ZapStore& store, const Options& options) {
  TRY_ASSIGN(const auto jobs, store.jobs({}));
  Rows rows{{"id", "created", "message", "recipient", "mailbox", "action", "threat", "cause", "state",
             "moved", "trouble"},
            {}};
  for (const state::ZapJob& job : jobs) {
    rows.rows.push_back({job.id, to_iso8601(job.created), job.network_message_id, job.recipient, job.mailbox,
                         to_string(job.action), job.threat, job.cause, to_string(job.state), job.moved,
                         job.trouble});
  }
  fmt::print("{}", print(rows, options.format));
  return kYes;
}

Result<int> undo(state::ZapStore& store, const Config& config, const Options& options) {
  std::vector<int64_t> ids;
  for (const std::string& text : options.undo) {
    char* end = nullptr;
    ids.push_back(std::strtoll(text.c_str(), &end, 10));
    if (text.empty() || *end != '\0')
      return Error(ErrorCode::kInvalidArgument,
                   fmt::format("{} is no number of `linkgate zap --list`", text));
  }
  const Time now = SystemClock().now();
  TRY_ASSIGN(const size_t undoing, store.undo(ids, now, now + config.zap.retry_for));
  fmt::print("{} of {} are put back\n", undoing, ids.size());
  return undoing == ids.size() ? kYes : kNo;
}

Result<std::vector<std::string>> texts_of(const std::string& line) {
  const auto values = nlohmann::json::parse(line, nullptr, false);
  if (!values.is_array()) return Error(ErrorCode::kInternal, "event store: not a row");
  std::vector<std::string> texts;
  for (const auto& value : values)
    texts.push_back(value.is_string() ? value.get<std::string>() : value.dump());
  return texts;
}

// Columns of the answer that name messages.
Result<std::vector<respond::ZapPlanner::Chosen>> choose(store::StoreClient& client, const Config& config,
                                                        const std::string& query) {
  kql::CompileOptions options;
  options.now = SystemClock().now();
  const auto ask = [&](const std::string& sql) -> Result<std::vector<std::string>> {
    TRY_ASSIGN(store::QueryResult result, client.query(sql, {}));
    return std::move(result.rows);
  };
  TRY_ASSIGN(const auto compiled,
             kql::compile_asking(query, views::event_catalog(config.events.database), options, ask));
  if (!compiled) return Error(ErrorCode::kInvalidArgument, kql::render(compiled.error(), query));
  const auto column = [&](std::string_view name) {
    size_t at = 0;
    while (at < compiled->columns.size() && compiled->columns[at].name != name) ++at;
    return at;
  };
  const size_t message = column("NetworkMessageId"), recipient = column("RecipientEmailAddress");
  if (message == compiled->columns.size())
    return Error(ErrorCode::kInvalidArgument, "--kql: the answer must have a column NetworkMessageId");
  store::QueryLimits limits;
  TRY_ASSIGN(const store::QueryResult result, client.query(compiled->sql, limits));
  std::vector<respond::ZapPlanner::Chosen> chosen;
  for (const std::string& line : result.rows) {
    TRY_ASSIGN(const auto values, texts_of(line));
    if (values.size() != compiled->columns.size() || values[message].empty()) continue;
    chosen.push_back({values[message], recipient < values.size() ? values[recipient] : ""});
  }
  return chosen;
}

Result<respond::Plan> make_plan(const Config& config, const Options& options) {
  TRY_ASSIGN(const auto names, respond::MailboxNames::load(config.mailboxes));
  TRY_ASSIGN(const auto place, store::store_options(config));
  store::StoreClient client(place);
  store::MailHistory history(client);
  Config asked = config;
  std::string& action = options.threat == "Malware" ? asked.zap.malware
                        : options.threat == "Spam"  ? asked.zap.spam
                                                    : asked.zap.phishing;
  if (!options.action.empty()) action = options.action;
  if (action == "none") action = "quarantine";  // who asks wants it
  respond::ZapPlanner planner(asked, names, history);
  const Time now = SystemClock().now();
  const std::string cause = "admin:" + who();
  const respond::BadUrl because{options.url, options.threat};
  if (!options.url.empty()) return planner.for_urls({because}, cause, now);
  TRY_ASSIGN(const auto chosen, choose(client, config, options.kql));
  return planner.for_messages(chosen, because, *respond::configured_action(asked.zap, options.threat), cause,
                              now);
}

void print_plan(const respond::Plan& plan, const std::string& format) {
  Rows rows{{"message", "recipient", "mailbox", "action"}, {}};
  for (const state::ZapJob& job : plan.jobs)
    rows.rows.push_back({job.network_message_id, job.recipient, job.mailbox, to_string(job.action)});
  fmt::print("{}", print(rows, format));
}

Result<int> run_zap(Context& context, const Options& options) {
  TRY_ASSIGN(const Config* config, context.installation());
  const int wishes =
      int{options.list} + int{!options.url.empty()} + int{!options.kql.empty()} + int{!options.undo.empty()};
  if (wishes != 1)
    return Error(ErrorCode::kInvalidArgument, "one of --url, --kql, --undo and --list is wanted");
  TRY_ASSIGN(const auto store, state::open_zap_store(state_options(*config)));
  if (options.list) return list_jobs(*store, options);
  if (!options.undo.empty()) return undo(*store, *config, options);
  TRY_ASSIGN(const respond::Plan plan, make_plan(*config, options));
  if (plan.passed_over > 0)
    fmt::print(stderr, "{} copies were not delivered, are too old, or are in quarantine\n", plan.passed_over);
  print_plan(plan, options.format);
  if (plan.jobs.empty()) return kNo;
  if (options.dry_run) return kYes;
  if (config->mailboxes.imap.empty())
    return Error(ErrorCode::kInvalidArgument, "mailboxes.imap is not set: no mail can be taken back");
  TRY_ASSIGN(const size_t waiting, store->put_jobs(plan.jobs));
  fmt::print(stderr, "{} are taken back by linkgate-respond; {} already were\n", waiting,
             plan.jobs.size() - waiting);
  return kYes;
}

}  // namespace

void add_zap(Commands& commands) {
  const auto options = std::make_shared<Options>();
  commands.add("zap", "take messages back out of mailboxes")
      .option("--url", options->url, "messages of the last zap.look_back that carry this link in any form")
      .option("--kql", options->kql,
              "messages that a query names by NetworkMessageId and, if given, "
              "RecipientEmailAddress")
      .option_of("--action", options->action, {"quarantine", "junk"}, "instead of what zap.* says")
      .option_of("--threat", options->threat, {"Phish", "Malware", "Spam"}, "what it is")
      .flag("--dry-run", options->dry_run, "say which messages, and do nothing")
      .options("--undo", options->undo, "put back what this removal took, by its id")
      .flag("--list", options->list, "removals, the newest first")
      .format(options->format)
      .action([options](Context& context) { return run_zap(context, *options); });
}

}  // namespace linkgate::cli
