#pragma once
// Shapes laid over one another: unions, intersections, distances, buffers, simplification.

#include "functions/function.h"
#include "functions/geo_shape.h"

namespace linkgate::functions {

std::vector<std::unique_ptr<S2Polyline>> united_lines(const Lines& lines);
// Together what all of them cover.
std::unique_ptr<S2Polygon> united(std::vector<Polygons> polygons);

// To the nearest part of a shape, or to the inside of one: 0.
S1Angle distance_to(const MutableS2ShapeIndex& index, const Place& place);
Place nearest_place(const MutableS2ShapeIndex& index, const Place& place);

// Shapes are closed: a common border is an intersection, as a line or as points.
bool intersect(const MutableS2ShapeIndex& a, const MutableS2ShapeIndex& b);
Value intersection(const MutableS2ShapeIndex& a, const MutableS2ShapeIndex& b);

struct Buffer {
  double radius = 0, tolerance = 0;  // metres
};
// Arguments i and i + 1; nullopt where they are out of range.
std::optional<Buffer> buffer_size(const Arguments& a, size_t i);
Value buffered(const MutableS2ShapeIndex& index, const Buffer& buffer);
Value buffered(const Place& place, const Buffer& buffer);

// Argument 1: metres; 10 where there is none.
std::optional<double> simplify_tolerance(const Arguments& a);
// nullopt where nothing is left.
Value simplified(const Lines& lines, double tolerance);
Value simplified(const S2Polygon& polygon, double tolerance);
// Common borders of polygons stay common.
Value simplified(const std::vector<Polygons>& polygons, double tolerance);

}  // namespace linkgate::functions
