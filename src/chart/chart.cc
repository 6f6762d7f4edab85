#include "chart/chart.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace linkgate::chart {

bool starts_at_zero(Kind kind) {
  return kind == Kind::kBar || kind == Kind::kColumn || kind == Kind::kArea || kind == Kind::kPie;
}

std::vector<std::vector<Lifted>> lifted(const Chart& chart) {
  std::map<double, double> above, below, totals;
  for (const Series& series : chart.series) {
    for (const Point& point : series.points) totals[point.x] += std::abs(point.y.value_or(0));
  }
  std::vector<std::vector<Lifted>> all;
  for (const Series& series : chart.series) {
    auto& out = all.emplace_back();
    for (const Point& point : series.points) {
      if (chart.stacking == Stacking::kNone || !point.y) {
        out.push_back({point.x, 0, point.y, point.marked});
        continue;
      }
      double y = *point.y;
      if (chart.stacking == Stacking::kPercent) y = totals[point.x] > 0 ? y / totals[point.x] * 100 : 0;
      double& sum = y < 0 ? below[point.x] : above[point.x];
      out.push_back({point.x, sum, sum + y, point.marked});
      sum += y;
    }
  }
  return all;
}

std::optional<Extent> extent_of_y(const Chart& chart) {
  std::optional<Extent> found;
  for (const auto& series : lifted(chart)) {
    for (const Lifted& point : series) {
      if (!point.y) continue;
      if (!found) found = Extent{*point.y, *point.y};
      found->low = std::min(found->low, *point.y);
      found->high = std::max(found->high, *point.y);
    }
  }
  if (!found) return found;
  // Zero is shown where the values lead to it anyway.
  if (starts_at_zero(chart.kind) ||
      (found->low > 0 && (found->low < found->high * 0.6 || found->low == found->high)))
    found->low = std::min(found->low, 0.0);
  if (starts_at_zero(chart.kind)) found->high = std::max(found->high, 0.0);
  return found;
}

std::optional<Extent> extent_of_x(const Chart& chart) {
  std::optional<Extent> found;
  for (const Series& series : chart.series) {
    for (const Point& point : series.points) {
      if (!found) found = Extent{point.x, point.x};
      found->low = std::min(found->low, point.x);
      found->high = std::max(found->high, point.x);
    }
  }
  return found;
}

}  // namespace linkgate::chart
