#pragma once
// KQL in, ClickHouse SQL out, and the answer back as KQL values. Pure: no I/O, no clock, no global state; any
// thread.
//
//   Catalog catalog = ...;                                     // from events::tables()
//   auto compiled = kql::compile(text, catalog, {.now = clock.now()});
//   if (!compiled) print(kql::render(compiled.error(), text)); // position, sentence, caret
//   for (line : store.query(compiled->sql).rows) print(kql::row_to_json(line, compiled->columns));
//
// The road: tokens (lexer.h) -> syntax tree (ast.h) -> bound tree with types (bound.h) -> SQL tree (sql.h) ->
// text. What Linkgate does not have is refused by name with its position and never approximated (docs/kql.md
// lists what is there). The SQL holds names of the catalogue and names of our own only; whatever the query
// names or quotes reaches it as a quoted literal or not at all.

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "kql/diagnostic.h"
#include "kql/types.h"

namespace linkgate::kql {

// How the store keeps a type: bool Bool, int Int32, long Int64, real Float64, decimal Decimal(76,20), string
// and guid String, datetime DateTime64(7,'UTC'), timespan Int64 ticks, dynamic String of JSON ('null' for
// null).
struct CatalogColumn {
  std::string name;  // in KQL
  Type type = Type::kString;
  bool nullable = false;  // Nullable(...) in the store; strings and dynamics never are
  // In the store; empty: the same. Two KQL columns may be one there: TimeGenerated is always Timestamp, whose
  // key and partitions then serve both.
  std::string stored = "";
};

struct CatalogTable {
  std::string name;      // in KQL
  std::string database;  // in the store
  std::string table;     // in the store
  std::vector<CatalogColumn> columns;
  bool replacing = false;  // read with FINAL
};

struct Catalog {
  std::vector<CatalogTable> tables;
};

// What externaldata is.
enum class External : uint8_t {
  kRefused,  // no host is allowed
  kEmpty,    // a table without rows, for where all tables are: to try a query
  kFetched,  // what CompileOptions::fetched holds; the rest is asked for by Compiled::to_fetch
};

// From and to, both belong to it.
struct TimeRange {
  Time from, to;
};

struct CompileOptions {
  Time now;                // now() and ago(): one constant a query
  uint64_t row_limit = 0;  // at most so many rows come back; 0: all
  // Answers to questions (Compiled::is_question), by the question's SQL: its lines.
  std::map<std::string, std::vector<std::string>> answers = {};
  // Values of `declare query_parameters`, by name: literals of the declared type as KQL writes them
  // ("datetime(2026-11-22)", "90", "dynamic([1])"; with or without the type's name around them), a string as
  // it is. What is not declared is ignored, what is not given has its default.
  std::map<std::string, std::string> parameters = {};
  External external = External::kRefused;
  std::map<std::string, std::string> fetched = {};  // the bodies of addresses, unpacked
  // Tables of the catalogue have only the rows whose Timestamp lies in it, beside all that the query says.
  std::optional<TimeRange> timespan = std::nullopt;
};

struct ResultColumn {
  std::string name;
  Type type = Type::kString;
};

// render's visualization and properties, as written; empty where the query has no render.
struct Visualization {
  std::string kind;
  std::vector<std::pair<std::string, std::string>> properties;
};

struct CompiledResult {
  std::string name;  // what the query calls it (`as`, the branches of fork, the columns of facet), or ""
  std::string sql;   // one SELECT; its columns stand in the order of `columns` but have names of their own
  std::vector<ResultColumn> columns;
  Visualization visualization;
};

// An address that externaldata names, and where it does.
struct ExternalAddress {
  std::string url;
  Span span;
};

// The query's first result, and mostly its only one.
struct Compiled : CompiledResult {
  // The columns of evaluate bag_unpack and pivot are what the data hold: sql is a question to them. Compile
  // again with its answer among CompileOptions::answers and the same `now`.
  bool is_question = false;
  // Where there is any, there is no SQL yet. Compile again with their bodies among CompileOptions::fetched.
  std::vector<ExternalAddress> to_fetch = {};
  std::vector<CompiledResult> more;  // of further statements, fork and facet, in their order
  // What has no effect and was probably meant to have one: options of set and properties of render that
  // nobody knows, located.
  std::vector<Diagnostic> warnings = {};
  std::string ast_text;    // canonical KQL
  std::string bound_text;  // operators, columns and types, indented
};

// The diagnostic has line, column and length filled in.
Expected<Compiled> compile(std::string_view text, const Catalog& catalog, const CompileOptions& options);

// The same, with `ask` for what must be asked first; the outer error is that of `ask`. With `fetch`
// externaldata is External::kFetched; an error of `fetch` is one of the query, at the address that it names.
using Ask = std::function<Result<std::vector<std::string>>(const std::string& sql)>;
using Fetch = std::function<Result<std::string>(const std::string& url)>;
Result<Expected<Compiled>> compile_asking(std::string_view text, const Catalog& catalog,
                                          CompileOptions options, const Ask& ask, const Fetch& fetch = {});

// What the query itself asks of its answer: set notruncation; set truncationmaxrecords=5; set
// truncationmaxsize=1000 (octets); set servertimeout=1m. Nothing where the text does not parse or a value is
// of another type.
struct RequestedLimits {
  bool no_truncation = false;
  std::optional<uint64_t> max_rows, max_bytes;
  std::optional<std::chrono::seconds> time;  // at least one
};
RequestedLimits requested_limits(std::string_view text);

// One line of JSONCompactEachRow (64-bit numbers and denormals quoted or not; a real that is written as an
// integer of more than 64 bits must be) as the JSON array of KQL's values: datetime
// "2026-11-21T22:52:13.1234567Z", timespan "1.02:03:04.5", dynamic as the JSON that it is, bool true/false,
// decimal as a string, real as a number or "NaN", "Infinity", "-Infinity", null as null. kCorrupt where the
// line does not have these columns.
Result<std::string> row_to_json(std::string_view line, const std::vector<ResultColumn>& columns);
// The same as text for tables and CSV: null is "", bool True/False, dynamic compact JSON (a dynamic string:
// without quotes).
Result<std::vector<std::string>> row_to_text(std::string_view line, const std::vector<ResultColumn>& columns);

// For documentation and completion: every function and aggregate with its signatures, "substring(string,
// long, long?) -> string".
struct FunctionDescription {
  std::string name;
  std::string signature;
  bool aggregate = false;
};
std::vector<FunctionDescription> describe_functions();

}  // namespace linkgate::kql
