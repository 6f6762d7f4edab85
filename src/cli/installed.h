#pragma once
// Where the programs of this installation lie.

#include <string>

namespace linkgate::cli {

// The path of linkgate-PROGRAM: beside this one. A sanitized build has no store of its own (the engine cannot
// be sanitized) and takes the one that LINKGATE_STORE_BINARY names.
std::string installed_program(const std::string& program);

}  // namespace linkgate::cli
