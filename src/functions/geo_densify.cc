#include "functions/geo_densify.h"

#include <s2/s2edge_distances.h>

#include <cmath>

#include "functions/geo_arguments.h"

namespace linkgate::functions {
namespace {

constexpr double kDefaultTolerance = 10, kMinTolerance = 0.1, kMaxTolerance = 10'000;

// A short edge is farthest from its geodesic near the middle, or, where it leaves it to both sides, near
// these fractions of it, which show both. What they show is up to a fifth less than the most. Source:
// S2EdgeTessellator.
constexpr double kShowing = 0.31215691082248312;
constexpr double kShown = 0.83829992569888509;

double half_way(double a, double b) { return (a + b) / 2; }

Place between(const Place& a, const Place& b, double fraction) {
  return {a.longitude + fraction * (b.longitude - a.longitude),
          a.latitude + fraction * (b.latitude - a.latitude)};
}

double in_range(double longitude) { return std::remainder(longitude, 360.0); }
S2Point point_on_map(const Place& place) { return point_of({in_range(place.longitude), place.latitude}); }

bool is_near(const Place& a, const Place& b, double tolerance) {
  const S2Point from = point_on_map(a), to = point_on_map(b);
  // More than a quarter of the Earth is never near, and has no sure geodesic.
  if (from.DotProd(to) < 0) return false;
  for (const double fraction : {kShowing, 1 - kShowing}) {
    const S2Point straight = point_on_map(between(a, b, fraction));
    if (meters(S1Angle(straight, S2::Interpolate(from, to, fraction))) > kShown * tolerance) return false;
  }
  return true;
}

}  // namespace

std::optional<double> densify_tolerance(const Arguments& a) {
  return number_in(a, 1, kDefaultTolerance, kMinTolerance, kMaxTolerance);
}

std::optional<Path> densified(const Path& path, double tolerance, bool crossing) {
  Path out = {path.front()};
  std::vector<Place> ends;  // of parts that are still to come, the next one last
  for (size_t i = 1; i < path.size(); ++i) {
    Place begin = path[i - 1], end = path[i];
    if (crossing) end.longitude = begin.longitude + in_range(end.longitude - begin.longitude);
    ends = {end};
    while (!ends.empty()) {
      const Place next = ends.back();
      if (!is_near(begin, next, tolerance)) {
        ends.push_back({half_way(begin.longitude, next.longitude), half_way(begin.latitude, next.latitude)});
        continue;
      }
      ends.pop_back();
      begin = next;
      out.push_back(ends.empty()
                        ? path[i]
                        : Place{crossing ? in_range(next.longitude) : next.longitude, next.latitude});
      if (out.size() > kMaxVertices) return std::nullopt;
    }
  }
  return out;
}

}  // namespace linkgate::functions
