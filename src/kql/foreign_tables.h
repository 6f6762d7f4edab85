#pragma once
// Tables that analysts know from elsewhere and that Linkgate has no rows for.

#include <string_view>

namespace linkgate::kql {

// "Microsoft Defender" or "Microsoft Sentinel", in whose references a table of exactly this name stands; ""
// where none is known. Not complete: those that queries published for both ask most.
std::string_view product_of_table(std::string_view name);

}  // namespace linkgate::kql
