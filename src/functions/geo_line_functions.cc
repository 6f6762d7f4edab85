// Lines. Source of ranges and of what is null: Kusto documentation, geo_line_*().

#include <algorithm>
#include <array>

#include "functions/function.h"
#include "functions/geo_arguments.h"
#include "functions/geo_cover.h"
#include "functions/geo_densify.h"
#include "functions/geo_overlay.h"
#include "functions/geo_text.h"

namespace linkgate::functions {
namespace {

Value geo_line_length(const Arguments& a) {
  const auto lines = lines_of(a.text(0));
  if (lines == nullptr) return std::nullopt;
  S1Angle length;
  for (const auto& line : united_lines(*lines)) length += line->GetLength();
  return number_text(meters(length));
}

Value geo_line_centroid(const Arguments& a) {
  const auto lines = lines_of(a.text(0));
  if (lines == nullptr) return std::nullopt;
  S2Point sum;
  for (const auto& line : united_lines(*lines)) sum += line->GetCentroid();
  if (sum.Norm2() == 0) return std::nullopt;
  return point_text(place_of(sum.Normalize()));
}

Value geo_line_interpolate_point(const Arguments& a) {
  const auto lines = lines_of(a.text(0));
  const auto fraction = number_in(a, 1, 0, 0, 1);
  if (lines == nullptr || lines->multiple || !fraction) return std::nullopt;
  return point_text(place_of(lines->polylines[0]->Interpolate(*fraction)));
}

// The part of a line that lies before its place nearest to `point`, measured on the ellipsoid along the
// edges; nullopt for a line of no length, as between two longitudes of a pole.
std::optional<double> spheroid_fraction(const Path& path, const S2Point& nearest, size_t next) {
  double before = 0, all = 0;
  for (size_t i = 1; i < path.size(); ++i) {
    const double edge = spheroid_distance(path[i - 1], path[i]);
    all += edge;
    if (i < next) before += edge;
  }
  before += spheroid_distance(path[next - 1], place_of(nearest));
  if (all == 0) return std::nullopt;
  return std::min(before / all, 1.0);
}

Value geo_line_locate_point(const Arguments& a) {
  const auto lines = lines_of(a.text(0));
  const auto point = place(a, 1);
  const auto spheroid = truth_or(a, 3, false);
  if (lines == nullptr || lines->multiple || !point || !spheroid) return std::nullopt;
  const S2Polyline& line = *lines->polylines[0];
  int next = 0;
  const S2Point nearest = line.Project(point_of(*point), &next);
  if (!*spheroid) return number_text(line.UnInterpolate(nearest, next));
  const auto last = std::min(static_cast<size_t>(next), lines->paths[0].size() - 1);
  const auto fraction = spheroid_fraction(lines->paths[0], nearest, std::max<size_t>(last, 1));
  if (!fraction) return std::nullopt;
  return number_text(*fraction);
}

Value geo_closest_point_on_line(const Arguments& a) {
  const auto point = place(a, 0);
  const auto lines = lines_of(a.text(2));
  if (lines == nullptr || !point) return std::nullopt;
  return point_text(nearest_place(*lines->index, *point));
}

Value geo_distance_point_to_line(const Arguments& a) {
  const auto point = place(a, 0);
  const auto lines = lines_of(a.text(2));
  if (lines == nullptr || !point) return std::nullopt;
  return number_text(meters(distance_to(*lines->index, *point)));
}

Value geo_line_densify(const Arguments& a) {
  const auto lines = lines_of(a.text(0));
  const auto tolerance = densify_tolerance(a);
  const auto crossing = truth_or(a, 2, false);
  if (lines == nullptr || !tolerance || !crossing) return std::nullopt;
  std::vector<Path> paths;
  for (const Path& path : lines->paths) {
    auto dense = densified(path, *tolerance, *crossing);
    if (!dense) return std::nullopt;
    paths.push_back(*std::move(dense));
  }
  return line_text(paths);
}

Value geo_line_simplify(const Arguments& a) {
  const auto lines = lines_of(a.text(0));
  const auto tolerance = simplify_tolerance(a);
  if (lines == nullptr || !tolerance) return std::nullopt;
  return simplified(*lines, *tolerance);
}

Value geo_line_buffer(const Arguments& a) {
  const auto lines = lines_of(a.text(0));
  const auto size = buffer_size(a, 1);
  if (lines == nullptr || !size) return std::nullopt;
  return buffered(*lines->index, *size);
}

Value geo_line_to_s2cells(const Arguments& a) {
  const auto lines = lines_of(a.text(0));
  const auto cover = cover_size(a);
  if (lines == nullptr || !cover) return std::nullopt;
  return covering(*lines->index, *cover);
}

template <typename Overlay>
Value two_lines(const Arguments& a, Overlay overlay) {
  const auto first = lines_of(a.text(0)), second = lines_of(a.text(1));
  if (first == nullptr || second == nullptr) return std::nullopt;
  return overlay(*first->index, *second->index);
}
Value geo_intersects_2lines(const Arguments& a) {
  return two_lines(
      a, [](const auto& first, const auto& second) -> Value { return truth_text(intersect(first, second)); });
}
Value geo_intersection_2lines(const Arguments& a) { return two_lines(a, intersection); }

Value geo_union_lines_array(const Arguments& a) {
  auto all = lines_of_array(a.text(0));
  if (!all) return std::nullopt;
  Lines together;
  for (Lines& lines : *all) {
    for (auto& line : lines.polylines) together.polylines.push_back(std::move(line));
  }
  std::vector<Path> paths;
  for (const auto& line : united_lines(together)) paths.push_back(path_of(*line));
  return line_text(paths);
}

constexpr auto kRows = std::to_array<FunctionRow>({
    {"geo_line_length", 1, 1, geo_line_length},
    {"geo_line_centroid", 1, 1, geo_line_centroid},
    {"geo_line_interpolate_point", 2, 2, geo_line_interpolate_point},
    {"geo_line_locate_point", 3, 4, geo_line_locate_point},
    {"geo_closest_point_on_line", 3, 3, geo_closest_point_on_line},
    {"geo_distance_point_to_line", 3, 3, geo_distance_point_to_line},
    {"geo_line_densify", 1, 3, geo_line_densify},
    {"geo_line_simplify", 1, 2, geo_line_simplify},
    {"geo_line_buffer", 2, 3, geo_line_buffer},
    {"geo_line_to_s2cells", 1, 3, geo_line_to_s2cells},
    {"geo_intersects_2lines", 2, 2, geo_intersects_2lines},
    {"geo_intersection_2lines", 2, 2, geo_intersection_2lines},
    {"geo_union_lines_array", 1, 1, geo_union_lines_array},
});

}  // namespace

std::span<const FunctionRow> geo_line_rows() { return kRows; }

}  // namespace linkgate::functions
