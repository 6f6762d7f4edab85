#pragma once
// A chart as an SVG image, whole in itself: no style sheet, no script, nothing fetched. Texts of the data are
// escaped.

#include <string>

#include "chart/chart.h"

namespace linkgate::chart {

struct Size {
  double width = 960, height = 540;
};
std::string to_svg(const Chart& chart, Size size = {});

// The colours of series, as "#rrggbb", told apart by people with the common kinds of colour blindness.
std::string_view series_color(size_t series);

}  // namespace linkgate::chart
