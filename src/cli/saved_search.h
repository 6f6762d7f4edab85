#pragma once
// linkgate explorer save, list, run and remove: searches that analysts keep for one another.

#include <string>
#include <string_view>

#include "cli/command.h"
#include "cli/view_options.h"

namespace linkgate::cli {

// What a search keeps of its options, as JSON: {"from":"7d","user":["ada@corp.test"]}.
std::string filters_to_json(const ViewOptions& options);
// kCorrupt for what filters_to_json() did not write.
Result<ViewOptions> filters_from_json(std::string_view json);
// What `given` says replaces what `saved` says of the same option.
ViewOptions overlaid(ViewOptions saved, const ViewOptions& given);

void add_saved_searches(Command& explorer);

}  // namespace linkgate::cli
