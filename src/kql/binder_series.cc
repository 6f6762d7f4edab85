// make-series: rows are grouped by their place on an axis, and each group of keys becomes one row of arrays,
// with a value at every place.

#include <algorithm>

#include "kql/binder_state.h"

namespace linkgate::kql {
namespace {

bool can_be_axis(Type type) {
  const bool number = is_number(type) && type != Type::kDecimal;
  return number || type == Type::kDateTime || type == Type::kTimeSpan;
}

// What stands where a series has no rows, unless the query says otherwise.
Value default_of(Type type) {
  if (is_integer(type) || type == Type::kTimeSpan) return int64_t{0};
  if (type == Type::kReal) return 0.0;
  if (type == Type::kString) return std::string();
  if (type == Type::kDecimal) return std::string("0");
  return {};
}

}  // namespace

// from, to and step of the axis, as its type asks for.
Expected<> Binder::series_bounds(const Operator& op, Type axis, const Environment* environment, Plan& plan) {
  const Type step_type = axis == Type::kDateTime ? Type::kTimeSpan : axis;
  const std::pair<const Expr*, const BoundExpr**> bounds[] = {
      {op.series.from, &plan.from}, {op.series.to, &plan.to}, {op.series.step, &plan.step}};
  for (const auto& [written, bound] : bounds) {
    if (written == nullptr) continue;
    TRY_ASSIGN(const BoundExpr* value, scalar(*written, {.environment = environment}));
    TRY_ASSIGN(*bound, argument_as(value, written == op.series.step ? step_type : axis));
  }
  return {};
}

// Rows with a place on the axis, which is added to them.
Binder::Table Binder::placed_on_axis(const Operator& op, const Plan& input, const BoundExpr* axis,
                                     const Plan& bounds, Column& place) {
  Args args = {axis, bounds.step};
  if (bounds.from != nullptr) args.push_back(bounds.from);
  TRY_ASSIGN(const BoundExpr* bin,
             invoke(bounds.from != nullptr ? "bin_at" : "bin", args, op.series.axis.span));
  place.nullable = bin->nullable;
  Args terms;
  const auto keep = [&](std::string_view comparison, const BoundExpr* left,
                        const BoundExpr* right) -> Expected<> {
    TRY_ASSIGN(const BoundExpr* term, invoke(comparison, {left, right}, op.series.axis.span));
    terms.push_back(term);
    return {};
  };
  if (bounds.from != nullptr) TRY(keep(">=", axis, bounds.from));
  if (bounds.to != nullptr)
    TRY(keep(op.series.in_range ? "<=" : "<", op.series.in_range ? bin : axis, bounds.to));
  if (terms.empty()) {
    TRY_ASSIGN(const BoundExpr* term, invoke("isnotnull", {axis}, op.series.axis.span));
    terms.push_back(term);
  }
  const BoundExpr* condition = terms[0];
  if (terms.size() > 1) {
    TRY_ASSIGN(condition, invoke("and", terms, op.series.axis.span));
  }
  TRY_ASSIGN(
      const Plan* rows,
      bindings_.add(
          {.kind = PlanKind::kFilter, .columns = input.columns, .inputs = {&input}, .predicate = condition},
          op.span));
  Columns columns = input.columns;
  columns.push_back(place);
  return projection(*rows, std::move(columns), {{place, bin}}, op.span);
}

Binder::Table Binder::make_series(const Operator& op, const Plan& input, const Environment* environment) {
  Plan series{.kind = PlanKind::kSeries};
  series.to_inclusive = op.series.in_range;
  for (const Parameter& parameter : op.parameters) {
    if (parameter.name != "kind") continue;
    if (parameter.value->name != "nonempty")
      return fail(DiagnosticCode::kWrongUse, parameter.span, "'kind' of make-series is nonempty");
    series.nonempty = true;
  }
  const Scope row{.environment = environment, .columns = &input.columns};
  TRY_ASSIGN(const BoundExpr* axis, scalar(*op.series.axis.expr, row));
  if (!can_be_axis(axis->type)) {
    return fail(DiagnosticCode::kWrongType, op.series.axis.span,
                "the axis of a series is a number, a datetime or a timespan, and this is " +
                    with_article(axis->type));
  }
  if (axis->type == Type::kInt) {
    TRY_ASSIGN(axis, converted(axis, Type::kLong));
  }
  TRY(series_bounds(op, axis->type, environment, series));
  if (series.nonempty && (series.from == nullptr || series.to == nullptr))
    return fail(DiagnosticCode::kWrongUse, op.span, "kind=nonempty needs from and to");
  Column place{bindings_.new_column_id(), "", axis->type, false};
  TRY_ASSIGN(const Plan* placed, placed_on_axis(op, input, axis, series, place));

  Names names;
  Plan groups{.kind = PlanKind::kSummarize, .inputs = {placed}};
  TRY_ASSIGN(groups.assignments, keys(op.by, input, environment, names));
  for (const Assignment& key : groups.assignments) series.columns.push_back(key.column);
  const size_t key_count = groups.assignments.size();
  std::vector<Assignment> computed;
  TRY(series_values(op, input, environment, names, groups, series, computed));
  TRY_ASSIGN(const BoundExpr* place_value, column(place, op.span));
  groups.assignments.push_back({{bindings_.new_column_id(), "", place.type, place.nullable}, place_value});
  series.axis = groups.assignments.back().column;
  for (const Assignment& key : groups.assignments) groups.columns.push_back(key.column);
  for (const AggregateCall& call : groups.aggregates)
    groups.columns.insert(groups.columns.end(), call.columns.begin(), call.columns.end());
  for (size_t i = 0; i < key_count; ++i) {
    const Column& key = groups.assignments[i].column;
    TRY_ASSIGN(const BoundExpr* value, column(key, op.span));
    series.keys.push_back({key, value});
  }
  TRY_ASSIGN(const Plan* grouped, bindings_.add(std::move(groups), op.span));
  Columns between = grouped->columns;
  for (const Assignment& a : computed) between.push_back(a.column);
  TRY_ASSIGN(const Plan* values, projection(*grouped, std::move(between), std::move(computed), op.span));
  series.inputs = {values};
  std::string axis_name =
      op.series.axis.name.empty() ? implied_name(*op.series.axis.expr) : op.series.axis.name;
  axis_name = axis_name.empty() ? names.column() : names.number(axis_name);
  series.index = Column{bindings_.new_column_id(), std::move(axis_name), Type::kDynamic, true};
  series.columns.push_back(*series.index);
  return bindings_.add(std::move(series), op.span);
}

// The aggregates of one place, and what stands at places without rows.
Expected<> Binder::series_values(const Operator& op, const Plan& input, const Environment* environment,
                                 Names& names, Plan& groups, Plan& series,
                                 std::vector<Assignment>& computed) {
  for (const Item& item : op.items) {
    TRY_ASSIGN(const BoundExpr* value, of_group(*item.expr, input, environment, groups.aggregates));
    const Column single{bindings_.new_column_id(), "", value->type, value->nullable};
    computed.push_back({single, value});
    TRY_ASSIGN(const BoundExpr* fallback, literal(value->type, default_of(value->type), item.span));
    if (item.fallback != nullptr) {
      TRY_ASSIGN(fallback, scalar(*item.fallback, {.environment = environment}));
      TRY_ASSIGN(fallback, argument_as(fallback, value->type));
    }
    std::string name = item.name;
    if (name.empty()) {
      name = implied_name(*item.expr);
      name = name.empty() ? names.column() : names.number(name);
    } else {
      TRY_ASSIGN(name, names.claim(name, item.span));
    }
    const Column array{bindings_.new_column_id(), std::move(name), Type::kDynamic, true};
    series.columns.push_back(array);
    TRY_ASSIGN(const BoundExpr* single_value, column(single, item.span));
    series.assignments.push_back({array, single_value});
    series.cells.push_back(fallback);
  }
  return {};
}

}  // namespace linkgate::kql
