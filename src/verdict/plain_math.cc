#include "verdict/plain_math.h"

#include <algorithm>
#include <cstdint>

namespace linkgate::verdict {
namespace {

constexpr double kLn2 = 0.693147180559945309417;
constexpr double kMostExponent = 60;
constexpr int kTerms = 14;

}  // namespace

// e^x is 2^n times e^r, with |r| at most ln 2 / 2, where the series ends soon.
double plain_exp(double x) {
  x = std::clamp(x, -kMostExponent, kMostExponent);
  const double scaled = x / kLn2;
  const auto n = static_cast<int64_t>(scaled < 0 ? scaled - 0.5 : scaled + 0.5);
  const double r = x - static_cast<double>(n) * kLn2;
  double sum = 1;
  for (int i = kTerms; i > 0; --i) sum = 1 + sum * r / i;
  double power = 1;
  const double factor = n < 0 ? 0.5 : 2;
  for (int64_t i = n < 0 ? -n : n; i > 0; --i) power *= factor;
  return sum * power;
}

// x is 2^n times m in [1, 2); ln m by the series of the inverse hyperbolic tangent.
double plain_log2(double x) {
  double n = 0;
  for (; x >= 2; x /= 2) ++n;
  for (; x < 1; x *= 2) --n;
  const double t = (x - 1) / (x + 1), square = t * t;
  double sum = 0, power = t;
  for (int i = 1; i < 40; i += 2) {
    sum += power / i;
    power *= square;
  }
  return n + 2 * sum / kLn2;
}

}  // namespace linkgate::verdict
