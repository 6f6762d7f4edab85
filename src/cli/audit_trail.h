#pragma once
// What the command line writes into the audit log: every command that decides something for others.

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "cli/command.h"

namespace linkgate::cli {

// Whether a command is one of those: "policy rule set".
bool is_audited(std::string_view command, const std::vector<std::string>& arguments);

// Who ran it now, with what. After it was done: what failed has done nothing.
Result<void> write_audit(Context& context, std::string_view command,
                         const std::vector<std::string>& arguments);

}  // namespace linkgate::cli
