// linkgate config-keys (hidden), linkgate schema: what the documentation is held to.
#include <fmt/format.h>

#include "base/config.h"
#include "cli/command.h"
#include "cli/commands.h"
#include "cli/rows.h"
#include "events/documentation.h"
#include "events/schema.h"

namespace linkgate::cli {
namespace {

Result<int> run_schema(bool markdown, const std::string& format) {
  if (markdown) {
    fmt::print("{}", events::tables_markdown());
    return kYes;
  }
  Rows rows{{"table", "column", "type", "meaning"}, {}};
  for (const events::Table& table : events::tables()) {
    for (const events::Column& column : table.columns) {
      rows.rows.push_back({table.name, column.name, events::kql_type(column.type), column.meaning});
    }
  }
  fmt::print("{}", print(rows, format));
  return kYes;
}

}  // namespace

void add_config_keys(Commands& commands) {
  commands.add("config-keys", "every configuration key, one a line")
      .hidden()
      .action([](Context&) -> Result<int> {
        for (const std::string& key : config_keys()) fmt::print("{}\n", key);
        return kYes;
      });
}

void add_schema(Commands& commands) {
  struct Options {
    bool markdown = false;
    std::string format = "table";
  };
  const auto options = std::make_shared<Options>();
  commands.add("schema", "the tables and columns that KQL can ask")
      .flag("--markdown", options->markdown, "as the page docs/tables.md")
      .format(options->format)
      .action([options](Context&) { return run_schema(options->markdown, options->format); });
}

}  // namespace linkgate::cli
