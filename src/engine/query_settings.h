#pragma once
// Which of the engine's settings a client may set, and how far.

#include <string>
#include <string_view>

#include "base/result.h"
#include "engine/query_request.h"

namespace linkgate::engine {

// Takes one setting of the URL into `request`; those that mean something to HTTP alone are dropped. Errors:
// exceptions.
Result<void> take_setting(std::string_view name, std::string_view value, const QueryLimits& limits,
                          QueryRequest& request);

// The SET statement that comes before the query: what the client chose, then our limits and, last,
// readonly=1.
std::string settings_statement(const QueryRequest& request, const QueryLimits& limits);

}  // namespace linkgate::engine
