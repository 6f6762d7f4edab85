// linkgate submission: what employees reported, and what analysts make of it.
#include <fmt/format.h>

#include <algorithm>

#include "base/clock.h"
#include "base/log.h"
#include "cli/command.h"
#include "cli/commands.h"
#include "cli/first_start.h"
#include "cli/rows.h"
#include "cli/user_name.h"
#include "cli/view_store.h"
#include "respond/user_mail.h"
#include "respond/zap_plan.h"
#include "state/notice_store.h"
#include "state/submission_store.h"
#include "store/open.h"
#include "url/url.h"
#include "views/kql_text.h"

namespace linkgate::cli {
namespace {

using state::EntryAction;
using state::Submission;

constexpr std::chrono::hours kAllowedFor{30 * 24};  // Defender's limit for entries that allow
constexpr size_t kMostLinks = 200;                  // of a message, when its links are asked for

struct Options {
  std::string id, verdict, note, reporter, format = "table";
  std::vector<std::string> urls, entries;
  bool open = false, allow = false, dry_run = false;
};

Result<std::unique_ptr<state::SubmissionStore>> open_store(Context& context, bool read_only) {
  TRY_ASSIGN(const Config* config, context.installation());
  return state::open_submission_store(state_options(*config, read_only));
}

Result<int> run_list(Context& context, const Options& options) {
  TRY_ASSIGN(const auto store, open_store(context, true));
  TRY_ASSIGN(const auto all, store->list({.reporter = options.reporter, .open_only = options.open}));
  Rows rows{{"id", "reported", "by", "as", "source", "message", "link", "subject", "verdict", "decided by"},
            {}};
  for (const Submission& one : all) {
    rows.rows.push_back({one.id, to_iso8601(one.reported),
                         one.verified ? one.reporter : one.reporter + " (not verified)", one.category,
                         one.source, one.network_message_id, one.url, one.subject, one.verdict,
                         one.decided_by});
  }
  fmt::print("{}", print(rows, options.format));
  return kYes;
}

// The links of the reported message, as they were delivered.
Result<std::vector<std::string>> links_of(Context& context, const Submission& one) {
  if (one.network_message_id.empty()) return std::vector<std::string>();
  TRY_ASSIGN(const Config* config, context.installation());
  TRY_ASSIGN(ViewStore store, ViewStore::open(*config, true, SystemClock().now()));
  TRY_ASSIGN(const ViewRows found,
             store.ask("EmailUrlInfo\n| where NetworkMessageId == " +
                           views::kql_string(one.network_message_id) + "\n| distinct Url\n| sort by Url asc",
                       kMostLinks));
  std::vector<std::string> links;
  for (const std::string& line : found.lines) {
    TRY_ASSIGN(const auto texts, kql::row_to_text(line, found.columns));
    links.push_back(texts[0]);
  }
  return links;
}

Result<int> run_show(Context& context, const Options& options) {
  TRY_ASSIGN(const auto store, open_store(context, true));
  TRY_ASSIGN(const Submission one, store->find(options.id));
  TRY_ASSIGN(const Config* config, context.installation());
  TRY_ASSIGN(const auto notices, state::open_notice_store(state_options(*config, true)));
  Rows rows{{"what", "value"}, {}};
  rows.rows = {{"id", one.id},
               {"reported", to_iso8601(one.reported)},
               {"by", one.reporter},
               {"verified", one.verified ? "yes" : "no"},
               {"as", one.category},
               {"source", one.source},
               {"message", one.network_message_id},
               {"copy of", one.recipient},
               {"link", one.url},
               {"subject", one.subject},
               {"verdict", one.verdict},
               {"note", one.note},
               {"decided by", one.decided_by}};
  if (!one.verdict.empty()) {
    rows.rows.push_back({"decided", to_iso8601(one.decided)});
    TRY_ASSIGN(const auto told, notices->of_alert(respond::submission_notice(one.id, one.verdict)));
    for (const state::Notice& notice : told)
      rows.rows.push_back({"answer", fmt::format("{}{}", state::to_string(notice.state),
                                                 notice.trouble.empty() ? "" : ": " + notice.trouble)});
  }
  TRY_ASSIGN(const auto links, links_of(context, one));
  for (const std::string& link : links) rows.rows.push_back({"link of the message", link});
  fmt::print("{}", print(rows, options.format));
  return kYes;
}

// What stands for a link in the organisation's list: its host and path, whatever the query, which often names
// the recipient. A link without a path stands for its whole host.
Result<std::string> entry_of(const std::string& link) {
  const auto parsed = url::Url::parse(link);
  if (!parsed || parsed->hostname().empty())
    return Error(ErrorCode::kInvalidArgument, fmt::format("{} is no link: name an entry with --entry", link));
  const std::string path(parsed->pathname());
  return std::string(parsed->hostname()) + (path == "/" ? "" : path);
}

std::string marked(const Submission& one) { return "submission " + one.id; }

Result<void> put_entries(state::PolicyStore& policies, const Submission& one, const Options& options,
                         const std::vector<std::string>& values, EntryAction action, Time now) {
  for (const std::string& value : values) {
    state::ListEntry entry{.action = action,
                           .value = value,
                           .notes = marked(one) + (options.note.empty() ? "" : ": " + options.note),
                           .modified_by = user_name(),
                           .modified = now};
    if (action == EntryAction::kAllow) entry.expires = now + kAllowedFor;
    auto valid = state::validate_entry(std::move(entry));
    if (!valid) return Error(valid.error().code(), valid.error().message() + "; name another with --entry");
    if (!options.dry_run) TRY(policies.put_entry(*valid));
    fmt::print("{} {}\n", action == EntryAction::kBlock ? "block" : "allow", valid->value);
  }
  return {};
}

// What an earlier verdict on the same submission put there.
Result<void> remove_entries(state::PolicyStore& policies, const Submission& one, const Options& options) {
  TRY_ASSIGN(const auto entries, policies.entries());
  for (const state::ListEntry& entry : entries) {
    if (!entry.notes.starts_with(marked(one))) continue;
    if (!options.dry_run) TRY(policies.remove_entry(entry.kind, entry.action, entry.value));
    fmt::print("removed {} {}\n", entry.action == EntryAction::kBlock ? "block" : "allow", entry.value);
  }
  return {};
}

Result<std::vector<std::string>> entries_for(Context& context, const Submission& one,
                                             const Options& options) {
  if (!options.entries.empty()) return options.entries;
  std::vector<std::string> links = options.urls;
  if (links.empty() && !one.url.empty()) links.push_back(one.url);
  if (links.empty()) {
    TRY_ASSIGN(links, links_of(context, one));
    if (links.size() > 1)
      return Error(ErrorCode::kInvalidArgument,
                   fmt::format("the message has {} links, and the report does not say which: name them with "
                               "--url (linkgate submission show {} lists them)",
                               links.size(), one.id));
  }
  std::vector<std::string> entries;
  for (const std::string& link : links) {
    TRY_ASSIGN(entries.emplace_back(), entry_of(link));
  }
  return entries;
}

// The message itself goes at once, for all who have it; others that carry its links follow from the verdict
// of those, which turns.
Result<void> take_back(const Config& config, const Submission& one, const Options& options,
                       const std::string& threat, Time now) {
  if (one.network_message_id.empty() || config.mailboxes.imap.empty()) return {};
  const auto action = respond::configured_action(config.zap, threat);
  if (!action) return {};
  TRY_ASSIGN(const auto names, respond::MailboxNames::load(config.mailboxes));
  TRY_ASSIGN(const auto place, store::store_options(config));
  store::StoreClient client(place);
  store::MailHistory history(client);
  respond::ZapPlanner planner(config, names, history);
  TRY_ASSIGN(const respond::Plan plan, planner.for_messages({{one.network_message_id, ""}}, {one.url, threat},
                                                            *action, "admin:" + user_name(), now));
  if (plan.jobs.empty()) return {};
  if (!options.dry_run) {
    TRY_ASSIGN(const auto jobs, state::open_zap_store(state_options(config)));
    TRY(jobs->put_jobs(plan.jobs).map([](size_t) {}));
  }
  fmt::print("taken back from {} mailboxes\n", plan.jobs.size());
  return {};
}

Result<void> act(Context& context, const Submission& one, const Options& options, Time now) {
  TRY_ASSIGN(const Config* config, context.installation());
  TRY_ASSIGN(const auto policies, state::open_policy_store(state_options(*config)));
  const bool lists = options.verdict == "phish" || options.allow;
  std::vector<std::string> entries;
  if (lists) {
    TRY_ASSIGN(entries, entries_for(context, one, options));
  }
  TRY(remove_entries(*policies, one, options));
  if (options.verdict == "phish") {
    TRY(put_entries(*policies, one, options, entries, EntryAction::kBlock, now));
    return take_back(*config, one, options, "Phish", now);
  }
  if (options.verdict == "spam") return take_back(*config, one, options, "Spam", now);
  return put_entries(*policies, one, options, entries, EntryAction::kAllow, now);
}

Result<int> run_verdict(Context& context, const Options& options) {
  if (options.allow && options.verdict != "clean")
    return Error(ErrorCode::kInvalidArgument, "--allow is for what is clean");
  const Time now = SystemClock().now();
  TRY_ASSIGN(const auto store, open_store(context, false));
  TRY_ASSIGN(const Config* config, context.installation());
  TRY_ASSIGN(const Submission one, store->find(options.id));
  TRY(act(context, one, options, now));
  if (options.dry_run) return kYes;
  // Before the verdict: who is to be answered is answered, also after a crash. Whoever cannot be sure that
  // they reported anything is not written to.
  if (one.verified && !config->user_mail.relay.empty()) {
    TRY_ASSIGN(const auto notices, state::open_notice_store(state_options(*config)));
    TRY(notices->announce(respond::submission_notice(one.id, options.verdict),
                          {std::string(respond::kUserMailReceiver)}, now));
  }
  TRY(store->decide(one.id, options.verdict, options.note, user_name(), now));
  return kYes;
}

}  // namespace

void add_submission(Commands& commands) {
  const auto options = std::make_shared<Options>();
  Command& submission = commands.add("submission", "messages and links that employees reported");
  submission.add("list", "what was reported, the newest first")
      .flag("--open", options->open, "only what has no verdict yet")
      .option("--by", options->reporter, "only what this address reported")
      .format(options->format)
      .action([options](Context& context) { return run_list(context, *options); });
  submission.add("show", "one report, and the links of its message")
      .argument("ID", options->id, "its id")
      .format(options->format)
      .action([options](Context& context) { return run_show(context, *options); });
  submission.add("verdict", "decide what it is, act on it, and answer who reported it")
      .argument("ID", options->id, "its id")
      .argument_of("VERDICT", options->verdict,
                   {std::begin(state::kSubmissionVerdicts), std::end(state::kSubmissionVerdicts)},
                   "phish, spam or clean")
      .option("--note", options->note, "for the answer, and for those who come after you")
      .options("--url", options->urls, "a link of the message that is meant; default: the reported one")
      .options("--entry", options->entries, "entry of the list instead, as linkgate list add takes it")
      .flag("--allow", options->allow, "clean: also allow the link for 30 days")
      .flag("--dry-run", options->dry_run, "say what would be done, and do nothing")
      .notes(
          "phish blocks the link (its host and path) in the organisation's list, from which ZAP and click\n"
          "nodes follow, and takes the message back from all who have it. spam moves the unread ones to\n"
          "junk. clean removes what an earlier verdict on the same report put into the list.")
      .action([options](Context& context) { return run_verdict(context, *options); });
}

}  // namespace linkgate::cli
