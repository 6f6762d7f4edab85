#pragma once
// Periods that a series has, for the functions that look for one.

#include "kql/function.h"

namespace linkgate::kql {

// (score, period) of the periods from `least` to `most`, the best first: distances of which the series holds
// three or more, where it is more like itself than at the neighbouring ones and than at half of it, and that
// are no multiple of a shorter one whose score is as good. The score is the autocorrelation, 0 to 1.
sql::Ref likely_periods(LowerCall& l, sql::Ref series, sql::Ref least, sql::Ref most);

}  // namespace linkgate::kql
