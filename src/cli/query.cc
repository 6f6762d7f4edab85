// linkgate kql: hunting queries over what was recorded.
#include <fmt/format.h>
#include <unistd.h>

#include <iostream>
#include <iterator>

#include "base/ascii.h"
#include "cli/asked_store.h"
#include "cli/command.h"
#include "cli/commands.h"
#include "cli/drawing.h"
#include "cli/files.h"
#include "cli/json_lines.h"
#include "cli/query_command.h"
#include "cli/query_progress.h"
#include "cli/rows.h"
#include "kql/kql.h"
#include "portal/external_data.h"
#include "portal/kusto_commands.h"
#include "views/event_catalog.h"

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

constexpr std::chrono::hours kMostTime{1};  // that set servertimeout may ask for

class Querying {
 public:
  // `rows`: at most so many of a result, 0: as many as the store gives before it refuses the query.
  Querying(const Config& config, bool installed, uint64_t rows)
      : config_(config),
        rows_(rows),
        installed_(installed),
        catalog_(views::event_catalog(config.events.database)),
        for_trying_(AskedStore::is_for_trying(config, installed)) {
    if (!for_trying_) read_functions();
  }

  // Asks the store for what a query's columns depend on (evaluate bag_unpack, pivot).
  Result<kql::Expected<kql::Compiled>> compile(const std::string& text) {
    own_ = kql::requested_limits(text);
    portal::ExternalData external(config_.kql.externaldata_hosts, {});
    const auto ask = [this](const std::string& sql) -> Result<std::vector<std::string>> {
      TRY_ASSIGN(store::QueryResult result, run(sql));
      return std::move(result.rows);
    };
    return kql::compile_asking(text, functions_, catalog_, options(), ask,
                               for_trying_ ? kql::Fetch() : external.fetcher());
  }
  // Without a store: of a query with such columns it is the question.
  kql::Expected<kql::Compiled> explain(const std::string& text) const {
    return kql::compile(text, functions_, catalog_, options());
  }
  Result<store::QueryResult> run(const std::string& sql) {
    if (!store_) store_.emplace(AskedStore::open(config_, installed_));
    if (!*store_) return store_->error();  // the next query would wait for the same in vain
    const std::string id =
        fmt::format("kql-{}-{}-{}", ::getpid(), SystemClock().now().time_since_epoch().count(), ++asked_);
    const auto other = (**store_)->another();
    QueryProgress progress([&] { return other->read_so_far(id); });
    store::QueryLimits limits;
    limits.time = std::min<std::chrono::seconds>(own_.time.value_or(limits.time), kMostTime);
    limits.max_memory = config_.kql.query_memory_bytes;
    limits.max_bytes = own_.max_bytes.value_or(limits.max_bytes);
    limits.cancelled = [&progress] {
      progress.tick();
      return false;  // a signal ends the process, see AskedStore
    };
    return (**store_)->query(sql, limits, id);
  }

  // Of the query that was compiled last: its own set statements stand before --rows.
  uint64_t rows() const { return own_.no_truncation ? 0 : own_.max_rows.value_or(rows_); }

 private:
  kql::CompileOptions options() const {
    kql::CompileOptions options;
    options.now = SystemClock().now();
    if (for_trying_) options.external = kql::External::kEmpty;
    if (!for_trying_ && !config_.kql.externaldata_hosts.empty()) options.external = kql::External::kFetched;
    options.row_limit = rows() == 0 ? 0 : rows() + 1;  // the last tells that there are more
    return options;
  }

  void read_functions() {
    auto found = stored_functions(config_);
    if (found)
      functions_ = *std::move(found);
    else
      fmt::print(stderr, "linkgate: stored functions are not read: {}\n", found.error().message());
  }

