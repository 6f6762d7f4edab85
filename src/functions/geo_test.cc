// Geography by name, as the engine calls it. Where an answer can be said beforehand it is: on a sphere of
// 6,371,010 m.
#include <gtest/gtest.h>
#include <simdjson.h>

#include <cmath>

#include "functions/function.h"

namespace linkgate::functions {
namespace {

constexpr const char* kNull = "(null)";
constexpr double kRadius = 6'371'010;
constexpr double kQuarter = kRadius * M_PI / 2;

std::string call(std::string_view name, const std::vector<std::string>& texts) {
  Call call{.name = name};
  for (const std::string& text : texts) call.arguments.emplace_back(text);
  return evaluate(call).value_or(kNull);
}
double number(std::string_view name, const std::vector<std::string>& texts) {
  const std::string text = call(name, texts);
  return text == kNull ? std::nan("") : std::stod(text);
}
size_t members(const std::string& json) {
  simdjson::dom::parser parser;
  simdjson::dom::array array;
  return parser.parse(json).get_array().get(array) == simdjson::SUCCESS ? array.size() : 0;
}
std::string line(const std::string& places) {
  return R"({"type":"LineString","coordinates":[)" + places + "]}";
}
std::string polygon(const std::string& ring) {
  return R"({"type":"Polygon","coordinates":[[)" + ring + "]]}";
}

const std::string kEquator = line("[0,0],[90,0]");
const std::string kOctant = polygon("[0,0],[90,0],[0,90],[0,0]");
const std::string kSquare = polygon("[0,0],[1,0],[1,1],[0,1],[0,0]");
const std::string kEmpty = R"({"type":"GeometryCollection","geometries":[]})";

TEST(Points, HaveDistancesAndDirections) {
  EXPECT_NEAR(number("geo_distance_2points", {"0", "0", "90", "0"}), kQuarter, 1e-6);
  EXPECT_NEAR(number("geo_distance_2points", {"179", "0", "-179", "0", "0"}), kQuarter / 45, 1e-6);
  // A degree of the equator and one of the first meridian on WGS 84.
  EXPECT_NEAR(number("geo_distance_2points", {"0", "0", "1", "0", "1"}), 111'319.4908, 1e-3);
  EXPECT_NEAR(number("geo_distance_2points", {"0", "0", "0", "1", "true"}), 110'574.3886, 1e-3);
  EXPECT_NEAR(number("geo_azimuth", {"0", "0", "10", "0"}), M_PI / 2, 1e-12);
  EXPECT_NEAR(number("geo_azimuth", {"0", "0", "-10", "0"}), 3 * M_PI / 2, 1e-12);
  EXPECT_NEAR(number("geo_angle", {"0", "10", "0", "0", "10", "0"}), M_PI / 2, 1e-12);
  EXPECT_NEAR(number("geo_angle", {"10", "0", "0", "0", "0", "10"}), 3 * M_PI / 2, 1e-12);
  EXPECT_EQ(call("geo_point_in_circle", {"0", "0", "1", "0", "111200"}), "1");
  EXPECT_EQ(call("geo_point_in_circle", {"0", "0", "1", "0", "111000"}), "0");
}

TEST(Points, ThatAreNoneGiveNull) {
  for (const char* wrong : {"181", "-180.1", "nan", "inf", "", "1e400", "x", "1 "}) {
    EXPECT_EQ(call("geo_distance_2points", {wrong, "0", "0", "0"}), kNull) << wrong;
    EXPECT_EQ(call("geo_point_to_s2cell", {wrong, "0", "5"}), kNull) << wrong;
  }
  EXPECT_EQ(call("geo_point_to_s2cell", {"0", "90.1", "5"}), kNull);
  EXPECT_EQ(call("geo_point_to_s2cell", {"0", "90", "31"}), kNull);
  EXPECT_EQ(call("geo_point_to_s2cell", {"0", "90", "1.5"}), kNull);
  EXPECT_EQ(call("geo_azimuth", {"5", "10", "5", "10"}), kNull);
  EXPECT_EQ(call("geo_azimuth", {"0", "0", "180", "0"}), kNull);
  EXPECT_EQ(call("geo_point_in_circle", {"1", "1", "1", "1", "-1"}), kNull);
}

TEST(Cells, OfAGeohashAreNestedAndHaveNeighbors) {
  const std::string cell = call("geo_point_to_geohash", {"-80.195829", "25.802215", "8"});
  EXPECT_EQ(cell, "dhwfz15h");
  for (int letters = 1; letters <= 18; ++letters) {
    const std::string longer =
        call("geo_point_to_geohash", {"-80.195829", "25.802215", std::to_string(letters)});
    EXPECT_EQ(longer.size(), letters);
    EXPECT_EQ(longer.substr(0, 8), cell.substr(0, static_cast<size_t>(letters)));
  }
  EXPECT_EQ(call("geo_point_to_geohash", {"180", "90", "1"}), "z");
  EXPECT_EQ(call("geo_point_to_geohash", {"1", "1", "19"}), kNull);
  EXPECT_EQ(call("geo_geohash_to_central_point", {"s"}), R"({"type":"Point","coordinates":[22.5,22.5]})");
  EXPECT_EQ(call("geo_geohash_to_polygon", {"s"}), polygon("[0,0],[45,0],[45,45],[0,45],[0,0]"));
  EXPECT_EQ(call("geo_geohash_neighbors", {"s"}), R"(["7","g","m","u","e","v","t","k"])");
  EXPECT_EQ(members(call("geo_geohash_neighbors", {"z"})), 5U);  // nothing is north of it
  for (const char* wrong : {"", "a", "S", "0000000000000000000"}) {
    EXPECT_EQ(call("geo_geohash_neighbors", {wrong}), kNull) << wrong;
  }
}

TEST(Cells, OfS2CoverShapes) {
  const std::string cell = call("geo_point_to_s2cell", {"0.5", "0.5"});
  EXPECT_EQ(call("geo_point_to_s2cell", {"0.5", "0.5", "11"}), cell);
  EXPECT_EQ(members(call("geo_s2cell_neighbors", {cell})), 8U);
  EXPECT_NE(call("geo_polygon_to_s2cells", {kSquare}).find('"' + cell + '"'), std::string::npos);
  EXPECT_EQ(call("geo_polygon_to_s2cells", {kSquare, "0"}), R"(["1"])");
  EXPECT_EQ(call("geo_polygon_to_s2cells", {kSquare, "30"}), kNull);
  EXPECT_EQ(call("geo_polygon_to_s2cells", {kSquare, "31"}), kNull);
  const size_t plain = members(call("geo_line_to_s2cells", {kEquator, "5"}));
  EXPECT_GT(plain, 15U);
  EXPECT_GT(members(call("geo_line_to_s2cells", {kEquator, "5", "500000"})), plain);
  EXPECT_EQ(call("geo_line_to_s2cells", {kEquator, "5", "-1"}), kNull);
  for (const char* wrong : {"", "g", "1x", "zz", "ffffffffffffffff", "00000000000000001"}) {
    EXPECT_EQ(call("geo_s2cell_to_polygon", {wrong}), kNull) << wrong;
  }
}

TEST(Lines, AreMeasuredAndDivided) {
  EXPECT_NEAR(number("geo_line_length", {kEquator}), kQuarter, 1e-6);
  const std::string twice = R"({"type":"MultiLineString","coordinates":[[[0,0],[90,0]],[[0,0],[90,0]]]})";
  EXPECT_NEAR(number("geo_line_length", {twice}), kQuarter, 1e-6);  // of the union
  EXPECT_NEAR(number("geo_line_locate_point", {kEquator, "45", "5"}), 0.5, 1e-12);
  EXPECT_NEAR(number("geo_line_locate_point", {kEquator, "45", "5", "1"}), 0.5, 1e-12);
  EXPECT_NEAR(number("geo_line_locate_point", {line("[0,0],[0,45],[0,90]"), "0", "45", "1"}), 0.4984, 1e-4);
  EXPECT_EQ(call("geo_line_locate_point", {twice, "45", "5"}), kNull);
  EXPECT_EQ(call("geo_line_locate_point", {line("[165.02548,-90],[180,-90]"), "90", "6", "1"}), kNull);
  EXPECT_EQ(call("geo_line_interpolate_point", {kEquator, "0"}), R"({"type":"Point","coordinates":[0,0]})");
  EXPECT_EQ(call("geo_line_interpolate_point", {kEquator, "1.1"}), kNull);
  EXPECT_NEAR(number("geo_distance_point_to_line", {"45", "1", kEquator}), kQuarter / 90, 1e-6);
  EXPECT_EQ(call("geo_closest_point_on_line", {"-10", "0", kEquator}),
            R"({"type":"Point","coordinates":[0,0]})");
}

TEST(Lines, BecomeDenserAndSimpler) {
  EXPECT_EQ(
      call("geo_line_densify", {line("[50,50],[51,51]")}),
      line("[50,50],[50.125,50.125],[50.25,50.25],[50.375,50.375],[50.5,50.5],[50.625,50.625],[50.75,50.75],"
           "[50.875,50.875],[51,51]"));
  EXPECT_EQ(call("geo_line_densify", {kEquator}), kEquator);
  EXPECT_EQ(call("geo_line_densify", {line("[170,0],[-170,0]"), "10", "1"}), line("[170,0],[-170,0]"));
  EXPECT_NE(call("geo_line_densify", {line("[170,0],[-170,0]")}), line("[170,0],[-170,0]"));  // the long way
  EXPECT_EQ(call("geo_line_densify", {kEquator, "0.09"}), kNull);
  EXPECT_EQ(call("geo_line_simplify", {line("[0,0],[0.5,0.00001],[1,0]"), "100"}), line("[0,0],[1,0]"));
  EXPECT_EQ(call("geo_line_simplify", {line("[0,0],[1,0]"), "1000000"}), kNull);
  EXPECT_EQ(call("geo_line_simplify", {line("[0,0],[1,0]"), "-1"}), kNull);
}

TEST(Polygons, AreMeasured) {
  EXPECT_NEAR(number("geo_polygon_area", {kOctant}) / (4 * M_PI * kRadius * kRadius), 0.125, 1e-12);
  // Clockwise is the same: the smaller side counts.
  EXPECT_NEAR(
      number("geo_polygon_area", {polygon("[0,0],[0,90],[90,0],[0,0]")}) / (4 * M_PI * kRadius * kRadius),
      0.125, 1e-12);
  EXPECT_NEAR(number("geo_polygon_perimeter", {kOctant}), 3 * kQuarter, 1e-6);
  const std::string overlapping =
      R"({"type":"MultiPolygon","coordinates":[[[[0,0],[1,0],[1,1],[0,1],[0,0]]],[[[0,0],[1,0],[1,1],[0,1],[0,0]]]]})";
  EXPECT_NEAR(number("geo_polygon_area", {overlapping}), number("geo_polygon_area", {kSquare}), 1);
  EXPECT_EQ(call("geo_point_in_polygon", {"0.5", "0.5", overlapping}), "1");
  EXPECT_EQ(call("geo_point_in_polygon", {"2", "0.5", overlapping}), "0");
  const std::string holed =
      R"({"type":"Polygon","coordinates":[[[0,0],[9,0],[9,9],[0,9],[0,0]],[[3,3],[3,6],[6,6],[6,3],[3,3]]]})";
  EXPECT_EQ(call("geo_point_in_polygon", {"4", "4", holed}), "0");
  EXPECT_EQ(call("geo_point_in_polygon", {"1", "1", holed}), "1");
  EXPECT_EQ(number("geo_distance_point_to_polygon", {"1", "1", holed}), 0);
  EXPECT_NEAR(number("geo_distance_point_to_polygon", {"4", "4.5", holed}), kQuarter / 90, 400);
  EXPECT_EQ(call("geo_closest_point_on_polygon", {"1", "1", holed}),
            R"({"type":"Point","coordinates":[1,1]})");
}

TEST(Polygons, ThatAreNoneGiveNull) {
  for (const std::string& wrong :
       {std::string(), std::string("{}"), std::string("[1]"), std::string(R"({"type":"Polygon"})"),
        std::string(R"({"type":"Polygon","coordinates":[]})"), line("[0,0],[1,1]"), polygon("[0,0],[1,1]"),
        polygon("[0,0],[10,10],[10,10],[0,0]"), polygon("[0,0],[1,0],[1,1],[0,1]"),
        polygon("[0,0],[1,1],[1,0],[0,1],[0,0]"), polygon("[0,0],[300,0],[1,1],[0,0]"),
        polygon("[0,0],[180,0],[1,1],[0,0]"), polygon("[0],[1],[2],[0]"), polygon("null")}) {
    EXPECT_EQ(call("geo_polygon_area", {wrong}), kNull) << wrong;
    EXPECT_EQ(call("geo_union_polygons_array", {"[" + kSquare + "," + wrong + "]"}), kNull) << wrong;
  }
  EXPECT_EQ(call("geo_line_length", {line("[0,0]")}), kNull);
  EXPECT_EQ(call("geo_line_length", {line("[0,0],[0,0]")}), kNull);
  EXPECT_EQ(call("geo_line_length", {kSquare}), kNull);
  EXPECT_EQ(call("geo_union_polygons_array", {"[]"}), kNull);
}

TEST(Overlays, GiveWhatIsCommon) {
  EXPECT_EQ(call("geo_intersects_2lines", {kEquator, line("[45,-5],[45,5]")}), "1");
  EXPECT_EQ(call("geo_intersection_2lines", {kEquator, line("[45,1],[45,5]")}), kEmpty);
  EXPECT_EQ(call("geo_intersection_2lines", {kEquator, line("[90,0],[90,5]")}),
            R"({"type":"Point","coordinates":[90,0]})");
  EXPECT_EQ(call("geo_intersects_2polygons", {kSquare, polygon("[1,1],[2,1],[2,2],[1,1]")}), "1");
  EXPECT_EQ(call("geo_intersects_2polygons", {kSquare, polygon("[2,2],[3,2],[3,3],[2,2]")}), "0");
  EXPECT_EQ(call("geo_intersects_line_with_polygon", {line("[0.2,0.2],[0.3,0.3]"), kSquare}), "1");
  EXPECT_NE(
      call("geo_intersection_line_with_polygon", {line("[-1,0.5],[2,0.5]"), kSquare}).find("LineString"),
      std::string::npos);
  const std::string joined = call("geo_union_polygons_array",
                                  {"[" + kSquare + "," + polygon("[1,0],[2,0],[2,1],[1,1],[1,0]") + "]"});
  EXPECT_NEAR(number("geo_polygon_area", {joined}), 2 * number("geo_polygon_area", {kSquare}), 1);
  EXPECT_EQ(call("geo_union_lines_array", {"[" + line("[0,0],[1,0]") + "," + line("[1,0],[2,0]") + "]"})
                .find("Multi"),
            std::string::npos);
}

TEST(Overlays, BufferAndSimplify) {
  const std::string circle = call("geo_point_buffer", {"10", "20", "1000", "1"});
  const double area = number("geo_polygon_area", {circle});
  EXPECT_NEAR(area / (M_PI * 1000 * 1000), 1, 0.01);
  EXPECT_EQ(call("geo_point_in_polygon", {"10", "20", circle}), "1");
  EXPECT_GT(number("geo_polygon_area", {call("geo_polygon_buffer", {kSquare, "1000"})}),
            number("geo_polygon_area", {kSquare}));
  EXPECT_NEAR(number("geo_polygon_area", {call("geo_line_buffer", {line("[0,0],[1,0]"), "100", "0.1"})}) /
                  (200 * kQuarter / 90),
              1, 0.01);
  EXPECT_EQ(call("geo_point_buffer", {"10", "20", "30000000"}), kNull);  // all of the Earth is no polygon
  EXPECT_EQ(call("geo_line_buffer", {kEquator, "0"}), kNull);
  EXPECT_EQ(call("geo_polygon_simplify", {polygon("[0,0],[0.5,0.00001],[1,0],[1,1],[0,0]"), "1000"}),
            call("geo_polygon_simplify", {polygon("[0,0],[1,0],[1,1],[0,0]"), "1000"}));
  EXPECT_EQ(call("geo_polygon_simplify", {kSquare, "1000000"}), kNull);
  EXPECT_EQ(call("geo_simplify_polygons_array", {"[" + kSquare + "]", "-1"}), kNull);
  EXPECT_NE(call("geo_simplify_polygons_array", {"[" + kSquare + "]", "10"}), kNull);
}

TEST(WellKnownText, BecomesGeoJson) {
  const auto json = [](const std::string& wkt) { return call("geo_from_wkt", {wkt}); };
  EXPECT_EQ(json("POINT (1 2)"), R"({"type":"Point","coordinates":[1,2]})");
  EXPECT_EQ(json(" linestring(1 2,3 4) "), line("[1,2],[3,4]"));
  EXPECT_EQ(json("POLYGON ((0 0, 2 0, 2 2, 0 0))"), polygon("[0,0],[2,0],[2,2],[0,0]"));
  EXPECT_EQ(json("MULTILINESTRING ((1 1, 2 2), (4 4, 5 5))"),
            R"({"type":"MultiLineString","coordinates":[[[1,1],[2,2]],[[4,4],[5,5]]]})");
  for (const char* wrong :
       {"", "LINESTRING", "POINT (1)", "POINT (1 2", "POINT (1 2) x", "POINT (181 0)", "POINT Z (1 2 3)",
        "POINT EMPTY", "LINESTRING (1 1)", "POLYGON ((0 0, 2 0, 2 2))", "POLYGON ((0 0, 1 1, 0 0))",
        "GEOMETRYCOLLECTION ()", "CIRCLE (1 2)", "POINT (nan 1)", "LINESTRING (1 1,, 2 2)"}) {
    EXPECT_EQ(json(wrong), kNull) << wrong;
  }
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += "GEOMETRYCOLLECTION(";
  EXPECT_EQ(json(deep), kNull);
}

TEST(Rings, OfAPolygonForTheEngine) {
  EXPECT_EQ(call("geo_polygon_rings", {kSquare, "5", "0"}), "[[[[0,0],[1,0],[1,1],[0,1],[0,0]]]]");
  EXPECT_GT(call("geo_polygon_rings", {kSquare, "5", "1000"}).size(), 100U);
  EXPECT_EQ(call("geo_polygon_rings", {kSquare, "12", "0"}), kNull);
  EXPECT_EQ(call("geo_polygon_rings", {kSquare, "16", "0"}), kNull);
}

}  // namespace
}  // namespace linkgate::functions
