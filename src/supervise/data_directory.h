#pragma once
// The data directory on disk: its folders, who may enter them, and the secret that store and ship share.

#include <string>

#include "base/config.h"
#include "base/result.h"

namespace linkgate::supervise {

// Makes what is missing; changes nothing that is there but its owner. With `own_users` (we are root and
// linkgate.run_as says "linkgate") each program's own folders belong to linkgate-<program>, and what several
// share to the group linkgate: docs/configuration.md, "Users". Errors: kIo; kNotFound for a user or group
// that does not exist.
Result<void> prepare_data_directory(const Config& config, bool own_users);

// The shared secret of linkgate-store, made on first use: 64 hexadecimal digits, readable by its owner (and,
// with own_users, by the group linkgate-store). kIo.
Result<std::string> store_secret(const Config& config, bool own_users);

// After the stores were made: with own_users the database files are given to those who may open them.
Result<void> share_state_files(const Config& config, bool own_users);

}  // namespace linkgate::supervise
