#include "functions/geo_text.h"

#include "functions/function.h"
#include "functions/text.h"

namespace linkgate::functions {
namespace {

template <typename List, typename Append>
void append_list(std::string& out, const List& list, Append append) {
  out += '[';
  bool first = true;
  for (const auto& member : list) {
    if (!first) out += ',';
    first = false;
    append(out, member);
  }
  out += ']';
}

void append_place(std::string& out, const Place& place) {
  out += '[' + number_text(place.longitude) + ',' + number_text(place.latitude) + ']';
}
void append_path(std::string& out, const Path& path) { append_list(out, path, append_place); }
void append_rings(std::string& out, const std::vector<Path>& rings) { append_list(out, rings, append_path); }

std::string geometry(std::string_view type, const std::string& coordinates) {
  return R"({"type":")" + std::string(type) + R"(","coordinates":)" + coordinates + "}";
}

// The interior lies to the left of a ring, so that a hole is clockwise.
Path ring_of(const S2Loop& loop) {
  Path ring;
  for (int i = 0; i <= loop.num_vertices(); ++i) ring.push_back(place_of(loop.oriented_vertex(i)));
  return ring;
}

}  // namespace

std::string point_text(const Place& place) {
  std::string out;
  append_place(out, place);
  return geometry("Point", out);
}

std::string line_text(std::span<const Path> paths) {
  std::string out;
  if (paths.size() != 1) {
    append_list(out, paths, append_path);
    return geometry("MultiLineString", out);
  }
  append_path(out, paths[0]);
  return geometry("LineString", out);
}

std::string rings_text(const std::vector<std::vector<Path>>& polygons) {
  std::string out;
  append_list(out, polygons, append_rings);
  return out;
}

std::string polygon_text(const std::vector<std::vector<Path>>& polygons, bool multiple) {
  if (multiple || polygons.size() != 1) return geometry("MultiPolygon", rings_text(polygons));
  std::string out;
  append_rings(out, polygons[0]);
  return geometry("Polygon", out);
}

std::optional<std::string> polygon_text(const S2Polygon& polygon) {
  if (polygon.is_empty() || polygon.is_full()) return std::nullopt;
  std::vector<std::vector<Path>> polygons;
  for (int i = 0; i < polygon.num_loops(); ++i) {
    const S2Loop& loop = *polygon.loop(i);
    if (!loop.is_hole()) polygons.emplace_back();
    if (polygons.empty()) return std::nullopt;
    polygons.back().push_back(ring_of(loop));
  }
  return polygon_text(polygons, false);
}

std::string strings_text(const std::vector<std::string>& texts) {
  std::string out;
  append_list(out, texts, [](std::string& to, const std::string& text) { append_json_string(to, text); });
  return out;
}

std::string collection_text(const std::vector<S2Point>& points, const std::vector<Path>& lines,
                            const S2Polygon& area) {
  std::vector<std::string> parts;
  Path places;
  for (const S2Point& point : points) places.push_back(place_of(point));
  if (places.size() == 1) {
    parts.push_back(point_text(places[0]));
  } else if (!places.empty()) {
    std::string coordinates;
    append_path(coordinates, places);
    parts.push_back(geometry("MultiPoint", coordinates));
  }
  if (!lines.empty()) parts.push_back(line_text(lines));
  if (auto text = polygon_text(area)) parts.push_back(*std::move(text));
  if (parts.size() == 1) return parts[0];
  std::string out = R"({"type":"GeometryCollection","geometries":)";
  append_list(out, parts, [](std::string& to, const std::string& part) { to += part; });
  return out + '}';
}

Path path_of(const S2Polyline& line) {
  Path path;
  for (const S2Point& point : line.vertices_span()) path.push_back(place_of(point));
  return path;
}

}  // namespace linkgate::functions
