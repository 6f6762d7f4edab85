#pragma once
// Queries of the console: compiled against the catalogue and the stored functions, and put to the store.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/config.h"
#include "cli/asked_store.h"
#include "kql/kql.h"
#include "kql/stored_functions.h"

namespace linkgate::cli {

class Querying {
 public:
  // `rows`: at most so many of a result; 0: all, up to the limits of the option notruncation.
  Querying(const Config& config, bool installed, uint64_t rows);

  // Asks the store for what a query's columns depend on (evaluate bag_unpack, pivot).
  Result<kql::Expected<kql::Compiled>> compile(const std::string& text);
  // Tables have only the rows of this time, beside all that a query says.
  void within(kql::TimeRange timespan) { timespan_ = timespan; }
  // Without a store: of a query with such columns it is the question.
  kql::Expected<kql::Compiled> explain(const std::string& text) const;
  // Errors say what the person who asked can do about them.
  Result<store::QueryResult> run(const std::string& sql);

  // Of the query that was compiled last: its own set statements stand before --rows.
  uint64_t rows() const { return own_.no_truncation ? 0 : own_.max_rows.value_or(rows_); }

 private:
  kql::CompileOptions options() const;
  void read_functions();
  store::QueryLimits limits() const;

  const Config& config_;
  const uint64_t rows_;
  kql::RequestedLimits own_;
  std::optional<kql::TimeRange> timespan_;
  const bool installed_;
  uint64_t asked_ = 0;
  const kql::Catalog catalog_;
  const bool for_trying_;
  std::vector<kql::StoredFunction> functions_;
  std::optional<Result<std::unique_ptr<AskedStore>>>
      store_;  // one for the whole run, from the first query that can be asked
};

// One result of a query, with its place among them.
struct Answered {
  const kql::CompiledResult& result;
  store::QueryResult rows;
  size_t place = 0;  // from 1; 0: it is the only one
  bool cut = false;  // there are more rows
};

// All results of a query, asked in their order before the first is shown. Rows over those that the console
// shows go, and standard error says so.
Result<std::vector<Answered>> ask_all(Querying& querying, const kql::Compiled& compiled);

}  // namespace linkgate::cli
