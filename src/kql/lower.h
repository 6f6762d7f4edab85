#pragma once
// The bound tree to a SQL tree. An operator takes its slot in the SELECT that is being built; where the slot
// is taken or closed (a filter after a limit), the SELECT built so far becomes the FROM of a new one. A
// computed column that is more than a few nodes large is named in a nested SELECT before it is used again, so
// that text does not grow with use.

#include "kql/bound.h"
#include "kql/sql.h"

namespace linkgate::kql {

struct LowerOptions {
  int64_t now_ticks = 0;
  uint64_t row_limit = 0;
};

// The SELECT's items are the plan's columns, in order.
Expected<const sql::Select*> lower(const Plan& plan, sql::Tree& tree, const LowerOptions& options);

}  // namespace linkgate::kql
