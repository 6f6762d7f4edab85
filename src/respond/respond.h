#pragma once
// linkgate-respond: what happens after a click or a delivery, when more is known than at that moment.

#include "base/config.h"

namespace linkgate::respond {

// Runs all duties until SIGTERM or SIGINT. The exit code of the program.
int run_respond(const Config& config);

}  // namespace linkgate::respond
