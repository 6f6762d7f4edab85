#pragma once
// What `render` asks for: a result of a query as a chart, on the terminal or in a file.

#include <string>
#include <vector>

#include "base/result.h"
#include "chart/chart.h"
#include "kql/kql.h"

namespace linkgate::cli {

// `lines` are the store's. Arrays, as make-series gives them, become a point for each element; a timespan is
// drawn as its seconds. kInvalidArgument with a sentence: this cannot be drawn.
Result<chart::Chart> chart_of(const std::vector<std::string>& lines,
                              const std::vector<kql::ResultColumn>& columns,
                              const kql::Visualization& visualization);

// Whether a result with this is shown as a chart where there is a choice.
bool asks_for_chart(const kql::Visualization& visualization);

// Of the terminal that standard output is; where it does not say, as many as fit anything.
size_t terminal_columns();

// On the terminal that standard output is, of its width; in colour unless NO_COLOR or TERM say otherwise.
std::string chart_for_terminal(const chart::Chart& chart);

// kInvalidArgument unless the name ends in .svg or .png.
Result<void> check_chart_name(const std::string& path);
// A PNG is what rsvg-convert (Debian: librsvg2-bin) makes of the SVG; kUnavailable where that is not there.
Result<void> write_chart(const chart::Chart& chart, const std::string& path);

}  // namespace linkgate::cli
