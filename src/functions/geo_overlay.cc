#include "functions/geo_overlay.h"

#include <s2/s2boolean_operation.h>
#include <s2/s2buffer_operation.h>
#include <s2/s2builder.h>
#include <s2/s2builderutil_closed_set_normalizer.h>
#include <s2/s2builderutil_s2point_vector_layer.h>
#include <s2/s2builderutil_s2polygon_layer.h>
#include <s2/s2builderutil_s2polyline_vector_layer.h>
#include <s2/s2builderutil_snap_functions.h>
#include <s2/s2closest_edge_query.h>

#include <algorithm>
#include <cmath>

#include "functions/geo_arguments.h"
#include "functions/geo_text.h"

namespace linkgate::functions {
namespace {

using s2builderutil::IdentitySnapFunction;
using s2builderutil::S2PointVectorLayer;
using s2builderutil::S2PolygonLayer;
using s2builderutil::S2PolylineVectorLayer;
using PolylineVector = std::vector<std::unique_ptr<S2Polyline>>;

S2BooleanOperation::Options closed() {
  S2BooleanOperation::Options options;
  options.set_polygon_model(S2BooleanOperation::PolygonModel::CLOSED);
  options.set_polyline_model(S2BooleanOperation::PolylineModel::CLOSED);
  return options;
}

std::unique_ptr<S2Polygon> new_polygon() {
  auto polygon = std::make_unique<S2Polygon>();
  polygon->set_s2debug_override(S2Debug::DISABLE);
  return polygon;
}

S2PolylineVectorLayer::Options line_options() {
  S2PolylineVectorLayer::Options options;
  options.set_s2debug_override(S2Debug::DISABLE);
  options.set_duplicate_edges(S2PolylineVectorLayer::Options::DuplicateEdges::MERGE);
  return options;
}

PolylineVector union_of(const PolylineVector& a, const PolylineVector& b) {
  MutableS2ShapeIndex first, second;
  for (const auto& line : a) first.Add(std::make_unique<S2Polyline::Shape>(line.get()));
  for (const auto& line : b) second.Add(std::make_unique<S2Polyline::Shape>(line.get()));
  PolylineVector found;
  S2BooleanOperation operation(S2BooleanOperation::OpType::UNION,
                               std::make_unique<S2PolylineVectorLayer>(&found, line_options()));
  S2Error error;
  operation.Build(first, second, &error);
  return found;
}

}  // namespace

// By halves, so that every edge takes part in few unions.
PolylineVector united_lines(const Lines& lines) {
  std::vector<PolylineVector> parts;
  for (const auto& line : lines.polylines) parts.emplace_back().emplace_back(line->Clone());
  while (parts.size() > 1) {
    std::vector<PolylineVector> next;
    for (size_t i = 0; i + 1 < parts.size(); i += 2) next.push_back(union_of(parts[i], parts[i + 1]));
    if (parts.size() % 2 == 1) next.push_back(std::move(parts.back()));
    parts = std::move(next);
  }
  return std::move(parts[0]);
}

std::unique_ptr<S2Polygon> united(std::vector<Polygons> polygons) {
  std::vector<std::unique_ptr<S2Polygon>> parts;
  for (Polygons& some : polygons) {
    some.index.reset();  // which looks at the polygons
    for (auto& polygon : some.polygons) parts.push_back(std::move(polygon));
  }
  return S2Polygon::DestructiveUnion(std::move(parts));
}

S1Angle distance_to(const MutableS2ShapeIndex& index, const Place& place) {
  S2ClosestEdgeQuery query(&index);
  S2ClosestEdgeQuery::PointTarget target(point_of(place));
  return query.GetDistance(&target).ToAngle();
}

Place nearest_place(const MutableS2ShapeIndex& index, const Place& place) {
  const S2Point point = point_of(place);
  S2ClosestEdgeQuery query(&index);
  S2ClosestEdgeQuery::PointTarget target(point);
  const auto nearest = query.FindClosestEdge(&target);
  return nearest.is_interior() ? place : place_of(query.Project(point, nearest));
}

bool intersect(const MutableS2ShapeIndex& a, const MutableS2ShapeIndex& b) {
  return S2BooleanOperation::Intersects(a, b, closed());
}

Value intersection(const MutableS2ShapeIndex& a, const MutableS2ShapeIndex& b) {
  std::vector<S2Point> points;
  PolylineVector lines;
  const auto area = new_polygon();
  s2builderutil::LayerVector layers;
  layers.push_back(std::make_unique<S2PointVectorLayer>(&points));
  layers.push_back(std::make_unique<S2PolylineVectorLayer>(&lines, line_options()));
  layers.push_back(std::make_unique<S2PolygonLayer>(area.get()));
  S2BooleanOperation operation(S2BooleanOperation::OpType::INTERSECTION,
                               s2builderutil::NormalizeClosedSet(std::move(layers)), closed());
  S2Error error;
  if (!operation.Build(a, b, &error)) return std::nullopt;
  std::vector<Path> paths;
  for (const auto& line : lines) paths.push_back(path_of(*line));
  return collection_text(points, paths, *area);
}

std::optional<Buffer> buffer_size(const Arguments& a, size_t i) {
  constexpr double kDefaultTolerance = 10;
  const auto radius = a.number(i);
  const auto tolerance = a.number_or(i + 1, kDefaultTolerance);
  if (!radius || *radius <= 0 || !tolerance || *tolerance <= 0) return std::nullopt;
  return Buffer{*radius, *tolerance};
}

namespace {

S2BufferOperation::Options buffer_options(const Buffer& buffer) {
  constexpr double kMaxErrorFraction = 1.0;
  S2BufferOperation::Options options(angle_of(std::min(buffer.radius, M_PI * S2Earth::RadiusMeters())));
  options.set_error_fraction(std::clamp(buffer.tolerance / buffer.radius,
                                        S2BufferOperation::Options::kMinErrorFraction, kMaxErrorFraction));
  return options;
}

template <typename Add>
Value buffer_by(const Buffer& buffer, Add add) {
  const auto polygon = new_polygon();
  S2BufferOperation operation(std::make_unique<S2PolygonLayer>(polygon.get()), buffer_options(buffer));
  add(operation);
  S2Error error;
  if (!operation.Build(&error)) return std::nullopt;
  return polygon_text(*polygon);
}

}  // namespace

Value buffered(const MutableS2ShapeIndex& index, const Buffer& buffer) {
  return buffer_by(buffer, [&index](S2BufferOperation& operation) { operation.AddShapeIndex(index); });
}

Value buffered(const Place& place, const Buffer& buffer) {
  return buffer_by(buffer, [&place](S2BufferOperation& operation) { operation.AddPoint(point_of(place)); });
}

std::optional<double> simplify_tolerance(const Arguments& a) {
  constexpr double kDefaultTolerance = 10;
  return number_in(a, 1, kDefaultTolerance, 0, meters(S2Builder::SnapFunction::kMaxSnapRadius()));
}

namespace {

S2Builder simplifier(double tolerance) {
  S2Builder::Options options{IdentitySnapFunction(angle_of(tolerance))};
  options.set_simplify_edge_chains(true);
  return S2Builder(options);
}

}  // namespace

Value simplified(const Lines& lines, double tolerance) {
  S2Builder builder = simplifier(tolerance);
  PolylineVector found;
  builder.StartLayer(std::make_unique<S2PolylineVectorLayer>(&found, line_options()));
  for (const auto& line : united_lines(lines)) builder.AddPolyline(*line);
  S2Error error;
  if (!builder.Build(&error) || found.empty()) return std::nullopt;
  std::vector<Path> paths;
  for (const auto& line : found) paths.push_back(path_of(*line));
  return line_text(paths);
}

Value simplified(const S2Polygon& polygon, double tolerance) {
  const auto found = new_polygon();
  found->InitToSimplified(polygon, IdentitySnapFunction(angle_of(tolerance)));
  return polygon_text(*found);
}

Value simplified(const std::vector<Polygons>& polygons, double tolerance) {
  S2Builder builder = simplifier(tolerance);
  std::vector<std::unique_ptr<S2Polygon>> parts;
  for (const Polygons& some : polygons) {
    for (const auto& polygon : some.polygons) {
      parts.push_back(new_polygon());
      builder.StartLayer(std::make_unique<S2PolygonLayer>(parts.back().get()));
      builder.AddPolygon(*polygon);
    }
  }
  S2Error error;
  if (!builder.Build(&error)) return std::nullopt;
  return polygon_text(*S2Polygon::DestructiveUnion(std::move(parts)));
}

}  // namespace linkgate::functions
