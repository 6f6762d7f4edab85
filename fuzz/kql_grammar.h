#pragma once
// Random queries that the binder accepts, operator by operator: each candidate is compiled behind what stands
// already and kept where that works, so that the columns and types of the next one are known. Everything that
// is chosen comes from `Choices`, so the same choices give the same query.

#include <cstdint>
#include <functional>
#include <string>

#include "kql/kql.h"

namespace linkgate::kql {

// A number below `count`, which is at least 1.
using Choices = std::function<uint32_t(uint32_t count)>;

constexpr int kMaxGrammarOperators = 6;

// `catalog` may be empty: then rows come from datatable, range and print alone.
std::string random_query(const Choices& choose, const Catalog& catalog, const CompileOptions& options);

}  // namespace linkgate::kql
