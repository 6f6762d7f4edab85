#pragma once
// linkgate kql --jsonl, and what of it --format json has: answers as JSON objects.

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "cli/json_lines.h"
#include "cli/querying.h"
#include "cli/rows.h"
#include "portal/hunting.h"

namespace linkgate::cli {

// {"columns","rows"}, with a name where there are several.
Result<std::vector<std::pair<std::string, Cell>>> members_of(const Answered& answered);

// What a management command answers; the outer error is none of the command's.
using Manage = std::function<Result<tl::expected<portal::Answer, portal::Refusal>>(const std::string& text)>;

// {"id","columns","rows"}, with "more" where there are further results and "warnings" where the query has
// parts without effect, or {"id","error"}. `bad_use` is set where the line has no query.
std::string answer_query_line(Querying& querying, const Manage& manage, const JsonObject& line,
                              bool& bad_use);

}  // namespace linkgate::cli
