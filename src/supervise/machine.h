#pragma once
// What the configuration takes for granted on this machine: users, groups, files that it names. Looked at
// before anything starts, since a program that misses one of them would only end and be started again, for
// ever.

#include "base/config.h"
#include "base/result.h"

namespace linkgate::supervise {

// kInvalidArgument as wrong_value() says it: with `own_users` (see data_directory.h) a user or group that
// does not exist; a certificate, key, logo or CA file that the program which reads it cannot read.
Result<void> check_machine(const Config& config, bool own_users);

}  // namespace linkgate::supervise
