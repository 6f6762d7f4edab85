// Geography: what linkgate-functions computes (lower_native.h).

#include <array>

#include "kql/function.h"
#include "kql/lower_native.h"

namespace linkgate::kql {
namespace {

constexpr auto kRows = std::to_array<FunctionRow>({
    // points
    {"geo_distance_2points", "real? (number, number, number, number, number|bool?)", lower_native},
    {"geo_azimuth", "real? (number, number, number, number)", lower_native},
    {"geo_angle", "real? (number, number, number, number, number, number)", lower_native},
    {"geo_point_in_circle", "bool? (number, number, number, number, number)", lower_native},
    {"geo_point_in_polygon", "bool? (number, number, dynamic)", lower_native},
    {"geo_distance_point_to_line", "real? (number, number, dynamic)", lower_native},
    {"geo_distance_point_to_polygon", "real? (number, number, dynamic)", lower_native},
    {"geo_closest_point_on_line", "dynamic? (number, number, dynamic)", lower_native},
    {"geo_closest_point_on_polygon", "dynamic? (number, number, dynamic)", lower_native},
    {"geo_point_buffer", "dynamic? (number, number, number, number?)", lower_native},
    {"geo_from_wkt", "dynamic? (string)", lower_native},
    // cells
    {"geo_point_to_geohash", "string (number, number, number?)", lower_native},
    {"geo_geohash_to_central_point", "dynamic? (string)", lower_native},
    {"geo_geohash_to_polygon", "dynamic? (string)", lower_native},
    {"geo_geohash_neighbors", "dynamic? (string)", lower_native},
    {"geo_point_to_s2cell", "string (number, number, number?)", lower_native},
    {"geo_s2cell_to_central_point", "dynamic? (string)", lower_native},
    {"geo_s2cell_to_polygon", "dynamic? (string)", lower_native},
    {"geo_s2cell_neighbors", "dynamic? (string)", lower_native},
    {"geo_line_to_s2cells", "dynamic? (dynamic, number?, number?)", lower_native},
    {"geo_polygon_to_s2cells", "dynamic? (dynamic, number?, number?)", lower_native},
    // lines
    {"geo_line_length", "real? (dynamic)", lower_native},
    {"geo_line_centroid", "dynamic? (dynamic)", lower_native},
    {"geo_line_buffer", "dynamic? (dynamic, number, number?)", lower_native},
    {"geo_line_densify", "dynamic? (dynamic, number?, number|bool?)", lower_native},
    {"geo_line_simplify", "dynamic? (dynamic, number?)", lower_native},
    {"geo_line_interpolate_point", "dynamic? (dynamic, number)", lower_native},
    {"geo_line_locate_point", "real? (dynamic, number, number, number|bool?)", lower_native},
    // polygons
    {"geo_polygon_area", "real? (dynamic)", lower_native},
    {"geo_polygon_perimeter", "real? (dynamic)", lower_native},
    {"geo_polygon_centroid", "dynamic? (dynamic)", lower_native},
    {"geo_polygon_buffer", "dynamic? (dynamic, number, number?)", lower_native},
    {"geo_polygon_densify", "dynamic? (dynamic, number?, number|bool?)", lower_native},
    {"geo_polygon_simplify", "dynamic? (dynamic, number?)", lower_native},
    // shapes together
    {"geo_intersects_2lines", "bool? (dynamic, dynamic)", lower_native},
    {"geo_intersects_2polygons", "bool? (dynamic, dynamic)", lower_native},
    {"geo_intersects_line_with_polygon", "bool? (dynamic, dynamic)", lower_native},
    {"geo_intersection_2lines", "dynamic? (dynamic, dynamic)", lower_native},
    {"geo_intersection_2polygons", "dynamic? (dynamic, dynamic)", lower_native},
    {"geo_intersection_line_with_polygon", "dynamic? (dynamic, dynamic)", lower_native},
    {"geo_union_lines_array", "dynamic? (dynamic)", lower_native},
    {"geo_union_polygons_array", "dynamic? (dynamic)", lower_native},
    {"geo_simplify_polygons_array", "dynamic? (dynamic, number?)", lower_native},
});

}  // namespace

std::span<const FunctionRow> geo_rows() { return kRows; }

}  // namespace linkgate::kql
