#pragma once
// Management commands: the ones that clients and editors ask for to learn what there is. Nothing can be
// changed by them.

#include <string_view>

#include "kql/kql.h"
#include "portal/hunting.h"

namespace linkgate::portal {

bool is_command(std::string_view text);  // begins with '.'

// .show tables | .show databases | .show version | .show functions | .show table T schema as json
// | .show [running] queries | .show table T cslschema | .show database [NAME] schema as json | .show schema
// as json Case-insensitive but for names, which may stand in quotes or brackets. Refusal::Why::kQuery for
// others.
struct CommandContext {
  const kql::Catalog& catalog;
  std::string_view database;
  std::vector<RunningQuery> running = {};  // of whoever asks
};
tl::expected<Answer, Refusal> run_command(std::string_view text, const CommandContext& context);

}  // namespace linkgate::portal
