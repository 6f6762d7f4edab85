#pragma once
// Values in a text of KQL.

#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"

namespace linkgate::views {

std::string kql_string(std::string_view text);                      // "text", with KQL's escapes
std::string kql_list(const std::vector<std::string>& texts);        // ("a", "b")
std::string kql_datetime(Time time);                                // datetime(2026-11-21T22:52:13.1234567Z)
std::string alternation_of(const std::vector<std::string>& texts);  // (a\.b|c) of RE2, each text as it is

}  // namespace linkgate::views
