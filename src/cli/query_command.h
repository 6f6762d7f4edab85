#pragma once
// Management commands (.show tables, .create function, ...) at the console.

#include <string>
#include <vector>

#include "base/config.h"
#include "base/result.h"
#include "kql/stored_functions.h"
#include "portal/hunting.h"

namespace linkgate::cli {

// The stored functions of an installation; none where it has no state yet.
Result<std::vector<kql::StoredFunction>> stored_functions(const Config& config);

// What the command answers. Changes are kept under the name of the user who runs this. REQUIRES of a command
// that changes functions: there is an installation.
Result<tl::expected<portal::Answer, portal::Refusal>> ask_management_command(const Config& config,
                                                                             const std::string& text);

// Prints what the command answers, or on standard error what is wrong with it; the exit code. REQUIRES: as
// above.
Result<int> run_management_command(const Config& config, const std::string& text, const std::string& format);

}  // namespace linkgate::cli
