// Cells of the grid H3, which the store's engine has. Its functions fail on what is no cell or out of range,
// so they are given another cell, or the nearest number, wherever the answer will be null.

#include <array>

#include "kql/function.h"
#include "kql/lower_native.h"
#include "kql/sql_json.h"

namespace linkgate::kql {
namespace {

using sql::Ref;

constexpr int64_t kMaxResolution = 15, kDefaultResolution = 6;
constexpr int64_t kMaxStepsToChild = 5;
constexpr int64_t kMaxRings = 142;
constexpr int64_t kMaxCells = 61'680;                     // of a polygon
constexpr std::string_view kAnyCell = "8001fffffffffff";  // of resolution 0

Ref between(LowerCall& l, Ref value, int64_t least, int64_t most) {
  return l.fn("and", l.fn("greaterOrEquals", value, l.integer(least)),
              l.fn("lessOrEquals", value, l.integer(most)));
}
Ref clamped(LowerCall& l, Ref value, int64_t least, int64_t most) {
  const Ref present = l.fn("ifNull", value, l.integer(least));
  return l.fn("least", l.fn("greatest", present, l.integer(least)), l.integer(most));
}
Ref dynamic_or_null(LowerCall& l, Ref condition, Ref json) { return l.fn("if", condition, json, l.null()); }
Ref text_or_empty(LowerCall& l, Ref condition, Ref text) { return l.fn("if", condition, text, l.text("")); }

// body(cell, whether argument 0 is one): a cell in any case.
template <typename Body>
Ref with_cell(LowerCall& l, Body body) {
  const Ref is_hex = l.fn("match", l[0], l.text("^[1-9a-fA-F][0-9a-fA-F]{0,15}$"));
  return l.let(l.fn("stringToH3", l.fn("if", is_hex, l[0], l.text(kAnyCell))), [&](Ref given) {
    const Ref valid = l.fn("and", is_hex, l.fn("h3IsValid", given));
    const Ref cell = l.fn("if", valid, given, l.fn("stringToH3", l.text(kAnyCell)));
    return l.let(cell, [&](Ref sound) { return body(sound, valid); });
  });
}
// A JSON array of the cells' names.
Ref cells_text(LowerCall& l, Ref cells) {
  return json_array(l.tree, each(l.tree, cells, [&l](Ref cell) {
                      return l.fn("concat", l.text("\""), l.fn("h3ToString", cell), l.text("\""));
                    }));
}
// A tuple of latitude and longitude as GeoJSON has it.
Ref place_text(LowerCall& l, Ref place) {
  const auto part = [&](int64_t i) { return l.fn("toString", part_of_tuple(l.tree, place, i)); };
  return l.fn("concat", l.text("["), part(2), l.text(","), part(1), l.text("]"));
}

Ref lower_point_to_h3cell(LowerCall& l) {
  const Ref level = l.size() > 2 ? l[2] : l.integer(kDefaultResolution);
  const Ref valid = l.fn("and", between(l, l[0], -180, 180), between(l, l[1], -90, 90),
                         between(l, level, 0, kMaxResolution));
  const Ref latitude = l.fn("toFloat64", clamped(l, l[1], -90, 90));
  const Ref longitude = l.fn("toFloat64", clamped(l, l[0], -180, 180));
  const Ref cell =
      l.fn("geoToH3", latitude, longitude, l.fn("toUInt8", clamped(l, level, 0, kMaxResolution)));
  return text_or_empty(l, valid, l.fn("h3ToString", cell));
}

Ref lower_h3cell_level(LowerCall& l) {
  return with_cell(l, [&](Ref cell, Ref valid) {
    return l.fn("if", valid, l.fn("toInt32", l.fn("h3GetResolution", cell)), l.null());
  });
}

Ref lower_h3cell_parent(LowerCall& l) {
  return with_cell(l, [&](Ref cell, Ref valid) {
    const Ref level = l.fn("h3GetResolution", cell);
    const Ref wanted = l.size() > 1 ? l[1] : l.fn("minus", level, l.integer(1));
    const Ref sound =
        l.fn("and", valid, between(l, wanted, 0, kMaxResolution), l.fn("lessOrEquals", wanted, level));
    const Ref parent = l.fn("h3ToParent", cell, l.fn("toUInt8", l.fn("if", sound, wanted, level)));
    return text_or_empty(l, sound, l.fn("h3ToString", parent));
  });
}

Ref lower_h3cell_children(LowerCall& l) {
  return with_cell(l, [&](Ref cell, Ref valid) {
    const Ref level = l.fn("h3GetResolution", cell);
    const Ref wanted = l.size() > 1 ? l[1] : l.fn("plus", level, l.integer(1));
    const Ref sound =
        l.fn("and", valid, between(l, wanted, 1, kMaxResolution), l.fn("greaterOrEquals", wanted, level),
             l.fn("lessOrEquals", wanted, l.fn("plus", level, l.integer(kMaxStepsToChild))));
    const Ref children = l.fn("h3ToChildren", cell, l.fn("toUInt8", l.fn("if", sound, wanted, level)));
    return dynamic_or_null(l, sound, cells_text(l, children));
  });
}

Ref disk(LowerCall& l, Ref cell, Ref distance) { return l.fn("h3kRing", cell, l.fn("toUInt16", distance)); }

Ref lower_h3cell_neighbors(LowerCall& l) {
  return with_cell(l, [&](Ref cell, Ref valid) {
    const Ref others = over(l.tree, "arrayFilter", disk(l, cell, l.integer(1)),
                            [&](Ref other) { return l.fn("notEquals", other, cell); });
    return dynamic_or_null(l, valid, cells_text(l, others));
  });
}

// Ring by ring: a disk has them in their order, 6n cells in the nth, but near a pentagon, where a ring is
// what a disk has more than the one within it.
Ref lower_h3cell_rings(LowerCall& l) {
  return with_cell(l, [&](Ref cell, Ref valid) {
    return l.let(clamped(l, l[1], 0, kMaxRings), [&](Ref distance) {
      return l.let(disk(l, cell, distance), [&](Ref all) {
        const auto cells_within = [&](Ref n) {  // 3n(n+1)+1
          const Ref pairs =
              l.fn("multiply", l.integer(3), l.fn("multiply", n, l.fn("plus", n, l.integer(1))));
          return l.fn("plus", pairs, l.integer(1));
        };
        const auto plain_ring = [&](Ref n) {
          const Ref before = l.fn("if", l.fn("equals", n, l.integer(0)), l.integer(0),
                                  cells_within(l.fn("minus", n, l.integer(1))));
          return l.fn("arraySlice", all, l.fn("plus", before, l.integer(1)),
                      l.fn("minus", cells_within(n), before));
        };
        const auto other_ring = [&](Ref n) {
          const Ref within = disk(l, cell, l.fn("greatest", l.fn("minus", n, l.integer(1)), l.integer(0)));
          const Ref added = l.let(within, [&](Ref inner) {
            return over(l.tree, "arrayFilter", disk(l, cell, n),
                        [&](Ref one) { return l.fn("not", l.fn("has", inner, one)); });
          });
          return l.fn("if", l.fn("equals", n, l.integer(0)), l.fn("array", cell), added);
        };
        const Ref numbers = l.fn("range", l.integer(0), l.fn("plus", distance, l.integer(1)));
        const Ref is_plain = l.fn("equals", l.fn("length", all), cells_within(distance));
        const Ref plain = each(l.tree, numbers, [&](Ref n) { return cells_text(l, plain_ring(n)); });
        const Ref others = each(l.tree, l.fn("if", is_plain, l.fn("range", l.integer(0)), numbers),
                                [&](Ref n) { return cells_text(l, other_ring(n)); });
        const Ref rings = l.fn("if", is_plain, plain, others);
        return dynamic_or_null(l, l.fn("and", valid, between(l, l[1], 0, kMaxRings)),
                               json_array(l.tree, rings));
      });
    });
  });
}

Ref lower_h3cell_to_central_point(LowerCall& l) {
  return with_cell(l, [&](Ref cell, Ref valid) {
    const Ref place = l.let(l.fn("h3ToGeo", cell), [&](Ref at) { return place_text(l, at); });
    const Ref json = l.fn("concat", l.text(R"({"type":"Point","coordinates":)"), place, l.text("}"));
    return dynamic_or_null(l, valid, json);
  });
}

Ref lower_h3cell_to_polygon(LowerCall& l) {
  return with_cell(l, [&](Ref cell, Ref valid) {
    const Ref ring = l.let(l.fn("h3ToGeoBoundary", cell), [&](Ref places) {
      const Ref closed = l.fn("arrayPushBack", places, l.fn("arrayElement", places, l.integer(1)));
      return l.fn("arrayStringConcat", each(l.tree, closed, [&](Ref place) { return place_text(l, place); }),
                  l.text(","));
    });
    const Ref json = l.fn("concat", l.text(R"({"type":"Polygon","coordinates":[[)"), ring, l.text("]]}"));
    return dynamic_or_null(l, valid, json);
  });
}

// The program checks and widens the polygon and gives its rings, or null where it would have far too many
// cells.
Ref lower_polygon_to_h3cells(LowerCall& l) {
  const Ref level = l.size() > 1 ? l[1] : l.integer(kDefaultResolution);
  const Ref radius = l.size() > 2 ? l[2] : l.integer(0);
  const Ref rings =
      native_call(l.tree, "geo_polygon_rings", {l[0], l.fn("toString", level), l.fn("toString", radius)});
  return l.let(rings, [&](Ref json) {
    const Ref polygons = l.fn("JSONExtract", l.fn("ifNull", json, l.text("[]")),
                              l.text("Array(Array(Array(Tuple(Float64, Float64))))"));
    const Ref resolution = l.fn("toUInt8", clamped(l, level, 0, kMaxResolution));
    const Ref cells = l.fn("arrayDistinct", l.fn("arrayFlatten", each(l.tree, polygons, [&](Ref polygon) {
                                                   return l.fn("h3PolygonToCells", polygon, resolution);
                                                 })));
    return l.let(cells, [&](Ref all) {
      const Ref few = l.fn("lessOrEquals", l.fn("length", all), l.integer(kMaxCells));
      return dynamic_or_null(l, l.fn("and", l.fn("isNotNull", json), few), cells_text(l, all));
    });
  });
}

constexpr auto kRows = std::to_array<FunctionRow>({
    {"geo_point_to_h3cell", "string (number, number, int|long?)", lower_point_to_h3cell},
    {"geo_h3cell_level", "int? (string)", lower_h3cell_level},
    {"geo_h3cell_parent", "string (string, int|long?)", lower_h3cell_parent},
    {"geo_h3cell_children", "dynamic? (string, int|long?)", lower_h3cell_children},
    {"geo_h3cell_neighbors", "dynamic? (string)", lower_h3cell_neighbors},
    {"geo_h3cell_rings", "dynamic? (string, int|long)", lower_h3cell_rings},
    {"geo_h3cell_to_central_point", "dynamic? (string)", lower_h3cell_to_central_point},
    {"geo_h3cell_to_polygon", "dynamic? (string)", lower_h3cell_to_polygon},
    {"geo_polygon_to_h3cells", "dynamic? (dynamic, int|long?, number?)", lower_polygon_to_h3cells},
});

}  // namespace

std::span<const FunctionRow> h3_rows() { return kRows; }

}  // namespace linkgate::kql
