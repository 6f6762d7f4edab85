// mv-expand and mv-apply: several rows of one.

#include <algorithm>

#include "kql/binder_state.h"

namespace linkgate::kql {
namespace {

const Column* with_id(const Columns& columns, int id) {
  const auto found =
      std::find_if(columns.begin(), columns.end(), [id](const Column& c) { return c.id == id; });
  return found == columns.end() ? nullptr : &*found;
}

}  // namespace

void place_column(Columns& columns, const Column& column) {
  for (Column& old : columns) {
    if (old.name != column.name) continue;
    old = column;
    return;
  }
  columns.push_back(column);
}

// kind= (or bagexpansion=) says what becomes of bags, with_itemindex= (of mv-apply also ItemIndex=) names a
// column.
Expected<> Binder::expansion_parameters(const Operator& op, const Columns& columns, Plan& plan) {
  for (const Parameter& parameter : op.parameters) {
    const std::string& word = parameter.value->name;
    if (parameter.value->kind != ExprKind::kName)
      return fail(DiagnosticCode::kWrongUse, parameter.span,
                  "a word is needed after '" + parameter.name + "='");
    if (parameter.name == "with_itemindex" || parameter.name == "ItemIndex") {
      Names names;
      for (const Column& column : columns) names.taken.insert(column.name);
      plan.index = Column{bindings_.new_column_id(), names.number(word), Type::kLong, false};
    } else if (word == "bag" || word == "array") {
      plan.bags_as_pairs = word == "array";
    } else {
      return fail(DiagnosticCode::kWrongUse, parameter.value->span,
                  "'" + parameter.name + "' is bag or array");
    }
  }
  return {};
}

// The elements of `column` as `type`. This is no conversion: a text is no number even if it reads like one.
Binder::Scalar Binder::element_as(const Column& element, Type type, Span span) {
  TRY_ASSIGN(const BoundExpr* value, column(element, span));
  if (is_number(type) || type == Type::kBool) {
    TRY_ASSIGN(value, invoke("not a text", {value}, span));
  }
  return converted(value, type);
}

Binder::Table Binder::expansion(const Operator& op, const Plan& input, const Environment* environment) {
  Plan plan{.kind = PlanKind::kExpand, .columns = input.columns, .inputs = {&input}};
  if (op.expr != nullptr) {
    TRY_ASSIGN(plan.limit, row_count(*op.expr, environment));
    plan.limited = true;
  }
  Names names;
  for (const Column& column : input.columns) names.taken.insert(column.name);
  std::set<std::string> expanded;
  std::vector<Type> types;
  for (const Item& item : op.items) {
    TRY_ASSIGN(const BoundExpr* array,
               scalar(*item.expr, {.environment = environment, .columns = &input.columns}));
    if (array->type != Type::kDynamic) {
      const bool text = array->type == Type::kString && item.expr->kind == ExprKind::kName;
      const std::string column = text ? quoted_name(item.expr->name) : "";
      return fail(
          DiagnosticCode::kWrongType, item.span,
          "a dynamic is needed here, and this is " + with_article(array->type) +
              (text ? "; where it holds JSON as text, write " + column + " = parse_json(" + column + ")"
                    : ""));
    }
    std::string name = item.name.empty() ? implied_name(*item.expr) : item.name;
    if (name.empty()) name = names.column();
    if (!expanded.insert(name).second)
      return fail(DiagnosticCode::kWrongUse, item.span, "a column '" + name + "' is there already");
    const Column element{bindings_.new_column_id(), std::move(name), Type::kDynamic, true};
    place_column(plan.columns, element);
    plan.assignments.push_back({element, array});
    types.push_back(item.type.value_or(Type::kDynamic));
  }
  TRY(expansion_parameters(op, plan.columns, plan));
  if (plan.index) plan.columns.push_back(*plan.index);
  const std::vector<Assignment> elements = plan.assignments;
  TRY_ASSIGN(const Plan* rows, bindings_.add(std::move(plan), op.span));

  Columns columns = rows->columns;
  std::vector<Assignment> typed;
  for (size_t i = 0; i < elements.size(); ++i) {
    if (types[i] == Type::kDynamic) continue;
    TRY_ASSIGN(const BoundExpr* value, element_as(elements[i].column, types[i], op.items[i].span));
    typed.push_back({{bindings_.new_column_id(), elements[i].column.name, types[i], value->nullable}, value});
    place_column(columns, typed.back().column);
  }
  return typed.empty() ? rows : projection(*rows, std::move(columns), std::move(typed), op.span);
}

Binder::Table Binder::mv_expand(const Operator& op, const Plan& input, const Environment* environment) {
  return expansion(op, input, environment);
}

// The subquery runs over the rows of each row apart: their number goes with them as a key, and what the row
// had besides goes along.
Binder::Table Binder::mv_apply(const Operator& op, const Plan& input, const Environment* environment) {
  const Column number{bindings_.new_column_id(), "", Type::kLong, false};
  TRY_ASSIGN(const Plan* numbered,
             bindings_.add(
                 {.kind = PlanKind::kNumber, .columns = input.columns, .inputs = {&input}, .index = number},
                 op.span));
  TRY_ASSIGN(const Plan* rows, expansion(op, *numbered, environment));
  Columns columns;
  for (const Column& column : input.columns) {
    if (with_id(rows->columns, column.id) != nullptr) columns.push_back(column);
  }
  Within within{.outer = within_, .operator_name = "mv-apply", .keys = {number}, .carried = columns};
  TRY_ASSIGN(const Plan* answered, subquery(*op.body, *rows, within, environment));
  for (const Column& column : answered->columns) place_column(columns, column);
  return projection(*answered, std::move(columns), {}, op.span);
}

Binder::Table Binder::subquery(const Expr& body, const Plan& input, Within& within,
                               const Environment* environment) {
  if (within.outer != nullptr) {
    within.keys.insert(within.keys.end(), within.outer->keys.begin(), within.outer->keys.end());
    for (const Column& column : within.outer->carried) {
      if (with_id(within.carried, column.id) == nullptr) within.carried.push_back(column);
    }
  }
  const Within* outer = std::exchange(within_, &within);
  auto answered = steps(body, &input, environment);
  within_ = outer;
  return answered;
}

// What an operator that makes one row of several needs in a subquery: the keys of the row it is for, and that
// row's other columns.
Expected<> Binder::add_keys_of_subquery(Plan& plan, Span span) {
  if (within_ == nullptr) return {};
  for (const Column& key : within_->keys) {
    TRY_ASSIGN(const BoundExpr* value, column(key, span));
    plan.assignments.push_back({key, value});
  }
  for (const Column& carried : within_->carried) {
    AggregateCall call{.columns = {carried}, .span = span};
    TRY_ASSIGN(const BoundExpr* value, column(carried, span));
    call.args = {value};
    TRY_ASSIGN(call.aggregate, aggregate_for("take_any", call.args, span));
    plan.aggregates.push_back(std::move(call));
  }
  return {};
}

}  // namespace linkgate::kql
