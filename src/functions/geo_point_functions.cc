// Points: distances, directions, circles. Source of ranges and of what is null: Kusto documentation, geo_*().

#include <GeographicLib/Geodesic.hpp>
#include <array>
#include <cmath>

#include "functions/function.h"
#include "functions/geo_arguments.h"
#include "functions/geo_text.h"

namespace linkgate::functions {
namespace {

// The direction from a to b, clockwise from north: [0, 2 pi). nullopt where there is none or any.
std::optional<double> azimuth(const Place& from, const Place& to) {
  if ((point_of(from) - point_of(to)).Norm2() == 0 || are_opposite(from, to)) return std::nullopt;
  const double latitude_a = from.latitude * M_PI / 180, latitude_b = to.latitude * M_PI / 180;
  const double turn = (to.longitude - from.longitude) * M_PI / 180;
  const double east = std::sin(turn) * std::cos(latitude_b);
  const double north = std::cos(latitude_a) * std::sin(latitude_b) -
                       std::sin(latitude_a) * std::cos(latitude_b) * std::cos(turn);
  const double angle = std::atan2(east, north);
  return angle < 0 ? angle + 2 * M_PI : angle;
}

Value geo_distance_2points(const Arguments& a) {
  const auto from = place(a, 0), to = place(a, 2);
  const auto spheroid = truth_or(a, 4, false);
  if (!from || !to || !spheroid) return std::nullopt;
  if (*spheroid) return number_text(spheroid_distance(*from, *to));
  return number_text(meters(S1Angle(point_of(*from), point_of(*to))));
}

Value geo_azimuth(const Arguments& a) {
  const auto from = place(a, 0), to = place(a, 2);
  if (!from || !to) return std::nullopt;
  const auto angle = azimuth(*from, *to);
  if (!angle) return std::nullopt;
  return number_text(*angle);
}

// From the way back at the second point, clockwise to the way on.
Value geo_angle(const Arguments& a) {
  const auto first = place(a, 0), second = place(a, 2), third = place(a, 4);
  if (!first || !second || !third) return std::nullopt;
  const auto back = azimuth(*second, *first), on = azimuth(*second, *third);
  if (!back || !on) return std::nullopt;
  const double angle = *on - *back;
  return number_text(angle < 0 ? angle + 2 * M_PI : angle);
}

Value geo_point_in_circle(const Arguments& a) {
  const auto point = place(a, 0), center = place(a, 2);
  const auto radius = a.number(4);
  if (!point || !center || !radius || *radius < 0) return std::nullopt;
  return truth_text(meters(S1Angle(point_of(*point), point_of(*center))) <= *radius);
}

constexpr auto kRows = std::to_array<FunctionRow>({
    {"geo_distance_2points", 4, 5, geo_distance_2points},
    {"geo_azimuth", 4, 4, geo_azimuth},
    {"geo_angle", 6, 6, geo_angle},
    {"geo_point_in_circle", 5, 5, geo_point_in_circle},
});

}  // namespace

double spheroid_distance(const Place& a, const Place& b) {
  double distance = 0;
  GeographicLib::Geodesic::WGS84().Inverse(a.latitude, a.longitude, b.latitude, b.longitude, distance);
  return distance;
}

std::span<const FunctionRow> geo_point_rows() { return kRows; }

}  // namespace linkgate::functions
