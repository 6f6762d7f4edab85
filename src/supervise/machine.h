#pragma once
// What the configuration takes for granted on this machine: users, groups, files that it names. Looked at
// before anything starts, since a program that misses one of them would only end and be started again, for
// ever.

#include <string>

#include "base/config.h"
#include "base/result.h"
#include "supervise/spawn.h"

namespace linkgate::supervise {

// kInvalidArgument as wrong_value() says it: with `own_users` (see data_directory.h) a user or group that
// does not exist; a certificate, key, logo or CA file that the program which reads it cannot read.
Result<void> check_machine(const Config& config, bool own_users);

// Whether this user could read the file: 0 or the errno of trying, found out by a process that becomes the
// user, for groups and the rights of every folder on the way count, and only the kernel knows them all. For
// root only.
int try_to_read_as(const Identity& user, const std::string& path);

}  // namespace linkgate::supervise
