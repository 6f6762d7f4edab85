// partition, top-nested, top-hitters, sample, sample-distinct: groups of rows, and the first of each.

#include <algorithm>

#include "kql/binder_state.h"

namespace linkgate::kql {

// The subquery runs over the rows of each value of the key apart.
Binder::Table Binder::partition(const Operator& op, const Plan& input, const Environment* environment) {
  TRY_ASSIGN(const std::vector<size_t> found, matching(op.by[0], input.columns));
  const Column& key = input.columns[found[0]];
  if (key.type == Type::kDynamic) {
    return fail(DiagnosticCode::kWrongType, op.by[0].span,
                "rows cannot be grouped by a dynamic; convert it first, as with tostring()");
  }
  Within within{.outer = within_, .operator_name = "partition", .keys = {key}, .carried = {}};
  const Expr& head = *op.body->children[0];
  if (head.kind == ExprKind::kInput) {
    TRY_ASSIGN(const Plan* answered, subquery(*op.body, input, within, environment));
    return projection(*answered, answered->columns, {}, op.span);
  }
  // In braces the subquery has a table of its own, whose rows stand beside each value of the key.
  if (within_ != nullptr) return not_in_subquery(op);
  const Operator distinct_keys{.kind = OperatorKind::kDistinct, .span = op.span, .items = op.by};
  TRY_ASSIGN(const Plan* values, distinct(distinct_keys, input, environment));
  within.keys = values->columns;
  Columns hidden = values->columns;
  hidden[0].name = "$key";
  TRY_ASSIGN(values, projection(*values, hidden, {}, op.span));
  const Expr zero{.kind = ExprKind::kLiteral, .span = op.span, .type = Type::kLong, .value = int64_t{0}};
  const Expr all{.kind = ExprKind::kName, .span = op.span, .name = "$all"};
  const Expr inner{.kind = ExprKind::kName, .span = op.span, .name = "inner"};
  const Item alike{.name = all.name, .expr = &zero, .span = op.span};
  const Operator extension{.kind = OperatorKind::kExtend, .span = op.span, .items = {alike}};
  TRY_ASSIGN(values, extend_op(extension, *values, environment));
  const Expr* rows = extended_pipeline({.kind = ExprKind::kPipeline, .span = op.span, .children = {&head}},
                                       {alike}, op.span);
  const Operator beside{.kind = OperatorKind::kJoin,
                        .span = op.span,
                        .parameters = {{"kind", &inner, op.span}},
                        .items = {{.expr = &all, .span = op.span}},
                        .tables = {rows}};
  TRY_ASSIGN(const Plan* joined, join(beside, *values, environment));
  const Columns own(joined->columns.begin() + 2, joined->columns.end() - 1);  // between $key, $all and $all1
  TRY_ASSIGN(const Plan* source, projection(*joined, own, {}, op.span));
  TRY_ASSIGN(const Plan* answered, subquery(*op.body, *source, within, environment));
  return projection(*answered, answered->columns, {}, op.span);
}

Binder::Table Binder::sample(const Operator& op, const Plan& input, const Environment* environment) {
  Plan plan{.kind = PlanKind::kLimit, .columns = input.columns, .inputs = {&input}};
  TRY_ASSIGN(plan.limit, row_count(*op.expr, environment));
  plan.random = true;
  return bindings_.add(std::move(plan), op.span);
}

Binder::Table Binder::sample_distinct(const Operator& op, const Plan& input, const Environment* environment) {
  TRY_ASSIGN(const uint64_t rows, row_count(*op.expr, environment));
  TRY_ASSIGN(const Plan* values, distinct(op, input, environment));
  return limit(*values, rows, op.span);
}

// Groups of `input` by keys, with one aggregate, whose column is the last.
Binder::Table Binder::grouped(const Plan& input, std::vector<Assignment> group_keys, const Item& by,
                              const std::string& name, const Environment* environment, Span span) {
  Plan plan{.kind = PlanKind::kSummarize, .inputs = {&input}, .assignments = std::move(group_keys)};
  Columns columns;
  for (const Assignment& key : plan.assignments) columns.push_back(key.column);
  TRY_ASSIGN(const BoundExpr* value, of_group(*by.expr, input, environment, plan.aggregates));
  if (plan.aggregates.empty())
    return fail(DiagnosticCode::kWrongUse, by.span, "an aggregate is needed here, as sum(x) or count()");
  plan.columns = columns;
  for (const AggregateCall& call : plan.aggregates)
    plan.columns.insert(plan.columns.end(), call.columns.begin(), call.columns.end());
  columns.push_back({bindings_.new_column_id(), name, value->type, value->nullable});
  TRY_ASSIGN(const Plan* groups, bindings_.add(std::move(plan), span));
  return projection(*groups, columns, {{columns.back(), value}}, span);
}

// The first `rows` of the groups that have `within` equal, by the last column.
Binder::Table Binder::first_of_each(const Plan& input, const Expr* rows, bool descending,
                                    const Columns& within, const Environment* environment, Span span) {
  if (rows == nullptr) return &input;
  TRY_ASSIGN(const uint64_t limit, row_count(*rows, environment));
  TRY_ASSIGN(const BoundExpr* value, column(input.columns.back(), span));
  TRY_ASSIGN(const Plan* sorted, bindings_.add({.kind = PlanKind::kSort,
                                                .columns = input.columns,
                                                .inputs = {&input},
                                                .sort_keys = {{value, descending, !descending}}},
                                               span));
  return bindings_.add({.kind = PlanKind::kLimit,
                        .columns = input.columns,
                        .inputs = {sorted},
                        .limit = limit,
                        .limit_by = within},
                       span);
}

Binder::Table Binder::top_hitters(const Operator& op, const Plan& input, const Environment* environment) {
  Names names;
  TRY_ASSIGN(std::vector<Assignment> group_keys, keys(op.items, input, environment, names));
  Expr call{.kind = ExprKind::kCall, .span = op.span, .name = op.by.empty() ? "count" : "sum"};
  if (!op.by.empty()) call.children = {op.by[0].expr};
  const std::string measured = op.by.empty() ? group_keys[0].column.name : implied_name(*op.by[0].expr);
  const std::string name = "approximate_" + call.name + "_" + measured;
  TRY_ASSIGN(const Plan* groups, grouped(input, std::move(group_keys), {.expr = &call, .span = op.span}, name,
                                         environment, op.span));
  return first_of_each(*groups, op.expr, true, {}, environment, op.span);
}

// Each level groups by its own key within the groups that the levels before it kept.
Binder::Table Binder::top_nested(const Operator& op, const Plan& input, const Environment* environment) {
  const Plan* kept = nullptr;
  Names names;
  Columns kept_keys;
  std::vector<Item> written;
  for (const NestedTop& level : op.levels) {
    written.push_back(level.key);
    Names unused;
    TRY_ASSIGN(std::vector<Assignment> group_keys, keys(written, input, environment, unused));
    const Column own = group_keys.back().column;
    std::string key_name = names.number(own.name);
    std::string value_name = level.by.name.empty() ? "aggregated_" + own.name : level.by.name;
    value_name = names.number(value_name);
    TRY_ASSIGN(const Plan* groups, grouped(input, group_keys, level.by, value_name, environment, level.span));
    const Column value = groups->columns.back();
    Columns columns = groups->columns;
    if (kept != nullptr) {
      Plan joined{.kind = PlanKind::kJoin, .inputs = {kept, groups}, .join = JoinKind::kInner};
      for (size_t i = 0; i < kept_keys.size(); ++i) {
        TRY_ASSIGN(const BoundExpr* left, column(kept_keys[i], level.span));
        TRY_ASSIGN(const BoundExpr* right, column(group_keys[i].column, level.span));
        joined.join_keys.push_back({left, right});
      }
      joined.columns = kept->columns;
      joined.columns.insert(joined.columns.end(), columns.begin(), columns.end());
      TRY_ASSIGN(groups, bindings_.add(std::move(joined), level.span));
      columns = kept->columns;
      columns.push_back(own);
      columns.push_back(value);
      TRY_ASSIGN(groups, projection(*groups, columns, {}, level.span));
    }
    const bool descending = level.by.order != Order::kAscending;
    TRY_ASSIGN(kept, first_of_each(*groups, level.rows, descending, kept_keys, environment, level.span));
    Columns named = kept->columns;
    named[named.size() - 2].name = std::move(key_name);
    TRY_ASSIGN(kept, projection(*kept, std::move(named), {}, level.span));
    kept_keys.push_back(own);
  }
  return kept;
}

}  // namespace linkgate::kql
