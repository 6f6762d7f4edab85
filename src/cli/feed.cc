// linkgate feed: what threat feeds are read, and how they are.
#include <fmt/format.h>

#include "base/check.h"
#include "base/config_checks.h"
#include "cli/command.h"
#include "cli/commands.h"
#include "cli/first_start.h"
#include "cli/rows.h"
#include "cli/talk.h"
#include "scan/export_verdicts.h"
#include "scan/feed_source.h"

namespace linkgate::cli {
namespace {

constexpr std::chrono::seconds kRefreshTimeout{60};  // longer than scan makes anybody wait

struct Options {
  std::string format = "table";
  std::string exported = "list", since;
};

// feed.refresh is for what is fetched; scan::feed_source looks at a file each second, whatever it says.
std::string looked_at(const FeedConfig& feed) {
  if (!scan::is_http_source(feed.source)) return "change of the file";
  return print_quantity(static_cast<uint64_t>(feed.refresh.count()), kTimeUnits);
}

Result<int> run_list(Context& context, const Options& options) {
  TRY_ASSIGN(const Config* config, context.installation());
  TRY_ASSIGN(const auto store, state::open_intel_store(state_options(*config, true)));
  TRY_ASSIGN(const auto known, store->feeds());
  Rows rows{{"feed", "entries", "loaded", "every", "source", "trouble"}, {}};
  int code = kYes;
  for (const FeedConfig& feed : config->scan.feeds) {
    const auto status =
        std::find_if(known.begin(), known.end(), [&](const auto& one) { return one.name == feed.name; });
    const bool seen = status != known.end();
    if (seen && !status->trouble.empty()) code = kNo;
    rows.rows.push_back({feed.name, seen ? static_cast<int64_t>(status->entries) : 0,
                         seen && status->loaded != Time{} ? to_iso8601(status->loaded) : "never",
                         looked_at(feed), feed.source, seen ? status->trouble : ""});
  }
  fmt::print("{}", print(rows, options.format));
  return code;
}

Result<int> run_refresh(Context& context, const Options& options) {
  TRY_ASSIGN(const Config* config, context.installation());
  TRY_ASSIGN(const net::HttpResponse said, exchange("unix:" + DataPaths(config->data).scan_socket(), "POST",
                                                    "/feeds/refresh", "", kRefreshTimeout));
  if (said.status != 200 && said.status != 202)
    return Error(ErrorCode::kInternal, fmt::format("linkgate-scan answered {}", said.status));
  if (said.status == 202) fmt::print(stderr, "some feeds are still being fetched\n");
  return run_list(context, options);
}

// From the stores, whether a Linkgate runs or not.
Result<int> run_export(Context& context, const Options& options) {
  TRY_ASSIGN(const Config* config, context.installation());
  Time since{};
  if (!options.since.empty()) {
    const auto time = from_iso8601(options.since);
    if (!time)
      return Error(ErrorCode::kInvalidArgument,
                   "--since: \"" + options.since + "\" is no time such as 2026-11-22T08:00:00Z");
    since = *time;
  }
  TRY_ASSIGN(const auto verdicts, state::open_intel_store(state_options(*config, true)));
  TRY_ASSIGN(const auto policies, state::open_policy_store(state_options(*config, true)));
  const auto format = verdict::export_format(options.exported);
  CHECK(format);
  TRY_ASSIGN(const std::string text,
             scan::export_verdicts(*verdicts, *policies, *format, since, SystemClock().now()));
  fmt::print("{}", text);
  return kYes;
}

}  // namespace

void add_feed(Commands& commands) {
  const auto options = std::make_shared<Options>();
  Command& feed = commands.add("feed", "threat feeds: those of [[feed]] in the configuration");
  feed.add("list", "how each feed is")
      .format(options->format)
      .notes("Exit code 1 where one is in trouble.")
      .action([options](Context& context) { return run_list(context, *options); });
  feed.add("export", "verdicts of our own, for other programs")
      .option_of("--format", options->exported, {"list", "rpz", "stix"},
                 "a URL a line, a response policy zone, a STIX 2.1 bundle")
      .option("--since", options->since, "only what was judged at this time or later (2026-11-22T08:00:00Z)")
      .notes("Phishing and malware that is in force, without what the organisation's list allows.")
      .action([options](Context& context) { return run_export(context, *options); });
  feed.add("refresh", "read feeds now").format(options->format).action([options](Context& context) {
    return run_refresh(context, *options);
  });
}

}  // namespace linkgate::cli
