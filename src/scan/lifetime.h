#pragma once
// How long a verdict answers for its URL before it is judged anew.

#include <chrono>

#include "base/config.h"
#include "verdict/verdict.h"

namespace linkgate::scan {

// Of what a page showed, by disposition (scan.valid_*). What lists say is asked of them each time.
std::chrono::seconds lifetime_of(verdict::Disposition disposition, const ValidityConfig& validity);

}  // namespace linkgate::scan
