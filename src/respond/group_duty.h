#pragma once
// The duty that keeps groups of recipients as the configuration, a file and a directory have them: it writes
// them into the policy store, where everybody who matches policies reads them. A source that cannot be read
// leaves its groups as they were.

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "respond/duty.h"
#include "state/stores.h"

namespace linkgate::respond {

inline constexpr size_t kMaxGroupFile = 256 << 20;  // bytes

struct GroupSource {
  std::string name;  // "configuration", "file", "ldap": verdict::Group::source
  std::function<Result<std::vector<verdict::Group>>()> read;
};
// All three; one that is not configured has no groups. `config` outlives them.
std::vector<GroupSource> group_sources(const GroupsConfig& config);

// Lines "GROUP,ADDRESS" (RFC 4180), with or without a first line "group,address"; empty lines and those that
// begin with '#' do not count. kInvalidArgument with file and line.
Result<std::vector<verdict::Group>> parse_group_file(const std::string& file, std::string_view text);

// Reads one source and writes what changed; how many groups did. Members that are no addresses and groups
// whose name no rule could name are left out, and logged.
Result<size_t> sync_source(const GroupSource& source, state::PolicyStore& store);

Result<std::unique_ptr<Duty>> make_group_duty(const Surroundings& surroundings);

}  // namespace linkgate::respond
