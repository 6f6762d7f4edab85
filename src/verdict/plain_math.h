#pragma once
// exp and log2 in plain arithmetic: those of the C library take other paths on other processors and differ in
// the last bit, and training has to give the same bytes everywhere.

namespace linkgate::verdict {

// Within 1e-12 of the value, relatively. Beyond +-60 as at +-60.
double plain_exp(double x);
// REQUIRES: x > 0 and finite.
double plain_log2(double x);
inline double logistic(double x) { return 1 / (1 + plain_exp(-x)); }

}  // namespace linkgate::verdict
