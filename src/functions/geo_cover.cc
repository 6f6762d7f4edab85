#include "functions/geo_cover.h"

#include <s2/s2cell.h>
#include <s2/s2cell_union.h>
#include <s2/s2shape_index_buffered_region.h>
#include <s2/s2shape_index_region.h>

#include "functions/geo_arguments.h"
#include "functions/geo_text.h"

namespace linkgate::functions {
namespace {

constexpr int kDefaultLevel = 11;
constexpr size_t kMaxCells = 65'536;  // as in Kusto: more is null
constexpr double kMaxRadius = M_PI * 6'371'010;

// Level by level, so that too fine a level is noticed long before all of its cells are there: a cell that
// touches the shape has a child that does.
std::optional<std::vector<S2CellId>> cells_of(const S2Region& region, int level) {
  std::vector<S2CellId> cells, next;
  for (int face = 0; face < 6; ++face) {
    if (region.MayIntersect(S2Cell::FromFace(face))) cells.push_back(S2CellId::FromFace(face));
  }
  for (int at = 0; at < level; ++at) {
    next.clear();
    for (const S2CellId cell : cells) {
      for (S2CellId child = cell.child_begin(); child != cell.child_end(); child = child.next()) {
        if (region.MayIntersect(S2Cell(child))) next.push_back(child);
      }
      if (next.size() > kMaxCells) return std::nullopt;
    }
    cells.swap(next);
  }
  return cells;
}

}  // namespace

std::optional<Cover> cover_size(const Arguments& a) {
  const auto level = integer_in(a, 1, kDefaultLevel, 0, S2CellId::kMaxLevel);
  const auto radius = number_in(a, 2, 0, 0, kMaxRadius);
  if (!level || !radius) return std::nullopt;
  return Cover{*level, *radius};
}

Value covering(const MutableS2ShapeIndex& index, const Cover& cover) {
  const auto cells =
      cover.radius > 0
          ? cells_of(S2ShapeIndexBufferedRegion(&index, S1ChordAngle(angle_of(cover.radius))), cover.level)
          : cells_of(S2ShapeIndexRegion<MutableS2ShapeIndex>(&index), cover.level);
  if (!cells) return std::nullopt;
  std::vector<std::string> tokens;
  for (const S2CellId cell : *cells) tokens.push_back(cell.ToToken());
  return strings_text(tokens);
}

}  // namespace linkgate::functions
