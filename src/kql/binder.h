#pragma once
// Names to columns, functions and tables; types to every expression; operators to plan nodes. Refuses, with
// position and the nearest name, what is not there.

#include "kql/ast.h"
#include "kql/bound.h"
#include "kql/kql.h"

namespace linkgate::kql {

struct BoundQuery {
  const Plan* plan = nullptr;
  Visualization visualization;
};

// `bindings` owns the result and must outlive it; so must `query` and `catalog`.
Expected<BoundQuery> bind(const Query& query, const Catalog& catalog, int64_t now_ticks, Bindings& bindings);

}  // namespace linkgate::kql
