#pragma once
// Straight edges of a map made geodesics, by places between.

#include "functions/function.h"
#include "functions/geo_shape.h"

namespace linkgate::functions {

// Argument 1: metres between a straight edge and the geodesics that replace it; 10 where there is none.
std::optional<double> densify_tolerance(const Arguments& a);

// Edges are halved on the map, where longitude and latitude are plain numbers, until every part is as near as
// `tolerance`. With `crossing` an edge over 180 degrees crosses the antimeridian as a geodesic does, else it
// goes the long way, as on a map. nullopt: more than kMaxVertices.
std::optional<Path> densified(const Path& path, double tolerance, bool crossing);

}  // namespace linkgate::functions
