#pragma once
// Arguments that several geo_ functions take, and measures that they give.

#include "functions/function.h"
#include "functions/geo_shape.h"

namespace linkgate::functions {

// Arguments i and i + 1: a longitude and a latitude.
inline std::optional<Place> place(const Arguments& a, size_t i) {
  const auto longitude = a.number(i), latitude = a.number(i + 1);
  if (!longitude || !latitude || !is_place(*longitude, *latitude)) return std::nullopt;
  return Place{*longitude, *latitude};
}

// A bool, or a number that is not zero.
inline std::optional<bool> truth_or(const Arguments& a, size_t i, bool otherwise) {
  if (i >= a.size()) return otherwise;
  if (a.text(i) == "true" || a.text(i) == "false") return a.text(i) == "true";
  const auto number = a.number(i);
  if (!number) return std::nullopt;
  return *number != 0;
}

// A number of [least, most].
inline std::optional<double> number_in(const Arguments& a, size_t i, double otherwise, double least,
                                       double most) {
  const auto number = a.number_or(i, otherwise);
  if (!number || *number < least || *number > most) return std::nullopt;
  return number;
}
inline std::optional<int> integer_in(const Arguments& a, size_t i, int otherwise, int least, int most) {
  const auto number = a.integer_or(i, otherwise);
  if (!number || *number < least || *number > most) return std::nullopt;
  return static_cast<int>(*number);
}

inline const char* truth_text(bool truth) { return truth ? "1" : "0"; }
inline double meters(S1Angle angle) { return S2Earth::ToMeters(angle); }
inline S1Angle angle_of(double meters) { return S1Angle::Radians(meters / S2Earth::RadiusMeters()); }

// Along the shortest way on the ellipsoid of WGS 84 (C. Karney, Algorithms for geodesics, 2013).
double spheroid_distance(const Place& a, const Place& b);

}  // namespace linkgate::functions
