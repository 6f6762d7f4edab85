#include "functions/geo_shape.h"

#include <simdjson.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <unordered_map>

namespace linkgate::functions {
namespace {

using simdjson::dom::array;
using simdjson::dom::element;

constexpr double kMaxLongitude = 180, kMaxLatitude = 90;
constexpr size_t kMinRingEntries = 4;

// The shapes of the last texts; all go where there are too many.
constexpr size_t kMaxKeptShapes = 256, kMaxKeptBytes = 32u << 20;

std::optional<Place> read_place(const element& json) {
  array pair;
  double longitude = 0, latitude = 0;
  if (json.get_array().get(pair) != simdjson::SUCCESS || pair.size() < 2) return std::nullopt;
  if (pair.at(0).get_double().get(longitude) != simdjson::SUCCESS ||
      pair.at(1).get_double().get(latitude) != simdjson::SUCCESS || !is_place(longitude, latitude))
    return std::nullopt;
  return Place{longitude, latitude};
}

std::optional<Path> read_path(const element& json, size_t& vertices) {
  array places;
  if (json.get_array().get(places) != simdjson::SUCCESS) return std::nullopt;
  Path path;
  for (const element place : places) {
    const auto read = read_place(place);
    if (!read || ++vertices > kMaxVertices) return std::nullopt;
    if (!path.empty() && are_opposite(path.back(), *read)) return std::nullopt;
    path.push_back(*read);
  }
  return path;
}

std::optional<std::vector<Path>> read_paths(const element& json, size_t& vertices) {
  array paths;
  if (json.get_array().get(paths) != simdjson::SUCCESS) return std::nullopt;
  std::vector<Path> found;
  for (const element path : paths) {
    auto read = read_path(path, vertices);
    if (!read) return std::nullopt;
    found.push_back(*std::move(read));
  }
  return found;
}

std::vector<S2Point> points_of(const Path& path, size_t count) {
  std::vector<S2Point> points;
  points.reserve(count);
  for (size_t i = 0; i < count; ++i) points.push_back(point_of(path[i]));
  return points;
}

bool make(Lines& lines) {
  lines.index = std::make_unique<MutableS2ShapeIndex>();
  S2Error error;
  for (const Path& path : lines.paths) {
    if (path.size() < 2) return false;
    auto line = std::make_unique<S2Polyline>(points_of(path, path.size()), S2Debug::DISABLE);
    if (line->FindValidationError(&error)) return false;
    lines.index->Add(std::make_unique<S2Polyline::Shape>(line.get()));
    lines.polylines.push_back(std::move(line));
  }
  return !lines.polylines.empty();
}

std::unique_ptr<S2Polygon> make_polygon(const std::vector<Path>& rings) {
  std::vector<std::unique_ptr<S2Loop>> loops;
  S2Error error;
  for (const Path& ring : rings) {
    if (ring.size() < kMinRingEntries || ring.front() != ring.back()) return nullptr;
    auto loop = std::make_unique<S2Loop>(points_of(ring, ring.size() - 1), S2Debug::DISABLE);
    if (loop->FindValidationError(&error)) return nullptr;
    loop->Normalize();
    loops.push_back(std::move(loop));
  }
  auto polygon = std::make_unique<S2Polygon>();
  polygon->set_s2debug_override(S2Debug::DISABLE);
  polygon->InitNested(std::move(loops));
  if (rings.empty() || polygon->FindValidationError(&error)) return nullptr;
  return polygon;
}

bool make(Polygons& polygons) {
  polygons.index = std::make_unique<MutableS2ShapeIndex>();
  for (const std::vector<Path>& rings : polygons.rings) {
    auto polygon = make_polygon(rings);
    if (!polygon) return false;
    polygons.index->Add(std::make_unique<S2Polygon::Shape>(polygon.get()));
    polygons.polygons.push_back(std::move(polygon));
  }
  return !polygons.polygons.empty();
}

std::optional<Lines> read_lines(const element& json) {
  std::string_view type;
  element coordinates;
  if (json["type"].get_string().get(type) != simdjson::SUCCESS ||
      json["coordinates"].get(coordinates) != simdjson::SUCCESS)
    return std::nullopt;
  Lines lines{.multiple = type == "MultiLineString"};
  size_t vertices = 0;
  if (type == "LineString") {
    auto path = read_path(coordinates, vertices);
    if (!path) return std::nullopt;
    lines.paths.push_back(*std::move(path));
  } else if (lines.multiple) {
    auto paths = read_paths(coordinates, vertices);
    if (!paths) return std::nullopt;
    lines.paths = *std::move(paths);
  }
  if (!make(lines)) return std::nullopt;
  return lines;
}

std::optional<Polygons> read_polygons(const element& json) {
  std::string_view type;
  element coordinates;
  if (json["type"].get_string().get(type) != simdjson::SUCCESS ||
      json["coordinates"].get(coordinates) != simdjson::SUCCESS)
    return std::nullopt;
  Polygons polygons{.multiple = type == "MultiPolygon"};
  size_t vertices = 0;
  if (type == "Polygon") {
    auto rings = read_paths(coordinates, vertices);
    if (!rings) return std::nullopt;
    polygons.rings.push_back(*std::move(rings));
  } else if (polygons.multiple) {
    array all;
    if (coordinates.get_array().get(all) != simdjson::SUCCESS) return std::nullopt;
    for (const element one : all) {
      auto rings = read_paths(one, vertices);
      if (!rings) return std::nullopt;
      polygons.rings.push_back(*std::move(rings));
    }
  }
  if (!make(polygons)) return std::nullopt;
  return polygons;
}

simdjson::dom::parser& parser() {
  thread_local simdjson::dom::parser kept;
  return kept;
}

template <typename Shape>
class Kept {
 public:
  template <typename ReadShape>
  std::shared_ptr<const Shape> shape(std::string_view json, ReadShape read) {
    std::string text(json);
    if (const auto found = shapes_.find(text); found != shapes_.end()) return found->second;
    if (shapes_.size() == kMaxKeptShapes || bytes_ > kMaxKeptBytes) {
      shapes_.clear();
      bytes_ = 0;
    }
    bytes_ += json.size();
    element root;
    std::shared_ptr<const Shape> kept;
    if (parser().parse(json.data(), json.size()).get(root) == simdjson::SUCCESS) {
      if (std::optional<Shape> shape = read(root)) kept = std::make_shared<const Shape>(*std::move(shape));
    }
    shapes_.emplace(std::move(text), kept);
    return kept;
  }

