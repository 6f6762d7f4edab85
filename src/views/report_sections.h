#pragma once
// The sections of report.cc's table. In their texts CLICK_DETAILS stands for the columns of a click, and
// EXPLORER_ACTION for explorer_action().

#include <string>

#include "views/report.h"

namespace linkgate::views {

// A table: page that was gone past, what it had been without a way on, and whether that page only asks to
// wait.
std::string outcomes_without_click_through();

extern const Section kByAction[3];
extern const Section kByApplication[3];
extern const Section kClickThrough[3];
extern const Section kTopClickers[2];
extern const Section kTopTargets[1];
extern const Section kPostDelivery[3];
extern const Section kLatency[2];
extern const Section kThreats[2];
extern const Section kWhatIf[4];

}  // namespace linkgate::views