  const Config& config_;
  const uint64_t rows_;
  kql::RequestedLimits own_;
  const bool installed_;
  uint64_t asked_ = 0;
  const kql::Catalog catalog_;
  const bool for_trying_;
  std::vector<kql::StoredFunction> functions_;
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
// Several errors of one query stand under "all".
std::string error_json(const Cell& id, std::string_view code, std::string_view message) {
  return json_object(
      {{"id", id}, {"error", Cell::json(json_object({{"code", code}, {"message", message}}))}});
}

std::vector<std::pair<std::string, Cell>> members_of(const kql::Diagnostic& found) {
  return {{"code", to_string(found.code)},
          {"message", found.message},
          {"line", found.line},
          {"column", found.column}};
}

std::string diagnostic_json(const Cell& id, const kql::Diagnostic& found) {
  auto error = members_of(found);
  if (!found.others.empty()) {
    std::string all;
    for (const kql::Diagnostic* one : all_of(found))
      all += (all.empty() ? "" : ",") + json_object(members_of(*one));
    error.emplace_back("all", Cell::json("[" + all + "]"));
  }
  return json_object({{"id", id}, {"error", Cell::json(json_object(error))}});
}

// One result of a query, with its place among them.
struct Answered {
  const kql::CompiledResult& result;
  store::QueryResult rows;
  size_t place = 0;  // from 1; 0: it is the only one
  bool cut = false;  // there are more rows
};

// All results of a query, asked in their order before the first is shown.
Result<std::vector<Answered>> ask_all(Querying& querying, const kql::Compiled& compiled) {
  std::vector<Answered> all;
  TRY_ASSIGN(store::QueryResult first, querying.run(compiled.sql));
  all.push_back({compiled, std::move(first), compiled.more.empty() ? 0U : 1U});
  for (const kql::CompiledResult& further : compiled.more) {
    TRY_ASSIGN(store::QueryResult rows, querying.run(further.sql));
    all.push_back({further, std::move(rows), all.size() + 1});
  }
  return all;
}

// What is more than the console shows goes, and is said.
void cut(Answered& answered, uint64_t rows) {
  if (rows == 0 || answered.rows.rows.size() <= rows) return;
  answered.rows.rows.resize(rows);
  answered.cut = true;
  fmt::print(stderr, "linkgate: these are {} of more rows; --rows N prints more, and 0 all\n", rows);
}

// {"columns","rows"}, with a name where there are several.
Result<std::vector<std::pair<std::string, Cell>>> members_of(const Answered& answered) {
  std::vector<std::pair<std::string, Cell>> members;
  if (answered.place > 0) members.emplace_back("name", answered.result.name);
  TRY_ASSIGN(std::string rows, rows_json(answered.rows, answered.result.columns));
  members.emplace_back("columns", Cell::json(columns_json(answered.result.columns)));
  members.emplace_back("rows", Cell::json(std::move(rows)));
  if (answered.cut) members.emplace_back("truncated", true);
  return members;
}

Result<std::string> answer_json(const Cell& id, const std::vector<Answered>& all) {
  std::vector<std::pair<std::string, Cell>> members = {{"id", id}};
  TRY_ASSIGN(const auto first, members_of(all[0]));
  members.insert(members.end(), first.begin(), first.end());
  std::string more;
  for (size_t i = 1; i < all.size(); ++i) {
    TRY_ASSIGN(const auto further, members_of(all[i]));
    more += (more.empty() ? "" : ",") + json_object(further);
  }
  if (!more.empty()) members.emplace_back("more", Cell::json("[" + more + "]"));
  return json_object(members);
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
    return diagnostic_json(id, trouble);
  }
  auto results = ask_all(querying, *compiled);
  if (!results) return error_json(id, to_string(results.error().code()), results.error().message());
  for (Answered& result : *results) cut(result, querying.rows());
  const auto shown = answer_json(id, *results);
  if (!shown) return error_json(id, to_string(shown.error().code()), shown.error().message());
  return *shown;
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
  if (answered.place > 0) {
    const std::string& name = answered.result.name;
    fmt::print("{}-- {}\n", answered.place > 1 ? "\n" : "",
               name.empty() ? fmt::format("result {}", answered.place) : name);
  }
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

// The first result that has render.
Result<void> write_chart_of(const std::vector<Answered>& results, const std::string& path) {
  for (const Answered& answered : results) {
    if (!asks_for_chart(answered.result.visualization)) continue;
    TRY_ASSIGN(const chart::Chart chart,
               chart_of(answered.rows.rows, answered.result.columns, answered.result.visualization));
    return write_chart(chart, path);
  }
  return Error(ErrorCode::kInvalidArgument,
               "--chart draws what render asks for, and the query has no render");
}

// Programs that ask by --jsonl get whole answers.
Result<uint64_t> rows_of(const Options& options) {
  if (options.rows < 0) return Error(ErrorCode::kInvalidArgument, "--rows is no negative number");
  return options.jsonl ? 0 : static_cast<uint64_t>(options.rows);
}

Result<int> run(Context& context, const Options& options) {
  if (!options.chart.empty()) TRY(check_chart_name(options.chart));
  TRY_ASSIGN(const Config* config, context.config());
  TRY_ASSIGN(const uint64_t rows, rows_of(options));
  Querying querying(*config, context.installation(/*may_be_new=*/true).has_value(), rows);
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
  if (portal::is_command(query)) {
    if (portal::changes_functions(query)) TRY(context.installation());
    return run_management_command(*config, query, options.format);
  }
  const auto explained = querying.explain(query);
  if (!explained) {
    fmt::print(stderr, "{}\n", kql::render(explained.error(), query));
    return kBadUse;
  }
  if (options.explain && !explained->to_fetch.empty()) {
    fmt::print("-- to be fetched first\n");
    for (const kql::ExternalAddress& address : explained->to_fetch) fmt::print("{}\n", address.url);
    return kYes;
  }
  if (options.explain) {
    const std::string_view heading = explained->is_question ? "SQL, asked first for the columns" : "SQL";
    fmt::print("-- KQL\n{}\n\n-- bound\n{}\n\n-- {}\n{}\n", explained->ast_text, explained->bound_text,
               heading, explained->sql);
    for (const kql::CompiledResult& further : explained->more) fmt::print("\n-- SQL\n{}\n", further.sql);
    return kYes;
  }
  TRY_ASSIGN(const auto compiled, querying.compile(query));
  if (!compiled) {
    fmt::print(stderr, "{}\n", kql::render(compiled.error(), query));
    return kBadUse;
  }
  TRY_ASSIGN(std::vector<Answered> results, ask_all(querying, *compiled));
  for (Answered& result : results) cut(result, querying.rows());
  if (!options.chart.empty()) TRY(write_chart_of(results, options.chart));
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
