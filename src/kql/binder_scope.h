#pragma once
// What the binder knows of the place that it is at: names of let statements, columns, the subquery around it.

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "kql/bound.h"
#include "kql/relation.h"

namespace linkgate::kql {

// What a let statement or a function's parameter names. Environments form a chain from the innermost
// outwards.
struct Environment {
  const Environment* outer = nullptr;
  std::string name;
  const BoundExpr* scalar = nullptr;        // a scalar, bound once
  const Expr* value = nullptr;              // a tabular expression or a function, bound again at every use...
  const Environment* definition = nullptr;  // ...where its own names mean what they meant at its definition
  bool broken = false;                      // its errors were said: it is whatever its uses need
};

// The rows below an operator: window functions and functions with several results add columns to them while
// the operator's expressions are bound.
struct Below {
  const Plan* plan = nullptr;
  std::vector<WindowCall> calls;  // on `plan`, and not in a node yet
};

// A value of an item: a function with several results has several.
struct ItemValue {
  const BoundExpr* expr = nullptr;
  std::string name;    // as written, or ""
  std::string stem;    // what it is called otherwise; "": Column1 or the like
  bool plain = false;  // a column's name alone
};

// One row a node, with its key; one row an edge, with the keys of its ends and a number of its own. Copies of
// the plans give the same numbers: they count the rows in an order that only rows with all values equal
// share.
struct Graph {
  const Plan* nodes = nullptr;
  const Plan* edges = nullptr;
  Columns node_columns, edge_columns;  // what expressions see
  Column key, source, target, number;
};

// Columns behind a name and a dot: those that a step of scan keeps.
struct Qualified {
  std::string name;
  Columns columns;
};

// Where a scalar expression stands.
struct Scope {
  const Environment* environment = nullptr;
  const Columns* columns = nullptr;  // of the row; null: there is no row
  const Columns* right = nullptr;    // join's $right, then `columns` is $left
  // In summarize: takes the aggregate calls, which then stand in the expression as columns.
  std::vector<AggregateCall>* aggregates = nullptr;
  Below* below = nullptr;             // takes the calls of window functions; null: they have no place here
  const ColumnSet* absent = nullptr;  // columns without a value in these rows: * does not mean them
  // What stands before a dot: the steps of scan, nodes and edges of a graph's pattern.
  const std::vector<Qualified>* qualified = nullptr;
  const std::map<const Expr*, Column>* computed = nullptr;  // expressions that are columns already
};

// The subquery that is being bound: its rows are those of several tables at once, one for each value of
// `keys`.
struct Within {
  const Within* outer = nullptr;
  std::string_view operator_name;
  Columns keys;     // not among the columns that the subquery sees
  Columns carried;  // of the row that the subquery is for: the same throughout one table
};

}  // namespace linkgate::kql