 private:
  std::unordered_map<std::string, std::shared_ptr<const Shape>> shapes_;
  size_t bytes_ = 0;
};

template <typename Shape, typename ReadShape>
std::optional<std::vector<Shape>> array_of(std::string_view json, ReadShape read) {
  array members;
  if (parser().parse(json.data(), json.size()).get_array().get(members) != simdjson::SUCCESS)
    return std::nullopt;
  std::vector<Shape> found;
  for (const element member : members) {
    auto shape = read(member);
    if (!shape) return std::nullopt;
    found.push_back(*std::move(shape));
  }
  if (found.empty()) return std::nullopt;
  return found;
}

}  // namespace

bool is_place(double longitude, double latitude) {
  return std::abs(longitude) <= kMaxLongitude && std::abs(latitude) <= kMaxLatitude;
}

bool are_opposite(const Place& a, const Place& b) {
  if (a.latitude != -b.latitude) return false;
  return std::abs(a.latitude) == kMaxLatitude || std::abs(a.longitude - b.longitude) == kMaxLongitude;
}

S2Point point_of(const Place& place) {
  return S2LatLng::FromDegrees(place.latitude, place.longitude).ToPoint();
}

Place place_of(const S2Point& point) {
  const S2LatLng place(point);
  return {place.lng().degrees(), place.lat().degrees()};
}

std::shared_ptr<const Lines> lines_of(std::string_view json) {
  thread_local Kept<Lines> kept;
  return kept.shape(json, read_lines);
}

std::shared_ptr<const Polygons> polygons_of(std::string_view json) {
  thread_local Kept<Polygons> kept;
  return kept.shape(json, read_polygons);
}

std::optional<std::vector<Lines>> lines_of_array(std::string_view json) {
  return array_of<Lines>(json, read_lines);
}

std::optional<std::vector<Polygons>> polygons_of_array(std::string_view json) {
  return array_of<Polygons>(json, read_polygons);
}

std::unique_ptr<S2Polygon> united(const Polygons& polygons) {
  std::vector<std::unique_ptr<S2Polygon>> parts;
  for (const auto& polygon : polygons.polygons) parts.emplace_back(polygon->Clone());
  if (parts.size() == 1) return std::move(parts[0]);
  return S2Polygon::DestructiveUnion(std::move(parts));
}

}  // namespace linkgate::functions
