// linkgate kql: hunting queries over what was recorded.
#include <fmt/format.h>
#include <unistd.h>

#include <iostream>
#include <iterator>

#include "base/ascii.h"
#include "cli/asked_store.h"
#include "cli/command.h"
#include "cli/commands.h"
#include "cli/files.h"
#include "cli/json_lines.h"
#include "cli/rows.h"
#include "kql/kql.h"
#include "portal/catalog.h"

namespace linkgate::cli {
namespace {

struct Options {
  bool jsonl = false, explain = false, full = false;
  std::string file, query;
  std::string format = "table";
};

// On a terminal: a URL or a sentence is seen whole, a long text does not push the other columns out of sight.
constexpr size_t kWidestCell = 100;

class Querying {
 public:
  Querying(const Config& config, bool installed)
      : config_(config),
        installed_(installed),
        catalog_(portal::event_catalog(config.events.database)),
        for_trying_(AskedStore::is_for_trying(config, installed)) {}

  // Asks the store for what a query's columns depend on (evaluate bag_unpack, pivot).
  Result<kql::Expected<kql::Compiled>> compile(const std::string& text) {
    // No limit in the query itself: an answer that is too large is refused by the store and said, never cut.
    return kql::compile_asking(text, catalog_, options(),
                               [this](const std::string& sql) -> Result<std::vector<std::string>> {
                                 TRY_ASSIGN(store::QueryResult result, run(sql));
                                 return std::move(result.rows);
                               });
  }
  // Without a store: of a query with such columns it is the question.
  kql::Expected<kql::Compiled> explain(const std::string& text) const {
    return kql::compile(text, catalog_, options());
  }
  Result<store::QueryResult> run(const std::string& sql) {
    if (!store_) store_.emplace(AskedStore::open(config_, installed_));
    if (!*store_) return store_->error();  // the next query would wait for the same in vain
    return (**store_)->query(sql);
  }

 private:
  kql::CompileOptions options() const {
    kql::CompileOptions options;
    options.now = SystemClock().now();
    options.external_is_empty = for_trying_;
    return options;
  }

