#pragma once
// Runs the organisation's own rules for alerts when they are due (state/detection_store.h): each event that
// one finds is an alert, or all of a run are. What was alerted is remembered in state before its evidence is
// written, and that it was written behind that: after a crash the same rows come again and replace
// themselves, and nothing is alerted twice.

#include <memory>

#include "respond/duty.h"

namespace linkgate::respond {

// Errors: state cannot be opened.
Result<std::unique_ptr<Duty>> make_detection_duty(const Surroundings& surroundings);

}  // namespace linkgate::respond
