// linkgate kql: hunting queries over what was recorded.
#include <fmt/format.h>
#include <unistd.h>

#include <iostream>
#include <iterator>

#include "base/ascii.h"
#include "cli/command.h"
#include "cli/commands.h"
#include "cli/drawing.h"
#include "cli/files.h"
#include "cli/json_lines.h"
#include "cli/query_command.h"
#include "cli/query_lines.h"
#include "cli/querying.h"
#include "cli/rows.h"
#include "kql/kql.h"
#include "portal/kusto_commands.h"

namespace linkgate::cli {
namespace {

struct Options {
  bool jsonl = false, explain = false, full = false, no_chart = false;
  int rows = 10'000;
  std::string file, query, chart;
  std::string format = "table";
};

// On a terminal: a URL or a sentence is seen whole, a long text does not push the other columns out of sight.
constexpr size_t kWidestCell = 100;

std::string title_of(const Answered& answered) {
  const std::string& name = answered.result.name;
  return name.empty() ? fmt::format("result {}", answered.place) : name;
}

Result<int> print_answer(const Answered& answered, const Options& options) {
  const auto& columns = answered.result.columns;
  Rows rows;
  for (const auto& column : columns) rows.columns.push_back(column.name);
  if (options.format == "json") {
    TRY_ASSIGN(const auto members, members_of(answered));
    fmt::print("{}\n", json_object(members));
    return kYes;
  }
  if (answered.place > 1) fmt::print("\n");
  if (answered.place > 0 && options.format != "csv") fmt::print("-- {}\n", title_of(answered));
  const bool on_terminal = ::isatty(STDOUT_FILENO) != 0;
  if (on_terminal && options.format == "table" && !options.no_chart &&
      asks_for_chart(answered.result.visualization)) {
    const auto chart = chart_of(answered.rows.rows, columns, answered.result.visualization);
    if (chart) {
      fmt::print("{}", chart_for_terminal(*chart));
      return kYes;
    }
    fmt::print(stderr, "linkgate: {}; here is the table\n", chart.error().message());
  }
  for (const std::string& line : answered.rows.rows) {
    TRY_ASSIGN(std::vector<std::string> texts, kql::row_to_text(line, columns));
    rows.rows.emplace_back(texts.begin(), texts.end());
  }
  const size_t widest = options.full || !on_terminal ? 0 : kWidestCell;
  const std::string text = print(rows, options.format, widest);
  const bool fits = !on_terminal || options.format != "table" || longest_line(text) <= terminal_columns();
  fmt::print("{}", fits ? text : print_records(rows, widest));
  return kYes;
}

// The file of the n-th chart, from 1: clicks.svg, clicks-2.svg. REQUIRES: check_chart_name().
std::string chart_path(const std::string& path, size_t n) {
  const size_t dot = path.rfind('.');
  return n == 1 ? path : fmt::format("{}-{}{}", path.substr(0, dot), n, path.substr(dot));
}

// A file for each result that has render.
Result<void> write_charts_of(const std::vector<Answered>& results, const std::string& path) {
  size_t written = 0;
  for (const Answered& answered : results) {
    if (!asks_for_chart(answered.result.visualization)) continue;
    TRY_ASSIGN(const chart::Chart chart,
               chart_of(answered.rows.rows, answered.result.columns, answered.result.visualization));
    const std::string file = chart_path(path, ++written);
    TRY(write_chart(chart, file));
    if (written > 1) fmt::print(stderr, "linkgate: a further chart is in {}\n", file);
  }
  if (written > 0) return {};
  return Error(ErrorCode::kInvalidArgument,
               "--chart draws what render asks for, and the query has no render");
}

// Programs that ask by --jsonl get whole answers.
Result<uint64_t> rows_of(const Options& options) {
  if (options.rows < 0) return Error(ErrorCode::kInvalidArgument, "--rows is no negative number");
  return options.jsonl ? 0 : static_cast<uint64_t>(options.rows);
}

Result<int> answer_queries(Context& context, const Config& config, Querying& querying) {
  const Manage manage =
      [&](const std::string& text) -> Result<tl::expected<portal::Answer, portal::Refusal>> {
    if (portal::changes_functions(text)) TRY(context.installation());
    return ask_management_command(config, text);
  };
  bool bad_use = false;
  const int code = answer_lines(std::cin, [&](const JsonObject& line) -> Result<std::string> {
    return answer_query_line(querying, manage, line, bad_use);
  });
  return bad_use ? kBadUse : code;
}

// --explain: the tree, its types and the SQL.
int explain(const kql::Compiled& explained) {
  if (!explained.to_fetch.empty()) {
    fmt::print("-- to be fetched first\n");
    for (const kql::ExternalAddress& address : explained.to_fetch) fmt::print("{}\n", address.url);
    return kYes;
  }
  const std::string_view heading = explained.is_question ? "SQL, asked first for the columns" : "SQL";
  fmt::print("-- KQL\n{}\n\n-- bound\n{}\n\n-- {}\n{}\n", explained.ast_text, explained.bound_text, heading,
             explained.sql);
  for (const kql::CompiledResult& further : explained.more) fmt::print("\n-- SQL\n{}\n", further.sql);
  return kYes;
}

Result<int> run(Context& context, const Options& options) {
  if (!options.chart.empty()) TRY(check_chart_name(options.chart));
  TRY_ASSIGN(const Config* config, context.config());
  TRY_ASSIGN(const uint64_t rows, rows_of(options));
  Querying querying(*config, context.installation(/*may_be_new=*/true).has_value(), rows);
  if (options.jsonl) return answer_queries(context, *config, querying);
  std::string query = options.query;
  if (!options.file.empty()) {
    if (!query.empty()) return Error(ErrorCode::kInvalidArgument, "give a query or --file, not both");
    TRY_ASSIGN(query, read_file(options.file));
  }
  if (query.empty() && options.file.empty() && ::isatty(STDIN_FILENO) == 0)
    query.assign(std::istreambuf_iterator<char>(std::cin), std::istreambuf_iterator<char>());
  if (ascii::trim(query).empty()) return Error(ErrorCode::kInvalidArgument, "no query is given");
  if (portal::is_command(query)) {
    if (portal::changes_functions(query)) TRY(context.installation());
    return run_management_command(*config, query, options.format);
  }
  const auto explained = querying.explain(query);
  if (!explained) {
    fmt::print(stderr, "{}\n", kql::render(explained.error(), query));
    return kBadUse;
  }
  for (const kql::Diagnostic& warning : explained->warnings)
    fmt::print(stderr, "warning: {}\n", kql::render(warning, query));
  if (options.explain) return explain(*explained);
  TRY_ASSIGN(const auto compiled, querying.compile(query));
  if (!compiled) {
    fmt::print(stderr, "{}\n", kql::render(compiled.error(), query));
    return kBadUse;
  }
  TRY_ASSIGN(const std::vector<Answered> results, ask_all(querying, *compiled));
  if (!options.chart.empty()) TRY(write_charts_of(results, options.chart));
  for (const Answered& result : results) TRY(print_answer(result, options).map([](int) {}));
  return kYes;
}

}  // namespace

void add_kql(Commands& commands) {
  const auto options = std::make_shared<Options>();
  commands.add("kql", "ask the recorded events in KQL")
      .optional_argument("QUERY", options->query, "the query; without one it is read from standard input")
      .option("--file", options->file, "read the query from this file")
      .flag("--explain", options->explain,
            "print the syntax tree, its types and the SQL instead of running it")
      .flag("--full", options->full, "do not cut cells to 100 letters on a terminal")
      .option("--rows", options->rows, "print at most so many rows of a result; 0: all")
      .option("--chart", options->chart, "also write what render asks for to this file, .svg or .png")
      .flag("--no-chart", options->no_chart,
            "on a terminal too, print the table and not what render asks for")
      .flag("--jsonl", options->jsonl,
            "{\"id\",\"query\"} lines from standard input, {\"id\",\"columns\",\"rows\"} or "
            "{\"id\",\"error\"} out")
      .format(options->format)
      .notes(
          "linkgate kql 'UrlClickEvents | where Timestamp > ago(1d) | summarize count() by ActionType'\n"
          "linkgate kql '.create-or-alter function Blocked(since:timespan) { UrlClickEvents | where "
          "Timestamp > '\n"
          "             'ago(since) and ActionType == \"ClickBlocked\" }'\n"
          "`linkgate kql '.show tables'` and `linkgate schema` list the tables, docs/kql.md the language.")
      .action([options](Context& context) { return run(context, *options); });
}

}  // namespace linkgate::cli
