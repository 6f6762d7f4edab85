// linkgate quarantine: what was taken out of mailboxes.
#include <fmt/format.h>

#include <cstdlib>

#include "base/clock.h"
#include "cli/command.h"
#include "cli/commands.h"
#include "cli/first_start.h"
#include "cli/rows.h"
#include "respond/message_summary.h"
#include "respond/quarantine_seal.h"
#include "state/quarantine_store.h"

namespace linkgate::cli {
namespace {

struct Options {
  std::string recipient, id, format = "table";
  std::vector<std::string> ids;
  bool raw = false;
};

std::string who() {
  for (const char* name : {"SUDO_USER", "USER", "LOGNAME"}) {
    const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): one thread
    if (value != nullptr && *value != '\0') return value;
  }
  return "somebody";
}

Result<std::unique_ptr<state::QuarantineStore>> open(Context& context) {
  TRY_ASSIGN(const Config* config, context.installation());
  return state::open_quarantine_store(state_options(*config));
}

Result<int> run_list(Context& context, const Options& options) {
  TRY_ASSIGN(const auto store, open(context));
  state::HeldFilter filter;
  filter.recipient = options.recipient;
  TRY_ASSIGN(const auto held, store->list(filter));
  Rows rows{{"id", "stored", "recipient", "sender", "subject", "threat", "folder", "size", "state", "expires",
             "changed by", "trouble"},
            {}};
  for (const state::HeldMessage& one : held) {
    rows.rows.push_back({one.id, to_iso8601(one.stored), one.recipient, one.sender, one.subject, one.threat,
                         one.folder, static_cast<int64_t>(one.size), to_string(one.state),
                         to_iso8601(one.expires), one.changed_by, one.trouble});
  }
  fmt::print("{}", print(rows, options.format));
  return kYes;
}

Result<int> run_show(Context& context, const Options& options) {
  TRY_ASSIGN(const auto store, open(context));
  TRY_ASSIGN(const Config* config, context.installation());
  TRY_ASSIGN(const state::HeldMessage held, store->find(options.id));
  TRY_ASSIGN(const std::string sealed, store->sealed(held.id));
  TRY_ASSIGN(const auto key, respond::quarantine_key(DataPaths(config->data).quarantine_key(), true));
  TRY_ASSIGN(const std::string message, respond::open_message(key, held.id, sealed));
  fmt::print("{}", options.raw ? message : respond::preview(message));
  return kYes;
}

Result<int> change(Context& context, const Options& options, state::HeldState is) {
  TRY_ASSIGN(const auto store, open(context));
  for (const std::string& id : options.ids)
    TRY(store->set_state(id, state::HeldState::kHeld, is, who(), SystemClock().now()));
  return kYes;
}

}  // namespace

void add_quarantine(Commands& commands) {
  const auto options = std::make_shared<Options>();
  Command& quarantine = commands.add("quarantine", "messages that were taken out of mailboxes");
  quarantine.add("list", "what is there, the newest first")
      .option("--recipient", options->recipient, "of this envelope recipient alone")
      .format(options->format)
      .action([options](Context& context) { return run_list(context, *options); });
  quarantine.add("show", "a message as text: nothing of it is run, fetched or linked")
      .argument("ID", options->id, "its id")
      .flag("--raw", options->raw, "the message itself, octet by octet")
      .action([options](Context& context) { return run_show(context, *options); });
  quarantine.add("release", "put messages back where they lay, with their links still sealed")
      .many("ID", options->ids, "their ids", true)
      .action(
          [options](Context& context) { return change(context, *options, state::HeldState::kReleasing); });
  quarantine.add("delete", "messages go for good")
      .many("ID", options->ids, "their ids", true)
      .action([options](Context& context) { return change(context, *options, state::HeldState::kDeleted); });
}

}  // namespace linkgate::cli
