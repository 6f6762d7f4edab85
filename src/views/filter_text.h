#pragma once
// A filter as people write it: its members by name, and moments.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "views/filter.h"

namespace linkgate::views {

struct FilterMember {
  const char* name;  // "user": of the option --user, and of the parameter of an address
  std::vector<std::string> Filter::*values;
};
std::span<const FilterMember> filter_members();

// "7d" (before `now`), or a moment such as 2026-12-31T08:00:00Z. kInvalidArgument, beginning with `name`.
Result<Time> moment_of(std::string_view name, const std::string& text, Time now);

}  // namespace linkgate::views
