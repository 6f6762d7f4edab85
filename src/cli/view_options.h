#pragma once
// The options of every command that shows what happened: which rows, of which time.

#include <string>
#include <vector>

#include "cli/command.h"
#include "views/filter.h"

namespace linkgate::cli {

struct ViewOptions {
  std::string from, to;
  views::Filter named;  // but for from and to
};

// `of_clicks`: --action too.
void add_view_options(Command& command, ViewOptions& options, bool of_clicks);
// `ordinary`: how far back it goes where --from is not given; zero: to the beginning. kInvalidArgument.
Result<views::Filter> filter_of(const ViewOptions& options, Time now, Ticks ordinary);

}  // namespace linkgate::cli
