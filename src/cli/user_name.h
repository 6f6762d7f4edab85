#pragma once
// Who runs the command, for records of who did what.

#include <string>

namespace linkgate::cli {

std::string user_name();  // or the number of a user without a name

}  // namespace linkgate::cli
