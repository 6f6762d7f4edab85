#pragma once
// Raises alerts. A step asks the event store what the rules find, writes their evidence, and gives an alert
// its row in AlertInfo only once its evidence can be queried: whoever sees an alert can look at what it
// names.
//
// It remembers nothing that matters: what is evidence already is asked of the store, ids follow from what
// happened, and the moment of an alert is kept in state. After a crash at any point the same rows come again
// and replace themselves. Every minute it looks days back, for rows of spools that came late.

#include <memory>

#include "respond/duty.h"

namespace linkgate::respond {

// Outlives nothing of `surroundings`. Errors: state cannot be opened.
Result<std::unique_ptr<Duty>> make_alert_duty(const Surroundings& surroundings);

}  // namespace linkgate::respond
