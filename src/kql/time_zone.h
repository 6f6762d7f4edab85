#pragma once
// Names of time zones. Source: the IANA time zone database, as the event store carries it.

#include <span>
#include <string_view>

namespace linkgate::kql {

std::span<const std::string_view> time_zones();  // sorted
bool is_time_zone(std::string_view name);

}  // namespace linkgate::kql
