// linkgate report: what happened, as tables, charts and exports.
#include "views/report.h"

#include <fmt/format.h>

#include "cli/command.h"
#include "cli/commands.h"
#include "cli/report_show.h"

namespace linkgate::cli {
namespace {

struct Options {
  std::string name, view, what_if;
  ShowOptions show;
};

Result<views::Report> report_of(const Options& options) {
  if (!options.what_if.empty()) {
    if (options.name != "click-through")
      return Error(ErrorCode::kInvalidArgument, "--what-if goes with the report click-through");
    return views::what_if(options.what_if);
  }
  const views::Report* report = views::find_report(options.name, options.view);
  if (report == nullptr)
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("the report {} has no view {}", options.name, options.view));
  return *report;
}

}  // namespace

void add_report(Commands& commands) {
  const auto options = std::make_shared<Options>();
  Command& command = commands.add("report", "what happened: clicks, who went on, threats, latency");
  command.argument_of("NAME", options->name, views::report_names(), "which report")
      .option_of("--view", options->view, views::report_views(),
                 "of url-protection: by action or by application")
      .option("--what-if", options->what_if,
              "with click-through: what AllowClickThrough=false would have changed")
      .flag("--all", options->show.all, "without the report's default filter");
  add_show_options(command, options->show);
  command
      .notes(
          "linkgate report url-protection --from 7d --domain evil.example\n"
          "linkgate report click-through --what-if AllowClickThrough=false\n"
          "linkgate report threats-over-time --format html --out threats.html\n"
          "docs/reports.md says what each shows.")
      .action([options](Context& context) -> Result<int> {
        TRY_ASSIGN(views::Report report, report_of(*options));
        return show(context, report, options->show);
      });
}

}  // namespace linkgate::cli
