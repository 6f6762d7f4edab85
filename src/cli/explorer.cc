// linkgate explorer: messages, clicks and URLs by filter, and the story of a message.
#include <fmt/format.h>

#include <algorithm>

#include "base/ascii.h"
#include "cli/command.h"
#include "cli/commands.h"
#include "cli/report_show.h"
#include "cli/saved_search.h"

namespace linkgate::cli {
namespace {

struct Options {
  std::string message;
  ShowOptions show;
};

constexpr size_t kMaxMessageId = 100;

Result<int> tell_story(Context& context, Options& options) {
  const std::string& id = options.message;
  const bool is_id = !id.empty() && id.size() <= kMaxMessageId &&
                     std::all_of(id.begin(), id.end(), [](char c) { return ascii::is_alnum(c) || c == '-'; });
  if (!is_id) return Error(ErrorCode::kInvalidArgument, fmt::format("\"{}\" is no NetworkMessageId", id));
  const std::string kql = views::story_query(id);
  const views::Section whole[] = {{"story", "What happened", kql, false}};
  views::Report report{"story", "", "The story of a message", "Everything recorded of it, in its order.",
                       whole};
  options.show.filter.from = "36500d";
  return show(context, report, options.show);
}

}  // namespace

void add_explorer(Commands& commands) {
  Command& explorer = commands.add("explorer", "messages, clicks and URLs by filter; a message's story");
  for (const views::Report& view : views::explorer_views()) {
    const auto options = std::make_shared<Options>();
    Command& command = explorer.add(std::string(view.name), std::string(view.about));
    add_show_options(command, options->show);
    command.action([options, &view](Context& context) { return show(context, view, options->show); });
  }
  const auto options = std::make_shared<Options>();
  explorer.add("story", "all that is known of one message, in the order in which it happened")
      .argument("MESSAGE", options->message, "its NetworkMessageId")
      .option("--out", options->show.out, "write to this file")
      .flag("--explain", options->show.explain, "print the KQL instead of running it")
      .option_of("--format", options->show.format, {"table", "csv", "json", "html", "pdf"},
                 "how it is printed")
      .action([options](Context& context) { return tell_story(context, *options); });
  add_saved_searches(explorer);
}

}  // namespace linkgate::cli
