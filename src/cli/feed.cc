// linkgate feed: what threat feeds are read, and how they are.
#include <fmt/format.h>

#include "base/config_checks.h"
#include "cli/command.h"
#include "cli/commands.h"
#include "cli/first_start.h"
#include "cli/rows.h"
#include "cli/talk.h"
#include "scan/feed_source.h"

namespace linkgate::cli {
namespace {

constexpr std::chrono::seconds kRefreshTimeout{60};  // longer than scan makes anybody wait

struct Options {
  std::string format = "table";
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

}  // namespace

void add_feed(Commands& commands) {
  const auto options = std::make_shared<Options>();
  Command& feed = commands.add("feed", "threat feeds: those of [[feed]] in the configuration");
  feed.add("list", "how each feed is")
      .format(options->format)
      .notes("Exit code 1 where one is in trouble.")
      .action([options](Context& context) { return run_list(context, *options); });
  feed.add("refresh", "read feeds now").format(options->format).action([options](Context& context) {
    return run_refresh(context, *options);
  });
}

}  // namespace linkgate::cli
