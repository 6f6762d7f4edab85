// linkgate list: what the organisation itself blocks and allows (Defender's Tenant Allow/Block List).
#include <fmt/format.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/config_checks.h"
#include "cli/command.h"
#include "cli/commands.h"
#include "cli/first_start.h"
#include "cli/rows.h"
#include "cli/user_name.h"

namespace linkgate::cli {
namespace {

using state::EntryAction;
using state::EntryKind;
using state::ListEntry;

struct Options {
  std::string action, kind;
  std::vector<std::string> values;
  std::string notes, expires;
  std::string format = "table";
};

const std::vector<std::string> kActions = {"block", "allow"};
const std::vector<std::string> kKinds = {"url", "sender", "file"};

std::string_view word(EntryKind kind) {
  switch (kind) {
    case EntryKind::kUrl:
      return "url";
    case EntryKind::kSender:
      return "sender";
    case EntryKind::kFileHash:
      return "file";
  }
  return "";
}
EntryKind kind_of(const std::string& word) {
  return word == "sender" ? EntryKind::kSender : word == "file" ? EntryKind::kFileHash : EntryKind::kUrl;
}
EntryAction action_of(const std::string& word) {
  return word == "allow" ? EntryAction::kAllow : EntryAction::kBlock;
}

// "30d", or a moment as 2026-12-31T00:00:00Z; nothing is never.
Result<std::optional<Time>> expiry(const std::string& text, Time now) {
  if (text.empty()) return std::optional<Time>();
  if (const auto seconds = parse_quantity(text, kTimeUnits); seconds && *seconds <= 3650ULL * 86400) {
    return std::optional<Time>(now + std::chrono::seconds(*seconds));
  }
  const auto moment = from_iso8601(text);
  if (!moment)
    return Error(
        ErrorCode::kInvalidArgument,
        fmt::format("--expires {}: neither a duration such as 30d nor a moment such as 2026-12-31", text));
  if (*moment <= now)
    return Error(ErrorCode::kInvalidArgument, fmt::format("--expires {}: that is over", text));
  return std::optional<Time>(*moment);
}

Result<std::unique_ptr<state::PolicyStore>> open(Context& context) {
  TRY_ASSIGN(const Config* config, context.installation());
  return state::open_policy_store(state_options(*config));
}

Result<int> run_add(Context& context, const Options& options) {
  TRY_ASSIGN(const auto store, open(context));
  const Time now = SystemClock().now();
  TRY_ASSIGN(const auto expires, expiry(options.expires, now));
  for (const std::string& value : options.values) {
    ListEntry entry{.kind = kind_of(options.kind),
                    .action = action_of(options.action),
                    .value = value,
                    .notes = options.notes,
                    .modified_by = user_name(),
                    .modified = now,
                    .expires = expires};
    TRY_ASSIGN(entry, state::validate_entry(std::move(entry)));
    TRY(store->put_entry(entry));
  }
  if (kind_of(options.kind) != EntryKind::kUrl && action_of(options.action) == EntryAction::kAllow)
    fmt::print(stderr,
               "Kept, not acted on: only this list judges senders and files, so there is nothing to allow\n");
  return kYes;
}

Result<int> run_remove(Context& context, const Options& options) {
  TRY_ASSIGN(const auto store, open(context));
  for (const std::string& value : options.values) {
    // Not as what it is but as a block, which takes every pattern: what an older version let in must go out.
    TRY_ASSIGN(const ListEntry entry, state::validate_entry({.kind = kind_of(options.kind), .value = value}));
    TRY(store->remove_entry(entry.kind, action_of(options.action), entry.value));
  }
  return kYes;
}

Result<int> run_show(Context& context, const Options& options) {
  TRY_ASSIGN(const auto store, open(context));
  TRY_ASSIGN(const std::vector<ListEntry> entries, store->entries());
  Rows rows{{"id", "action", "kind", "value", "expires", "modified", "by", "notes"}, {}};
  for (const ListEntry& entry : entries) {
    const std::string action = entry.action == EntryAction::kAllow ? "allow" : "block";
    if (!options.action.empty() && options.action != action) continue;
    if (!options.kind.empty() && options.kind != word(entry.kind)) continue;
    rows.rows.push_back({entry.id, action, word(entry.kind), entry.value,
                         entry.expires ? to_iso8601(*entry.expires) : "never", to_iso8601(entry.modified),
                         entry.modified_by, entry.notes});
  }
  fmt::print("{}", print(rows, options.format));
  return kYes;
}

}  // namespace

void add_list(Commands& commands) {
  const auto options = std::make_shared<Options>();
  Command& list =
      commands.add("list", "URLs, senders and files that are blocked or allowed whatever else says");
  list.add("add", "add entries, or change theirs")
      .argument_of("ACTION", options->action, kActions, "block or allow")
      .argument_of("KIND", options->kind, kKinds, "url, sender or file (a SHA-256)")
      .many("VALUE", options->values, "example.com, *.example.com/path, ~example.com~; see docs/urls.md",
            true)
      .option("--notes", options->notes, "why")
      .option("--expires", options->expires, "30d, or 2026-12-31T12:00:00Z; default: never")
      .notes("linkgate list add block url '~evil.example~' --notes 'ticket 4711'")
      .action([options](Context& context) { return run_add(context, *options); });
  list.add("remove", "remove entries")
      .argument_of("ACTION", options->action, kActions, "block or allow")
      .argument_of("KIND", options->kind, kKinds, "url, sender or file")
      .many("VALUE", options->values, "as it was added", true)
      .action([options](Context& context) { return run_remove(context, *options); });
  list.add("show", "the entries that hold now")
      .option_of("--action", options->action, kActions, "only these")
      .option_of("--kind", options->kind, kKinds, "only these")
      .format(options->format)
      .action([options](Context& context) { return run_show(context, *options); });
}

}  // namespace linkgate::cli
