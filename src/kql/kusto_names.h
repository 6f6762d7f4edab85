#pragma once
// The names of the functions and aggregates that KQL has and Linkgate does not, so that a refusal can say
// which of the two it is: a function that is missing here, or one that nobody has.

#include <string_view>

namespace linkgate::kql {

bool is_kusto_function(std::string_view name);

// Words that name nothing unless they are written ['word']: first, last, kind, missing, long, ...
bool is_reserved_name(std::string_view name);

}  // namespace linkgate::kql
