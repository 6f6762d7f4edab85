#pragma once
// Management commands: those by which clients and editors learn what there is, and those about stored
// functions (kql/function_command.h), which alone can be changed.

#include <string_view>

#include "kql/kql.h"
#include "portal/hunting.h"

namespace linkgate::portal {

class FunctionLibrary;

bool is_command(std::string_view text);  // begins with '.'
// A command that api::kFunctionsScope is for.
bool changes_functions(std::string_view text);

// The .show commands that docs/portal.md lists, and those of kql/function_command.h.
// Case-insensitive but for names, which may stand in quotes or brackets. Refusal::Why::kQuery for others.
struct CommandContext {
  const kql::Catalog& catalog;
  std::string_view database;
  std::vector<RunningQuery> running = {};  // of whoever asks
  FunctionLibrary* functions = nullptr;
  std::string user = {};  // whoever asks
};
tl::expected<Answer, Refusal> run_command(std::string_view text, const CommandContext& context);

}  // namespace linkgate::portal
