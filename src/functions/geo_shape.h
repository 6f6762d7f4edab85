#pragma once
// Shapes on the sphere, read from GeoJSON (RFC 7946). Edges are geodesics, as in Kusto.

#include <s2/mutable_s2shape_index.h>
#include <s2/s2earth.h>
#include <s2/s2latlng.h>
#include <s2/s2polygon.h>
#include <s2/s2polyline.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace linkgate::functions {

// A longitude of [-180, 180] and a latitude of [-90, 90], in degrees.
struct Place {
  double longitude = 0, latitude = 0;
  bool operator==(const Place&) const = default;
};
using Path = std::vector<Place>;
bool is_place(double longitude, double latitude);
// Through the centre of the Earth: there is no one shortest way between them.
bool are_opposite(const Place& a, const Place& b);
S2Point point_of(const Place& place);
Place place_of(const S2Point& point);

constexpr size_t kMaxVertices = 1'000'000;  // of one shape; more is invalid

// A LineString or MultiLineString: of two places or more each, next ones being neither the same nor opposite.
struct Lines {
  std::vector<Path> paths;
  std::vector<std::unique_ptr<S2Polyline>> polylines;  // of the same places
  std::unique_ptr<MutableS2ShapeIndex> index;          // of all polylines
  bool multiple = false;
};

// A Polygon or MultiPolygon: rings that are closed, of three places or more, and neither cross nor share
// edges. A ring encloses the smaller of the two parts into which it divides the sphere.
struct Polygons {
  std::vector<std::vector<Path>> rings;
  std::vector<std::unique_ptr<S2Polygon>> polygons;
  std::unique_ptr<MutableS2ShapeIndex> index;  // of all polygons
  bool multiple = false;
};

// Null where `json` is no such shape. What was read last is kept, since a shape is often a constant, or one
// of a few: it is owned by that memory, which may forget it during a call, and by who asked.
std::shared_ptr<const Lines> lines_of(std::string_view json);
std::shared_ptr<const Polygons> polygons_of(std::string_view json);
// The members of an array of shapes; nullopt where one is no such shape, or where there is none.
std::optional<std::vector<Lines>> lines_of_array(std::string_view json);
std::optional<std::vector<Polygons>> polygons_of_array(std::string_view json);

// What several polygons cover together.
std::unique_ptr<S2Polygon> united(const Polygons& polygons);

}  // namespace linkgate::functions
