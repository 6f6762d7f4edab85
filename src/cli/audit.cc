// linkgate audit: who did what to policies, lists, quarantine, alerts, keys and tokens.
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "base/ascii.h"
#include "base/clock.h"
#include "base/config_checks.h"
#include "cli/audit_trail.h"
#include "cli/command.h"
#include "cli/commands.h"
#include "cli/first_start.h"
#include "cli/rows.h"
#include "cli/user_name.h"
#include "state/audit_store.h"

namespace linkgate::cli {
namespace {

constexpr std::string_view kAudited[] = {
    "policy set",          "policy create",      "policy delete",     "policy remove",
    "policy priority",     "policy apply",       "policy rule set",   "policy rule add",
    "policy rule remove",  "policy preset set",  "policy group set",  "policy group add",
    "policy group remove", "list add",           "list remove",       "quarantine show",
    "quarantine release",  "quarantine delete",  "alert set",         "zap",
    "submission verdict",  "alert rule add",     "alert rule remove", "alert rule run",
    "alert rule enable",   "alert rule disable", "keys rotate",       "keys promote",
    "keys revoke",         "keys forget",        "keys import",       "keys export",
    "token create",        "token revoke"};
constexpr std::string_view kChangesNothing[] = {"--dry-run", "--help"};
constexpr int kShown = 1000;

struct Options {
  std::string since = "30d", who;
  int limit = kShown;
  std::string format = "table";
};

// Root is many: sudo says which.
std::string who() {
  const char* person = std::getenv("SUDO_USER");
  const std::string user = user_name();
  return person == nullptr || *person == '\0' ? user : fmt::format("{} (sudo by {})", user, person);
}

// As a shell would take it.
std::string shell_word(const std::string& word) {
  const bool plain = !word.empty() && std::all_of(word.begin(), word.end(), [](char c) {
    return ascii::is_alnum(c) || std::string_view("-_=.,:/@+~*%").find(c) != std::string_view::npos;
  });
  if (plain) return word;
  std::string out = "'";
  for (const char c : word) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

Result<Time> begin_of(const std::string& text, Time now) {
  if (const auto seconds = parse_quantity(text, kTimeUnits); seconds && *seconds <= 36500ULL * 86400)
    return now - std::chrono::seconds(*seconds);
  if (const auto moment = from_iso8601(text)) return *moment;
  return Error(
      ErrorCode::kInvalidArgument,
      fmt::format("--since {}: neither a duration such as 30d nor a moment such as 2026-12-31", text));
}

Result<int> run_audit(Context& context, const Options& options) {
  TRY_ASSIGN(const Time begin, begin_of(options.since, SystemClock().now()));
  if (options.limit < 1) return Error(ErrorCode::kInvalidArgument, "--limit: at least 1");
  TRY_ASSIGN(const Config* config, context.installation());
  TRY_ASSIGN(const auto store, state::open_audit_store(state_options(*config, true)));
  TRY_ASSIGN(const auto records, store->since(begin, static_cast<size_t>(options.limit)));
  Rows rows{{"id", "at", "who", "action", "details"}, {}};
  for (const state::AuditRecord& record : records) {
    if (!options.who.empty() && record.who != options.who) continue;
    rows.rows.push_back({record.id, to_iso8601(record.at), record.who, record.action, record.details});
  }
  fmt::print("{}", print(rows, options.format));
  return kYes;
}

}  // namespace

bool is_audited(std::string_view command, const std::vector<std::string>& arguments) {
  const bool changes = std::none_of(arguments.begin(), arguments.end(), [](const std::string& word) {
    return std::find(std::begin(kChangesNothing), std::end(kChangesNothing), word) !=
           std::end(kChangesNothing);
  });
  return changes && std::find(std::begin(kAudited), std::end(kAudited), command) != std::end(kAudited);
}

Result<void> write_audit(Context& context, std::string_view command,
                         const std::vector<std::string>& arguments) {
  TRY_ASSIGN(const Config* config, context.installation());
  TRY_ASSIGN(const auto store, state::open_audit_store(state_options(*config)));
  std::string details;
  for (const std::string& word : arguments) details += (details.empty() ? "" : " ") + shell_word(word);
  return store->append({.who = who(), .action = std::string(command), .details = details});
}

void add_audit(Commands& commands) {
  const auto options = std::make_shared<Options>();
  commands.add("audit", "who did what to policies, lists, quarantine, alerts, keys and tokens")
      .option("--since", options->since, "30d, or 2026-12-31T12:00:00Z")
      .option("--who", options->who, "only what this user did")
      .option("--limit", options->limit, "records at most")
      .format(options->format)
      .notes(
          "Every command that decides something for others is recorded once it is done. Records are\n"
          "neither changed nor deleted, by no command and no program: the database refuses.")
      .action([options](Context& context) { return run_audit(context, *options); });
}

}  // namespace linkgate::cli