  const Config& config_;
  const bool installed_;
  const kql::Catalog catalog_;
  const bool for_trying_;
  std::optional<Result<std::unique_ptr<AskedStore>>>
      store_;  // one for the whole run, from the first query that can be asked
};

std::string columns_json(const std::vector<kql::ResultColumn>& columns) {
  std::string out = "[";
  for (const auto& column : columns) {
    out +=
        (out.size() == 1 ? "" : ",") + json_object({{"name", column.name}, {"type", to_string(column.type)}});
  }
  return out + "]";
}

Result<std::string> rows_json(const store::QueryResult& result,
                              const std::vector<kql::ResultColumn>& columns) {
  std::string out = "[";
  for (const std::string& line : result.rows) {
    TRY_ASSIGN(const std::string row, kql::row_to_json(line, columns));
    out += (out.size() == 1 ? "" : ",") + row;
  }
  return out + "]";
}

// {"id","error":{"code","message","line","column"}}; what is not the query's fault has no place in it.
std::string error_json(const Cell& id, std::string_view code, std::string_view message, int line = 0,
                       int column = 0) {
  std::vector<std::pair<std::string, Cell>> error = {{"code", code}, {"message", message}};
  if (line > 0) {
    error.emplace_back("line", line);
    error.emplace_back("column", column);
  }
  return json_object({{"id", id}, {"error", Cell::json(json_object(error))}});
}

Result<std::string> answer(Querying& querying, const JsonObject& line) {
  const auto given = line.raw.find("id");
  const Cell id = Cell::json(given != line.raw.end() ? given->second : "null");
  TRY_ASSIGN(const std::string query, line.text("query"));
  const auto asked = querying.compile(query);
  if (!asked) return error_json(id, to_string(asked.error().code()), asked.error().message());
  const auto& compiled = *asked;
  if (!compiled) {
    const kql::Diagnostic& trouble = compiled.error();
    return error_json(id, to_string(trouble.code), trouble.message, trouble.line, trouble.column);
  }
  const auto result = querying.run(compiled->sql);
  if (!result) return error_json(id, to_string(result.error().code()), result.error().message());
  const auto rows = rows_json(*result, compiled->columns);
  if (!rows) return error_json(id, to_string(rows.error().code()), rows.error().message());
  return json_object(
      {{"id", id}, {"columns", Cell::json(columns_json(compiled->columns))}, {"rows", Cell::json(*rows)}});
}

Result<int> print_answer(const store::QueryResult& result, const std::vector<kql::ResultColumn>& columns,
                         const Options& options) {
  Rows rows;
  for (const auto& column : columns) rows.columns.push_back(column.name);
  if (options.format == "json") {
    TRY_ASSIGN(const std::string values, rows_json(result, columns));
    fmt::print("{}\n",
               json_object({{"columns", Cell::json(columns_json(columns))}, {"rows", Cell::json(values)}}));
    return kYes;
  }
  for (const std::string& line : result.rows) {
    TRY_ASSIGN(std::vector<std::string> texts, kql::row_to_text(line, columns));
    rows.rows.emplace_back(texts.begin(), texts.end());
  }
  fmt::print("{}",
             print(rows, options.format, options.full || ::isatty(STDOUT_FILENO) == 0 ? 0 : kWidestCell));
  return kYes;
}

Result<int> run(Context& context, const Options& options) {
  TRY_ASSIGN(const Config* config, context.config());
  Querying querying(*config, context.installation(/*may_be_new=*/true).has_value());
  if (options.jsonl)
    return answer_lines(std::cin, [&](const JsonObject& line) { return answer(querying, line); });
  std::string query = options.query;
  if (!options.file.empty()) {
    if (!query.empty()) return Error(ErrorCode::kInvalidArgument, "give a query or --file, not both");
    TRY_ASSIGN(query, read_file(options.file));
  }
  if (query.empty() && options.file.empty() && ::isatty(STDIN_FILENO) == 0)
    query.assign(std::istreambuf_iterator<char>(std::cin), std::istreambuf_iterator<char>());
  if (ascii::trim(query).empty()) return Error(ErrorCode::kInvalidArgument, "no query is given");
  const auto explained = querying.explain(query);
  if (!explained) {
    fmt::print(stderr, "{}\n", kql::render(explained.error(), query));
    return kBadUse;
  }
  if (options.explain) {
    const std::string_view heading = explained->is_question ? "SQL, asked first for the columns" : "SQL";
    fmt::print("-- KQL\n{}\n\n-- bound\n{}\n\n-- {}\n{}\n", explained->ast_text, explained->bound_text,
               heading, explained->sql);
    return kYes;
  }
  TRY_ASSIGN(const auto compiled, querying.compile(query));
  if (!compiled) {
    fmt::print(stderr, "{}\n", kql::render(compiled.error(), query));
    return kBadUse;
  }
  TRY_ASSIGN(const store::QueryResult result, querying.run(compiled->sql));
  return print_answer(result, compiled->columns, options);
}

}  // namespace

void add_kql(Commands& commands) {
  const auto options = std::make_shared<Options>();
  commands.add("kql", "ask the recorded events in KQL")
      .optional_argument("QUERY", options->query, "the query; without one it is read from standard input")
      .option("--file", options->file, "read the query from this file")
      .flag("--explain", options->explain,
            "print the syntax tree, its types and the SQL instead of running it")
      .flag("--full", options->full, "on a terminal too, cells are never cut (to 100 letters)")
      .flag("--jsonl", options->jsonl,
            "{\"id\",\"query\"} lines from standard input, {\"id\",\"columns\",\"rows\"} or "
            "{\"id\",\"error\"} out")
      .format(options->format)
      .notes(
          "linkgate kql 'UrlClickEvents | where Timestamp > ago(1d) | summarize count() by ActionType'\n"
          "docs/tables.md lists the tables, docs/kql.md the language.")
      .action([options](Context& context) { return run(context, *options); });
}

}  // namespace linkgate::cli
