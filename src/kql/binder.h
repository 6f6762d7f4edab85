#pragma once
// Names to columns, functions and tables; types to every expression; operators to plan nodes. Refuses, with
// position and the nearest name, what is not there.

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "kql/ast.h"
#include "kql/bound.h"
#include "kql/kql.h"

namespace linkgate::kql {

struct BoundResult {
  const Plan* plan = nullptr;
  std::string name;  // given by `as`, `count as` or fork; "" where none is
  Visualization visualization;
};

struct BoundQuery {
  std::vector<BoundResult> results;  // one or more, in their order
  // The one plan is no answer but a question to the data, of one row with one dynamic, without whose answer
  // the query has no columns.
  bool is_question = false;
  std::vector<ExternalAddress> to_fetch = {};  // see Compiled; then the results are to be thrown away
  std::vector<Diagnostic> warnings = {};       // see Compiled
};

// The JSON array that such a plan gave; nullopt where it has not been asked yet.
using Answers = std::function<Expected<std::optional<std::string>>(const Plan& question)>;

// Of `options` parameters, external, fetched and timespan count here.
// `bindings` owns the result and must outlive it; so must `query`, `catalog` and `options`.
Expected<BoundQuery> bind(const Query& query, const Catalog& catalog, int64_t now_ticks,
                          const Answers& answers, const CompileOptions& options, Bindings& bindings);

// What is wrong with a query that parse_noting() made.
void diagnose(const Query& query, const Catalog& catalog, int64_t now_ticks, const Answers& answers,
              const CompileOptions& options, Bindings& bindings, DiagnosticList& errors);

}  // namespace linkgate::kql
