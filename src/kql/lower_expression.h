#pragma once
// Bound expressions to SQL expressions, over the columns of a Relation.

#include <functional>

#include "kql/bound.h"
#include "kql/relation.h"
#include "kql/sql.h"

namespace linkgate::kql {

// The SELECT of a plan's first column, of its first row alone where the flag is true.
using LowerSubquery = std::function<const sql::Select*(const Plan&, bool one_row)>;

sql::Ref lower_expression(const BoundExpr& expr, sql::Tree& tree, const Relation& relation, int64_t now_ticks,
                          const LowerSubquery& subquery);

// Ids of the columns that an expression reads.
ColumnSet columns_of(const BoundExpr& expr);

}  // namespace linkgate::kql
