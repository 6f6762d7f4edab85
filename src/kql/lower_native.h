#pragma once
// Functions that SQL cannot express: the SQL function linkgate_call(name, arguments) computes them, which the
// store has (docs/store.md). Arguments go as text, dynamic values as their JSON, and so does what comes back.

#include "kql/function.h"

namespace linkgate::kql {

// A call of the function of this name with all arguments; null where one of them is.
sql::Ref lower_native(LowerCall& l);
// The same of other arguments, for a function whose name is `name`: Nullable(String).
sql::Ref native_call(sql::Tree& tree, std::string_view name, std::vector<sql::Ref> texts);

}  // namespace linkgate::kql
