#pragma once
// What employees reported becomes work for analysts: rows of UserSubmissions, from click nodes and gateways,
// become submissions in state (state/submission_store.h). It remembers nothing that matters: a row that is
// read again finds its submission there.

#include "respond/duty.h"

namespace linkgate::respond {

// Errors name what cannot be opened.
Result<std::unique_ptr<Duty>> make_submission_duty(const Surroundings& surroundings);

}  // namespace linkgate::respond
