#pragma once
// A chart as text: blocks for bars, braille dots for lines. Colours are of the 256 and of middle brightness,
// so that they are seen on bright and on dark grounds; without them series are told apart by signs.

#include <string>

#include "chart/chart.h"

namespace linkgate::chart {

struct TextSize {
  size_t columns = 80;
  size_t lines = 18;  // of the drawing, without title and legend
  bool colored = true;
};
// Ends with a line feed.
std::string to_text(const Chart& chart, const TextSize& size);

}  // namespace linkgate::chart
