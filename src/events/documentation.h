#pragma once
// docs/tables.md as the schema says it.

#include <string>

namespace linkgate::events {

// The whole page. A test holds docs/tables.md to it, and writes it when LINKGATE_UPDATE_DOCS is set.
std::string tables_markdown();

}  // namespace linkgate::events
