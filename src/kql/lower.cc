#include "kql/lower.h"

#include <algorithm>

#include "base/check.h"
#include "kql/function.h"
#include "kql/lower_parsed.h"
#include "kql/lower_state.h"

namespace linkgate::kql {

using sql::Ref;

// A relation with at least the columns `needed`.
Relation PlanLowering::lower(const Plan& plan, const ColumnSet& needed) {
  switch (plan.kind) {
    case PlanKind::kScan:
      return scan(plan, needed);
    case PlanKind::kRows:
      return rows(plan);
    case PlanKind::kRange:
      return range(plan);
    case PlanKind::kFilter:
      return filter(plan, needed);
    case PlanKind::kProject:
      return project(plan, needed);
    case PlanKind::kSummarize:
      return summarize(plan, needed);
    case PlanKind::kSort:
      return sort(plan, needed);
    case PlanKind::kLimit:
      return limit(plan, needed);
    case PlanKind::kJoin:
      return join(plan, needed);
    case PlanKind::kUnion:
      return unite(plan, needed, {});
    case PlanKind::kNumber:
      return number(plan, needed);
    case PlanKind::kParse:
      return parse(plan, needed);
    case PlanKind::kSeries:
      return series(plan, needed);
    case PlanKind::kWindow:
      return window(plan, needed);
    case PlanKind::kExpand:
      return expand(plan, needed);
    case PlanKind::kSteps:
      return steps(plan, needed);
  }
  CHECK(false);
}

const sql::Select& PlanLowering::result(const Plan& plan) {
  ColumnSet needed;
  for (const Column& column : plan.columns) needed.insert(column.id);
  Relation relation = lower(plan, needed);
  if (options_.row_limit > 0) {
    auto& limit = relation.select().limit;
    limit = std::min(limit.value_or(options_.row_limit), options_.row_limit);
  }
  return relation.close_as(plan.columns);
}

const sql::Select& PlanLowering::closed_first_column(const Plan& plan, bool one_row) {
  Relation relation = lower(plan, {plan.columns[0].id});
  if (one_row) {
    if (relation.limited()) relation.nest({plan.columns[0].id});
    relation.select().limit = 1;
  }
  return relation.close_as({plan.columns[0]});
}

Ref PlanLowering::lowered(const BoundExpr& expr, const Relation& relation) {
  return lower_expression(expr, t_, relation, options_.now_ticks, [this](const Plan& plan, bool one_row) {
    return &closed_first_column(plan, one_row);
  });
}

Relation PlanLowering::filter(const Plan& plan, const ColumnSet& needed) {
  std::vector<const BoundExpr*> filters;
  const Plan* below_filters = &plan;
  for (; below_filters->kind == PlanKind::kFilter; below_filters = below_filters->inputs[0]) {
    filters.insert(filters.begin(), below_filters->predicate);
  }
  if (below_filters->kind == PlanKind::kUnion) return unite(*below_filters, needed, filters);
  const ColumnSet used = columns_of(*plan.predicate);
  ColumnSet below = needed;
  add_columns(below, used);
  Relation relation = lower(*plan.inputs[0], below);
  if (relation.limited()) relation.nest(below);
  relation.settle(used, below);
  conjuncts(*plan.predicate, relation);
  return relation;
}

// a and b: two entries of WHERE. Dropping a row for a null term is what `and` does as well.
void PlanLowering::conjuncts(const BoundExpr& predicate, Relation& relation) {
  if (predicate.kind == BoundKind::kCall && predicate.function->name == "and") {
    for (const BoundExpr* arg : predicate.args) conjuncts(*arg, relation);
  } else {
    relation.select().where.push_back(lowered(predicate, relation));
  }
}

Relation PlanLowering::project(const Plan& plan, const ColumnSet& needed) {
  ColumnSet below = needed, used;
  std::vector<const Assignment*> wanted;
  for (const Assignment& a : plan.assignments) {
    below.erase(a.column.id);
    if (needed.contains(a.column.id)) wanted.push_back(&a);
  }
  for (const Assignment* a : wanted) add_columns(used, columns_of(*a->expr));
  add_columns(below, used);
  Relation relation = lower(*plan.inputs[0], below);
  relation.settle(used, below);
  struct Computed {
    const Column& column;
    Ref expr, parsed;
  };
  std::vector<Computed> computed;
  for (const Assignment* a : wanted) {
    const BoundExpr* text = parsed_text(*a->expr);
    computed.push_back(
        {a->column, lowered(*a->expr, relation), text == nullptr ? nullptr : lowered(*text, relation)});
  }
  for (const Computed& c : computed) {
    relation.set(c.column, c.expr);
    if (c.parsed != nullptr) relation.set_parsed(c.column, c.parsed);
  }
  return relation;
}

Relation PlanLowering::sort(const Plan& plan, const ColumnSet& needed) {
  ColumnSet used, below = needed;
  for (const SortKey& key : plan.sort_keys) add_columns(used, columns_of(*key.expr));
  add_columns(below, used);
  Relation relation = lower(*plan.inputs[0], below);
  if (relation.limited()) relation.nest(below);
  relation.settle(used, below);
  std::vector<sql::OrderKey> order;
  for (const SortKey& key : plan.sort_keys) {
    order.push_back({lowered(*key.expr, relation), key.descending, key.nulls_first});
  }
  relation.set_order(std::move(order));
  return relation;
}

Relation PlanLowering::limit(const Plan& plan, const ColumnSet& needed) {
  ColumnSet below = needed;
  for (const Column& column : plan.limit_by) below.insert(column.id);
  Relation relation = lower(*plan.inputs[0], below);
  if (relation.limited()) relation.nest(below);
  if (plan.random) {
    relation.set_order({{t_.call("rand", {}), false, false}});
    relation.select().limit = plan.limit;
    relation.nest(below);
    relation.set_order({});
    return relation;
  }
  if (plan.limit_by.empty()) {
    relation.select().limit = plan.limit;
    return relation;
  }
  std::vector<Ref> by;
  for (const Column& column : plan.limit_by) by.push_back(relation.value(column.id).expr);
  relation.limit_each(plan.limit, std::move(by), below);
  return relation;
}

Expected<const sql::Select*> lower(const Plan& plan, sql::Tree& tree, const LowerOptions& options) {
  return &PlanLowering(tree, options).result(plan);
}

}  // namespace linkgate::kql
