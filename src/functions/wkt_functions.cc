// geo_from_wkt: shapes written as Well-known text (OGC 06-103r4, section 7) as GeoJSON. Two numbers a place;
// Z, M and EMPTY are not taken.

#include <array>
#include <charconv>

#include "base/ascii.h"
#include "functions/function.h"
#include "functions/geo_shape.h"

namespace linkgate::functions {
namespace {

constexpr int kMaxDepth = 16;  // of collections in collections

// How deep the lists of coordinates are.
struct Kind {
  std::string_view wkt, geojson;
  int lists;
};
constexpr auto kKinds = std::to_array<Kind>({{"POINT", "Point", 0},
                                             {"LINESTRING", "LineString", 1},
                                             {"POLYGON", "Polygon", 2},
                                             {"MULTIPOINT", "MultiPoint", 1},
                                             {"MULTILINESTRING", "MultiLineString", 2},
                                             {"MULTIPOLYGON", "MultiPolygon", 3}});

class Wkt {
 public:
  explicit Wkt(std::string_view text) : rest_(text) {}

  Value parse() {
    std::string out = geometry(0);
    skip_blanks();
    if (!ok_ || !rest_.empty()) return std::nullopt;
    return out;
  }

 private:
  void skip_blanks() {
    while (!rest_.empty() && ascii::is_space(rest_[0])) rest_.remove_prefix(1);
  }
  bool take(char c) {
    skip_blanks();
    if (rest_.empty() || rest_[0] != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  void expect(char c) { ok_ = take(c) && ok_; }
  std::string_view word() {
    skip_blanks();
    size_t size = 0;
    while (size < rest_.size() && ascii::is_alpha(rest_[size])) ++size;
    const std::string_view found = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return found;
  }

  std::string geometry(int depth) {
    const std::string_view name = word();
    if (ascii::iequals(name, "GEOMETRYCOLLECTION") && depth < kMaxDepth) {
      return R"({"type":"GeometryCollection","geometries":)" + members([&] { return geometry(depth + 1); }) +
             "}";
    }
    for (const Kind& kind : kKinds) {
      if (!ascii::iequals(name, kind.wkt)) continue;
      std::string coordinates;
      if (kind.lists == 0) {
        expect('(');
        coordinates = place();
        expect(')');
      } else {
        coordinates = list(kind.lists, kind.wkt == "MULTIPOINT", kind.wkt.ends_with("POLYGON"));
      }
      if (kind.wkt == "LINESTRING" && places_ < 2) ok_ = false;
      return R"({"type":")" + std::string(kind.geojson) + R"(","coordinates":)" + coordinates + "}";
    }
    ok_ = false;
    return "";
  }
  // (member, member, ...) as a JSON array.
  template <typename Member>
  std::string members(Member member) {
    std::string out = "[";
    expect('(');
    do {
      if (!ok_) break;
      if (out.size() > 1) out += ',';
      out += member();
    } while (take(','));
    expect(')');
    return out + ']';
  }
  std::string list(int depth, bool bracketed, bool closed) {
    if (depth > 1) return members([&] { return list(depth - 1, bracketed, closed); });
    places_ = 0;
    std::string first, last;
    std::string out = members([&] {
      const bool bracket = bracketed && take('(');
      last = place();
      if (bracket) expect(')');
      if (++places_ == 1) first = last;
      return last;
    });
    // A ring ends where it began and has three places more.
    if (closed && (first != last || places_ < 4)) ok_ = false;
    return out;
  }
  std::string place() {
    const double longitude = number(), latitude = number();
    if (!is_place(longitude, latitude)) ok_ = false;
    return "[" + number_text(longitude) + "," + number_text(latitude) + "]";
  }
  double number() {
    skip_blanks();
    if (rest_.starts_with('+')) rest_.remove_prefix(1);
    double value = 0;
    const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
    if (error != std::errc()) {
      ok_ = false;
      return 0;
    }
    rest_.remove_prefix(static_cast<size_t>(end - rest_.data()));
    return value;
  }

  std::string_view rest_;
  size_t places_ = 0;  // in the last list
  bool ok_ = true;
};

Value geo_from_wkt(const Arguments& a) { return Wkt(a.text(0)).parse(); }

constexpr auto kRows = std::to_array<FunctionRow>({{"geo_from_wkt", 1, 1, geo_from_wkt}});

}  // namespace

std::span<const FunctionRow> wkt_rows() { return kRows; }

}  // namespace linkgate::functions
