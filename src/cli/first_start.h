#pragma once
// What an installation needs before anything runs on it: databases, and a key that seals.

#include "base/config.h"
#include "base/result.h"
#include "state/stores.h"

namespace linkgate::cli {

// Where the operational state of this configuration lies: SQLite in the data directory, or PostgreSQL.
state::StateOptions state_options(const Config& config, bool read_only = false);

// Makes every store that does not exist, and the first sealing key where there is none. True where the key
// was made now: then no link of this installation exists yet, and no click node has to acknowledge it.
// Idempotent.
Result<bool> prepare_state(const Config& config);

}  // namespace linkgate::cli
