// Polygons. Source of ranges and of what is null: Kusto documentation, geo_polygon_*().

#include <s2/s2contains_point_query.h>

#include <array>
#include <cmath>

#include "functions/function.h"
#include "functions/geo_arguments.h"
#include "functions/geo_cover.h"
#include "functions/geo_densify.h"
#include "functions/geo_overlay.h"
#include "functions/geo_text.h"

namespace linkgate::functions {
namespace {

Value geo_polygon_area(const Arguments& a) {
  const auto polygons = polygons_of(a.text(0));
  if (polygons == nullptr) return std::nullopt;
  return number_text(united(*polygons)->GetArea() * S2Earth::RadiusMeters() * S2Earth::RadiusMeters());
}

Value geo_polygon_perimeter(const Arguments& a) {
  const auto polygons = polygons_of(a.text(0));
  if (polygons == nullptr) return std::nullopt;
  const auto polygon = united(*polygons);
  S1Angle length;
  for (int i = 0; i < polygon->num_loops(); ++i) {
    const S2Loop& loop = *polygon->loop(i);
    for (int k = 0; k < loop.num_vertices(); ++k) length += S1Angle(loop.vertex(k), loop.vertex(k + 1));
  }
  return number_text(meters(length));
}

Value geo_polygon_centroid(const Arguments& a) {
  const auto polygons = polygons_of(a.text(0));
  if (polygons == nullptr) return std::nullopt;
  const S2Point sum = united(*polygons)->GetCentroid();
  if (sum.Norm2() == 0) return std::nullopt;
  return point_text(place_of(sum.Normalize()));
}

Value geo_point_in_polygon(const Arguments& a) {
  const auto point = place(a, 0);
  const auto polygons = polygons_of(a.text(2));
  if (!point || polygons == nullptr) return std::nullopt;
  const S2Point at = point_of(*point);
  return truth_text(std::any_of(polygons->polygons.begin(), polygons->polygons.end(),
                                [&at](const auto& polygon) { return polygon->Contains(at); }));
}

Value geo_distance_point_to_polygon(const Arguments& a) {
  const auto point = place(a, 0);
  const auto polygons = polygons_of(a.text(2));
  if (!point || polygons == nullptr) return std::nullopt;
  return number_text(meters(distance_to(*polygons->index, *point)));
}

Value geo_closest_point_on_polygon(const Arguments& a) {
  const auto point = place(a, 0);
  const auto polygons = polygons_of(a.text(2));
  if (!point || polygons == nullptr) return std::nullopt;
  return point_text(nearest_place(*polygons->index, *point));
}

Value geo_polygon_densify(const Arguments& a) {
  const auto polygons = polygons_of(a.text(0));
  const auto tolerance = densify_tolerance(a);
  const auto crossing = truth_or(a, 2, false);
  if (polygons == nullptr || !tolerance || !crossing) return std::nullopt;
  std::vector<std::vector<Path>> dense;
  for (const std::vector<Path>& rings : polygons->rings) {
    dense.emplace_back();
    for (const Path& ring : rings) {
      auto path = densified(ring, *tolerance, *crossing);
      if (!path) return std::nullopt;
      dense.back().push_back(*std::move(path));
    }
  }
  return polygon_text(dense, polygons->multiple);
}

Value geo_polygon_simplify(const Arguments& a) {
  const auto polygons = polygons_of(a.text(0));
  const auto tolerance = simplify_tolerance(a);
  if (polygons == nullptr || !tolerance) return std::nullopt;
  return simplified(*united(*polygons), *tolerance);
}

Value geo_polygon_buffer(const Arguments& a) {
  const auto polygons = polygons_of(a.text(0));
  const auto size = buffer_size(a, 1);
  if (polygons == nullptr || !size) return std::nullopt;
  return buffered(*polygons->index, *size);
}

Value geo_point_buffer(const Arguments& a) {
  const auto point = place(a, 0);
  const auto size = buffer_size(a, 2);
  if (!point || !size) return std::nullopt;
  return buffered(*point, *size);
}

Value geo_polygon_to_s2cells(const Arguments& a) {
  const auto polygons = polygons_of(a.text(0));
  const auto cover = cover_size(a);
  if (polygons == nullptr || !cover) return std::nullopt;
  return covering(*polygons->index, *cover);
}

// For geo_polygon_to_h3cells, which the engine computes: the coordinates of all polygons, widened by a
// radius. Null also where they have far more cells of the resolution than are ever listed.
Value geo_polygon_rings(const Arguments& a) {
  constexpr int kMaxResolution = 15;
  constexpr double kMaxRadius = M_PI * 6'371'010, kMaxCells = 100'000;
  const auto polygons = polygons_of(a.text(0));
  const auto resolution = integer_in(a, 1, 0, 0, kMaxResolution);
  const auto radius = number_in(a, 2, 0, 0, kMaxRadius);
  if (polygons == nullptr || !resolution || !radius) return std::nullopt;
  std::shared_ptr<const Polygons> wide = polygons;  // either may be forgotten by what keeps shapes
  if (*radius > 0) {
    const Value buffer = buffered(*polygons->index, {.radius = *radius, .tolerance = *radius / 10});
    if (!buffer || (wide = polygons_of(*buffer)) == nullptr) return std::nullopt;
  }
  // Source: H3, table of cell statistics.
  const double cells_of_earth = 2 + 120 * std::pow(7, *resolution);
  double area = 0;
  for (const auto& polygon : wide->polygons) area += polygon->GetArea();
  if (area / (4 * M_PI) * cells_of_earth > kMaxCells) return std::nullopt;
  return rings_text(wide->rings);
}

// Whether, and where, a line or polygon meets a polygon.
template <typename First, typename Overlay>
Value with_polygon(const First& first, std::string_view polygon, Overlay overlay) {
  const auto second = polygons_of(polygon);
  if (first == nullptr || second == nullptr) return std::nullopt;
  return overlay(*first->index, *second->index);
}
Value whether(const MutableS2ShapeIndex& a, const MutableS2ShapeIndex& b) {
  return truth_text(intersect(a, b));
}

template <typename Overlay>
Value two_polygons(const Arguments& a, Overlay overlay) {
  return with_polygon(polygons_of(a.text(0)), a.text(1), overlay);
}
template <typename Overlay>
Value line_and_polygon(const Arguments& a, Overlay overlay) {
  return with_polygon(lines_of(a.text(0)), a.text(1), overlay);
}
Value geo_intersects_2polygons(const Arguments& a) { return two_polygons(a, whether); }
Value geo_intersection_2polygons(const Arguments& a) { return two_polygons(a, intersection); }
Value geo_intersects_line_with_polygon(const Arguments& a) { return line_and_polygon(a, whether); }
Value geo_intersection_line_with_polygon(const Arguments& a) { return line_and_polygon(a, intersection); }

Value geo_union_polygons_array(const Arguments& a) {
  auto polygons = polygons_of_array(a.text(0));
  if (!polygons) return std::nullopt;
  return polygon_text(*united(*std::move(polygons)));
}

Value geo_simplify_polygons_array(const Arguments& a) {
  const auto polygons = polygons_of_array(a.text(0));
  const auto tolerance = simplify_tolerance(a);
  if (!polygons || !tolerance) return std::nullopt;
  return simplified(*polygons, *tolerance);
}

constexpr auto kRows = std::to_array<FunctionRow>({
    {"geo_polygon_area", 1, 1, geo_polygon_area},
    {"geo_polygon_perimeter", 1, 1, geo_polygon_perimeter},
    {"geo_polygon_centroid", 1, 1, geo_polygon_centroid},
    {"geo_point_in_polygon", 3, 3, geo_point_in_polygon},
    {"geo_distance_point_to_polygon", 3, 3, geo_distance_point_to_polygon},
    {"geo_closest_point_on_polygon", 3, 3, geo_closest_point_on_polygon},
    {"geo_polygon_densify", 1, 3, geo_polygon_densify},
    {"geo_polygon_simplify", 1, 2, geo_polygon_simplify},
    {"geo_polygon_buffer", 2, 3, geo_polygon_buffer},
    {"geo_point_buffer", 3, 4, geo_point_buffer},
    {"geo_polygon_to_s2cells", 1, 3, geo_polygon_to_s2cells},
    {"geo_polygon_rings", 3, 3, geo_polygon_rings},
    {"geo_intersects_2polygons", 2, 2, geo_intersects_2polygons},
    {"geo_intersection_2polygons", 2, 2, geo_intersection_2polygons},
    {"geo_intersects_line_with_polygon", 2, 2, geo_intersects_line_with_polygon},
    {"geo_intersection_line_with_polygon", 2, 2, geo_intersection_line_with_polygon},
    {"geo_union_polygons_array", 1, 1, geo_union_polygons_array},
    {"geo_simplify_polygons_array", 1, 2, geo_simplify_polygons_array},
});

}  // namespace

std::span<const FunctionRow> geo_polygon_rows() { return kRows; }

}  // namespace linkgate::functions
