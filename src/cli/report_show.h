#pragma once
// From a report, or a view of the Explorer, to what is printed.

#include <string>

#include "cli/command.h"
#include "cli/view_options.h"
#include "views/report.h"

namespace linkgate::cli {

struct ShowOptions {
  std::string section, out, format = "table";
  ViewOptions filter;
  bool all = false, explain = false, full = false;
  int rows = 1000;
};

// Every option of ShowOptions but `all`.
void add_show_options(Command& command, ShowOptions& options);
Result<int> show(Context& context, views::Report report, const ShowOptions& options);

}  // namespace linkgate::cli
