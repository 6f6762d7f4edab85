#pragma once
// Cells of S2 that cover a shape.

#include "functions/function.h"
#include "functions/geo_shape.h"

namespace linkgate::functions {

struct Cover {
  int level = 0;
  double radius = 0;  // metres around the shape
};
// Arguments 1 and 2; nullopt where they are out of range.
std::optional<Cover> cover_size(const Arguments& a);

// Tokens of all cells of one level that touch what the index holds, in the order of the cells. nullopt: too
// many.
Value covering(const MutableS2ShapeIndex& index, const Cover& cover);

}  // namespace linkgate::functions
