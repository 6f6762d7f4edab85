#pragma once
// Shapes as GeoJSON, compact.

#include <span>

#include "functions/geo_shape.h"

namespace linkgate::functions {

std::string point_text(const Place& place);
std::string line_text(std::span<const Path> paths);  // LineString, or MultiLineString for several
// Polygon, MultiPolygon for several shells; nullopt for none, and for one that covers the whole sphere.
std::optional<std::string> polygon_text(const S2Polygon& polygon);
std::string polygon_text(const std::vector<std::vector<Path>>& polygons, bool multiple);
std::string rings_text(const std::vector<std::vector<Path>>& polygons);  // the coordinates of a MultiPolygon
std::string strings_text(const std::vector<std::string>& texts);         // ["a","b"]
// Points, lines and areas together: the plain shape where there is one of a kind, its Multi... where there
// are several, else a GeometryCollection.
std::string collection_text(const std::vector<S2Point>& points, const std::vector<Path>& lines,
                            const S2Polygon& area);

Path path_of(const S2Polyline& line);

}  // namespace linkgate::functions
