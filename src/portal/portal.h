#pragma once
// The portal server: what people and tools ask, on one address.

#include "base/config.h"

namespace linkgate::portal {

// Serves until SIGTERM or SIGINT; the exit code of the program.
int run_portal(const Config& config);

}  // namespace linkgate::portal
