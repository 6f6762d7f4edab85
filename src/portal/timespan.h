#pragma once
// The "Timespan" of runHuntingQuery. Source: Microsoft Graph, "security: runHuntingQuery", and ISO 8601.

#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "kql/kql.h"

namespace linkgate::portal {

// "P7D", "PT1H30M", "P2W", "P1M" (up to `now`), "2024-02-01T08:00:00Z" (from then to `now`), and start/end,
// start/duration, duration/end. Years and months are those of the calendar. kInvalidArgument with a sentence
// for everything else, and where the end comes before the start.
Result<kql::TimeRange> parse_timespan(std::string_view text, Time now);

}  // namespace linkgate::portal
