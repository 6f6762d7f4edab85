// scan: steps that a sequence of rows goes through.

#include <algorithm>

#include "kql/binder_state.h"

namespace linkgate::kql {

// Declared columns; unassigned, and before a step has taken a row, they are their defaults.
Expected<> Binder::declared_columns(const Operator& op, const Environment* environment, Plan& plan) {
  Names names;
  for (const Column& column : plan.columns) names.taken.insert(column.name);
  for (const ColumnDeclaration& declared : op.schema) {
    if (declared.tabular)
      return fail(DiagnosticCode::kWrongType, declared.span,
                  "scan declares columns, which hold single values");
    const bool text = declared.type == Type::kString;
    TRY_ASSIGN(const BoundExpr* value,
               literal(declared.type, text ? Value(std::string()) : Value(), declared.span));
    if (declared.default_value != nullptr) {
      TRY_ASSIGN(value, scalar(*declared.default_value, {.environment = environment}));
      TRY_ASSIGN(value, argument_as(value, declared.type));
    }
    TRY_ASSIGN(std::string name, names.claim(declared.name, declared.span));
    plan.parsed.push_back({bindings_.new_column_id(), std::move(name), declared.type, !text});
    plan.cells.push_back(value);
  }
  plan.columns.insert(plan.columns.end(), plan.parsed.begin(), plan.parsed.end());
  for (const Parameter& parameter : op.parameters) {
    if (parameter.name.starts_with("hint.") || parameter.value->kind != ExprKind::kName) continue;
    TRY_ASSIGN(std::string name, names.claim(parameter.value->name, parameter.span));
    plan.index = Column{bindings_.new_column_id(), std::move(name), Type::kLong, false};
  }
  return {};
}

Expected<BoundStep> Binder::scan_step(const Step& step, const Columns& columns, const Columns& declared,
                                      const std::vector<Qualified>& states, const Environment* environment) {
  BoundStep bound{.output = step.output};
  const Scope scope{.environment = environment, .columns = &columns, .qualified = &states};
  TRY_ASSIGN(bound.condition, predicate(*step.condition, scope));
  for (const Item& item : step.items) {
    const auto called = [&item](const Column& c) { return c.name == item.name; };
    const auto column = std::find_if(declared.begin(), declared.end(), called);
    if (column == declared.end()) {
      return fail(DiagnosticCode::kUnknownName, item.span,
                  "'" + item.name + "' is not among the columns that this scan declares");
    }
    const auto same = [&column](const Assignment& a) { return a.column.id == column->id; };
    if (std::any_of(bound.assignments.begin(), bound.assignments.end(), same))
      return fail(DiagnosticCode::kWrongUse, item.span, "'" + item.name + "' is assigned already");
    TRY_ASSIGN(const BoundExpr* value, scalar(*item.expr, scope));
    TRY_ASSIGN(value, argument_as(value, column->type));
    bound.assignments.push_back({*column, value});
  }
  return bound;
}

Binder::Table Binder::scan_op(const Operator& op, const Plan& given, const Environment* environment) {
  const Plan* input = &given;
  if (!op.by.empty()) {
    TRY_ASSIGN(input, sort(op, given, environment));
  }
  if (!input->serialized) {
    return fail(
        DiagnosticCode::kWrongUse, op.span,
        "'scan' cannot be invoked here: the row set must be serialized, as by sort, top or serialize");
  }
  Plan plan{.kind = PlanKind::kSteps, .columns = input->columns, .inputs = {input}};
  if (within_ != nullptr) plan.limit_by = within_->keys;
  for (const Item& item : op.items) {
    TRY_ASSIGN(const std::vector<size_t> found, matching(item, input->columns));
    for (const size_t i : found) plan.limit_by.push_back(input->columns[i]);
  }
  TRY(declared_columns(op, environment, plan));
  std::vector<Qualified> states;
  for (const Step& step : op.steps) {
    const auto called = [&step](const Qualified& q) { return q.name == step.name; };
    if (std::any_of(states.begin(), states.end(), called))
      return fail(DiagnosticCode::kWrongUse, step.span, "a step '" + step.name + "' is there already");
    Qualified state{step.name, plan.columns};
    for (Column& column : state.columns) {
      column.id = bindings_.new_column_id();
      column.nullable = column.type != Type::kString;
    }
    states.push_back(std::move(state));
  }
  for (size_t i = 0; i < op.steps.size(); ++i) {
    TRY_ASSIGN(BoundStep step, scan_step(op.steps[i], plan.columns, plan.parsed, states, environment));
    step.state = states[i].columns;
    plan.steps.push_back(std::move(step));
  }
  if (plan.index) plan.columns.push_back(*plan.index);
  return bindings_.add(std::move(plan), op.span);
}

}  // namespace linkgate::kql
