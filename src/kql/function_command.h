#pragma once
// Management commands about stored functions. Source: Kusto documentation, "Stored functions management".

#include <optional>
#include <string>
#include <string_view>

#include "kql/diagnostic.h"
#include "kql/stored_functions.h"

namespace linkgate::kql {

struct FunctionCommand {
  enum class Verb : uint8_t { kCreate, kAlter, kCreateOrAlter, kDrop, kShow, kShowAll };
  Verb verb = Verb::kShowAll;
  bool if_exists = false;      // .drop function X ifexists
  bool if_not_exists = false;  // .create function ifnotexists X
  bool skip_validation = false;
  StoredFunction function;  // of show and drop its name alone
  std::string folder, docstring;
};

bool changes(FunctionCommand::Verb verb);

// .create [ifnotexists], .alter, .create-or-alter function [with (...)] Name(parameters) { body };
// .drop function Name [ifexists]; .show functions; .show function Name. nullopt: a command about something
// else. The diagnostic is located.
std::optional<Expected<FunctionCommand>> parse_function_command(std::string_view text);

}  // namespace linkgate::kql
