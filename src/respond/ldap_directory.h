#pragma once
// Groups of people out of an LDAP directory (RFC 4511), whole: two searches, for groups and for people, and
// the members of one looked up among the other. Blocking; the only part that knows libldap.

#include <chrono>
#include <string>
#include <vector>

#include "base/config.h"
#include "base/result.h"
#include "verdict/policy.h"

namespace linkgate::respond {

inline constexpr size_t kMaxDirectoryEntries = 1'000'000;  // groups and people
inline constexpr int kDirectoryPage = 500;                 // entries asked for at once (RFC 2696)

// All groups with the addresses of their members, those of groups within groups too, each address once,
// sorted by name. Members without an address are left out. Takes no longer than `config.timeout`, plus once
// more where the server's name must be looked up. Errors: kUnavailable (unreachable, too slow, refuses us),
// kLimit, kInvalidArgument (configuration, password file), kCorrupt: the server hands out parts of a group
// only. Never a part of the truth: what cannot be read to its end is an error.
Result<std::vector<verdict::Group>> read_directory(const LdapConfig& config);

}  // namespace linkgate::respond
