#include "events/documentation.h"

#include <fmt/format.h>

#include "events/schema.h"

namespace linkgate::events {
namespace {

// A cell of a Markdown table.
std::string cell(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '|') out += '\\';
    out += c;
  }
  return out;
}

}  // namespace

std::string tables_markdown() {
  std::string out = fmt::format(
      "# Event tables\n\n"
      "Made from src/events/schema.cc (schema version {}); do not edit. Names, types and order are those of "
      "Defender's\n"
      "advanced hunting and of Log Analytics, both `Timestamp` and `TimeGenerated` everywhere. Types are "
      "KQL's; one marked\n"
      "`?` can be null. Columns that do not apply, or that this version does not fill, are empty. Values "
      "after "
      "*one of*\n"
      "are all that can occur; tables that nothing writes yet are there so that queries on them run. Rows of "
      "a\n"
      "*changing* table are replaced by newer versions of themselves, under the same `Timestamp`; a query "
      "sees "
      "the\n"
      "newest.\n",
      kSchemaVersion);
  for (const Table& table : tables()) {
    out += fmt::format("\n## {}\n{} ({}).\n\n| column | type | meaning |\n|---|---|---|\n", table.name,
                       table.meaning, table.changes ? "changing" : "append-only");
    for (const Column& column : table.columns) {
      out += fmt::format("| {} | {}{} | {} |\n", column.name, kql_type(column.type),
                         column.nullable ? "?" : "", cell(column.meaning));
    }
  }
  return out;
}

}  // namespace linkgate::events
