#pragma once
// A chart as what it shows, without a size or a medium: svg.h draws it as a file, terminal.h as text.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace linkgate::chart {

enum class Kind : uint8_t { kBar, kColumn, kLine, kArea, kScatter, kPie, kCard };
enum class Stacking : uint8_t { kNone, kStacked, kPercent };
// What a point's x is: a place among `labels`, a number, or seconds since 1970.
enum class Axis : uint8_t { kCategory, kNumber, kTime };

struct Point {
  double x = 0;
  std::optional<double> y;  // none: a gap
  bool marked = false;      // an anomaly
};

struct Series {
  std::string name;
  std::vector<Point> points;  // by x
};

struct Chart {
  Kind kind = Kind::kLine;
  Stacking stacking = Stacking::kNone;
  Axis axis = Axis::kCategory;
  std::string title, x_title, y_title;
  std::vector<std::string> labels;
  std::vector<Series> series;
  std::optional<double> y_min, y_max;
  bool legend = true;
  std::vector<std::string> notes;  // what the chart does not show, a sentence each
};

inline constexpr size_t kMaxSeries = 24;

// Whether the kind's marks begin at zero, so that zero belongs to its scale.
bool starts_at_zero(Kind kind);
// The least and the greatest y that the marks reach, stacked where they are; nullopt: there is nothing.
struct Extent {
  double low = 0, high = 0;
};
std::optional<Extent> extent_of_y(const Chart& chart);
std::optional<Extent> extent_of_x(const Chart& chart);

// The series with each point's y lifted by those below it; as they are where nothing is stacked. `base` is
// where a mark begins.
struct Lifted {
  double x = 0;
  std::optional<double> base, y;
  bool marked = false;
};
std::vector<std::vector<Lifted>> lifted(const Chart& chart);

}  // namespace linkgate::chart
