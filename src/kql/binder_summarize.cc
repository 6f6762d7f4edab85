// summarize, distinct and count. Source of the naming rules: what the official language service binds.

#include <algorithm>

#include "kql/binder_state.h"
#include "kql/literal.h"

namespace linkgate::kql {
namespace {

// How many arguments an aggregate of several results has where it has one.
size_t arguments_of_one(AggregateShape shape) {
  if (shape == AggregateShape::kWeightedPercentiles) return 3;
  return shape == AggregateShape::kPercentiles ? 2 : 1;
}

bool is_percentage(const BoundExpr& level) {
  const auto* whole = std::get_if<int64_t>(&level.value);
  const auto* real = std::get_if<double>(&level.value);
  if (whole != nullptr) return *whole >= 0 && *whole <= 100;
  return real != nullptr && *real >= 0 && *real <= 100;
}

bool is_star(const Expr& expr) { return expr.kind == ExprKind::kStar; }

// The aggregate that an item is as a whole, or null: count(), but not count() * 2.
const Aggregate* whole_aggregate(const Expr& expr) {
  if (expr.kind != ExprKind::kCall) return nullptr;
  const auto rows = find_aggregates(expr.name);
  return rows.empty() ? nullptr : rows[0];
}

Diagnostic no_dynamic_key(Span span) {
  return fail(DiagnosticCode::kWrongType, span,
              "rows cannot be grouped by a dynamic; convert it first, as with tostring()");
}

}  // namespace

Expected<std::vector<Assignment>> Binder::keys(const std::vector<Item>& items, const Plan& input,
                                               const Environment* environment, Names& names) {
  std::vector<Assignment> found;
  for (const Item& item : items) {
    TRY_ASSIGN(const BoundExpr* value,
               scalar(*item.expr, {.environment = environment, .columns = &input.columns}));
    if (value->type == Type::kDynamic) return no_dynamic_key(item.span);
    std::string name = item.name;
    if (name.empty() && item.expr->kind == ExprKind::kName) name = item.expr->name;
    if (!name.empty()) {
      TRY_ASSIGN(name, names.claim(name, item.span));
    } else {
      name = implied_name(*item.expr);
      name = name.empty() ? names.column() : names.number(name);
    }
    found.push_back({{bindings_.new_column_id(), std::move(name), value->type, value->nullable}, value});
  }
  return found;
}

Binder::Table Binder::summarize(const Operator& op, const Plan& input, const Environment* environment) {
  Names names;
  Plan plan{.kind = PlanKind::kSummarize, .inputs = {&input}};
  TRY_ASSIGN(plan.assignments, keys(op.by, input, environment, names));
  Columns columns;
  for (const Assignment& key : plan.assignments) columns.push_back(key.column);
  std::vector<Assignment> computed;
  for (const Item& item : op.items) {
    const Aggregate* whole = whole_aggregate(*item.expr);
    const bool several =
        whole != nullptr && whole->shape != AggregateShape::kPlain && whole->shape != AggregateShape::kWithIf;
    if (several && find(environment, item.expr->name) == nullptr) {
      TRY(several_results(item, *whole, plan, input, environment, names, columns));
      continue;
    }
    TRY_ASSIGN(const BoundExpr* value, of_group(*item.expr, input, environment, plan.aggregates));
    std::string name = item.name;
    if (!name.empty()) {
      TRY_ASSIGN(name, names.claim(name, item.span));
    } else {
      name = implied_name(*item.expr);
      name = name.empty() ? names.column() : names.number(name);
    }
    Column column{bindings_.new_column_id(), std::move(name), value->type, value->nullable};
    if (value->kind == BoundKind::kColumn)
      column.id = value->column;
    else
      computed.push_back({column, value});
    columns.push_back(std::move(column));
  }
  TRY(add_keys_of_subquery(plan, op.span));
  for (const Assignment& key : plan.assignments) plan.columns.push_back(key.column);
  for (const AggregateCall& call : plan.aggregates) {
    plan.columns.insert(plan.columns.end(), call.columns.begin(), call.columns.end());
  }
  TRY_ASSIGN(const Plan* grouped, bindings_.add(std::move(plan), op.span));
  return projection(*grouped, std::move(columns), std::move(computed), op.span);
}

// arg_max(E, *), take_any(a, b), percentiles(x, 5, 95): one aggregate, several columns.
Expected<> Binder::several_results(const Item& item, const Aggregate& aggregate, Plan& plan,
                                   const Plan& input, const Environment* environment, Names& names,
                                   Columns& columns) {
  const Scope scope{.environment = environment, .columns = &input.columns};
  const std::vector<const Expr*>& written = item.expr->children;
  AggregateCall call{.span = item.span};
  std::vector<std::string> stems;
  for (const Expr* arg : written) {
    if (!is_star(*arg)) {
      TRY_ASSIGN(const BoundExpr* value, scalar(*arg, scope));
      call.args.push_back(value);
      stems.push_back(implied_name(*arg));
      continue;
    }
    for (const Column& other : input.columns) {
      const auto is_other = [&other](const BoundExpr* e) {
        return e->kind == BoundKind::kColumn && e->column == other.id;
      };
      const bool key = std::any_of(plan.assignments.begin(), plan.assignments.end(),
                                   [&is_other](const Assignment& a) { return is_other(a.expr); });
      if (key || std::any_of(call.args.begin(), call.args.end(), is_other)) continue;
      TRY_ASSIGN(const BoundExpr* value, column(other, arg->span));
      call.args.push_back(value);
      stems.push_back(other.name);
    }
  }
  TRY_ASSIGN(call.aggregate, aggregate_for(aggregate.name, call.args, item.expr->span));
  const bool weighted = aggregate.shape == AggregateShape::kWeightedPercentiles;
  const bool percentiles = weighted || aggregate.shape == AggregateShape::kPercentiles;
  for (size_t i = weighted ? 2 : percentiles ? 1 : 0; i < call.args.size(); ++i) {
    if (percentiles && !is_percentage(*call.args[i])) {
      return fail(DiagnosticCode::kWrongUse, call.args[i]->span, "a percentile is a number from 0 to 100");
    }
    const BoundExpr& value = percentiles ? *call.args[0] : *call.args[i];
    std::string stem = stems[i];
    if (percentiles)
      stem = "percentile_" + stems[0] + "_" + percentile_name(*call.args[i]);
    else if (aggregate.name == "any" && written.size() == 1 && !is_star(*written[0]))
      stem = "any_" + stem;
    else if (aggregate.name == "argmax" ||
             aggregate.name == "argmin")  // older names, which say what they are
      stem = std::string(aggregate.prefix) + "_" + stems[0] + (i > 0 ? "_" + stem : "");
    else if (stem.empty())
      stem = std::string(aggregate.prefix) + "_";
    const size_t place = call.columns.size();
    std::string name = place < item.names.size() ? item.names[place] : place == 0 ? item.name : "";
    if (!name.empty()) {
      TRY_ASSIGN(name, names.claim(name, item.span));
    } else {
      name = names.number(stem);
    }
    call.columns.push_back({bindings_.new_column_id(), std::move(name), value.type, true});
    if (value.type == Type::kString)
      call.columns.back().nullable = false;
    else if (!plan.assignments.empty() && !percentiles)
      call.columns.back().nullable = value.nullable;
  }
  if (aggregate.shape == AggregateShape::kArgExtreme && call.args[0]->nullable) {
    // A group whose E is null throughout has a row all the same: its own.
    for (Column& c : call.columns) c.nullable = c.type != Type::kString;
  }
  columns.insert(columns.end(), call.columns.begin(), call.columns.end());
  plan.aggregates.push_back(std::move(call));
  return {};
}

// 95 is "95", 99.9 is "99_9".
std::string Binder::percentile_name(const BoundExpr& percentile) {
  std::string text;
  if (const auto* whole = std::get_if<int64_t>(&percentile.value))
    text = std::to_string(*whole);
  else if (const auto* real = std::get_if<double>(&percentile.value))
    text = real_text(*real);
  if (text.ends_with(".0")) text.resize(text.size() - 2);
  std::replace(text.begin(), text.end(), '.', '_');
  return text;
}

// The overload that takes these arguments, which become what it asks for.
Expected<const Aggregate*> Binder::aggregate_for(std::string_view name, Args& args, Span span) {
  const Aggregate* best = nullptr;
  Fit best_fit;
  std::string accepted;
  for (const Aggregate* row : find_aggregates(name)) {
    const auto found = fit(row->function, args);
    if (found && (best == nullptr || found->cost < best_fit.cost)) best = row, best_fit = *found;
    accepted += (accepted.empty() ? "" : " or ") +
                std::string(row->function.signature.substr(row->function.signature.find('(')));
  }
  if (best == nullptr) {
    return fail(DiagnosticCode::kWrongType, span,
                "'" + std::string(name) + "' takes " + said_parameters(accepted));
  }
  for (size_t i = 0; i < args.size(); ++i) {
    if (parameter_of(best->function, i, args.size())->constant && args[i]->kind != BoundKind::kLiteral) {
      return fail(DiagnosticCode::kWrongUse, args[i]->span,
                  "this argument of '" + std::string(name) + "' must be a constant");
    }
    TRY_ASSIGN(args[i], converted(args[i], best_fit.types[i]));
  }
  return best;
}

// The first column in `expr` that no aggregate gives.
static const BoundExpr* column_of_rows(const BoundExpr& expr, const std::vector<AggregateCall>& aggregates) {
  if (expr.kind == BoundKind::kColumn) {
    const bool given = std::any_of(aggregates.begin(), aggregates.end(), [&expr](const AggregateCall& call) {
      return std::any_of(call.columns.begin(), call.columns.end(),
                         [&expr](const Column& column) { return column.id == expr.column; });
    });
    return given ? nullptr : &expr;
  }
  for (const BoundExpr* arg : expr.args) {
    if (const BoundExpr* found = column_of_rows(*arg, aggregates)) return found;
  }
  return nullptr;
}

// A group has many rows: beside its aggregates there is none to take a column from, not even one of its keys
// (KS236 of the Kusto service).
Binder::Scalar Binder::of_group(const Expr& expr, const Plan& input, const Environment* environment,
                                std::vector<AggregateCall>& aggregates) {
  TRY_ASSIGN(
      const BoundExpr* value,
      scalar(expr, {.environment = environment, .columns = &input.columns, .aggregates = &aggregates}));
  const BoundExpr* stray = column_of_rows(*value, aggregates);
  if (stray == nullptr) return value;
  std::string name = "it";
  for (const Column& column : input.columns)
    if (column.id == stray->column) name = column.name;
  return fail(DiagnosticCode::kWrongUse, stray->span,
              "The name '" + name +
                  "' is not an aggregate or scalar function: a group has many rows, so say " +
                  "what of them is meant, as in take_any(" + name + ")");
}

Binder::Scalar Binder::aggregate(const Expr& expr, const Scope& scope) {
  AggregateCall call{.span = expr.span};
  const Scope inside{.environment = scope.environment, .columns = scope.columns};
  for (const Expr* arg : expr.children) {
    if (is_star(*arg)) return fail(DiagnosticCode::kWrongUse, arg->span, "'*' has no meaning here");
    TRY_ASSIGN(const BoundExpr* value, scalar(*arg, inside));
    call.args.push_back(value);
  }
  TRY_ASSIGN(call.aggregate, aggregate_for(expr.name, call.args, expr.span));
  if (call.aggregate->shape != AggregateShape::kPlain && call.aggregate->shape != AggregateShape::kWithIf &&
      call.args.size() != arguments_of_one(call.aggregate->shape)) {
    return fail(DiagnosticCode::kNotSupported, expr.span,
                "'" + expr.name + "' with several results cannot stand in an expression");
  }
  const Function& types = call.aggregate->function;
  const Type type = types.result.value_or(call.args.empty() ? Type::kLong : call.args[0]->type);
  const bool nullable = types.nulls == NullRule::kAlways && type != Type::kString;
  call.columns.push_back({bindings_.new_column_id(), expr.name, type, nullable});
  scope.aggregates->push_back(call);
  return column(call.columns[0], expr.span);
}

Binder::Table Binder::distinct(const Operator& op, const Plan& input, const Environment* environment) {
  Plan plan{.kind = PlanKind::kSummarize, .inputs = {&input}};
  if (op.items.size() == 1 && is_star(*op.items[0].expr)) {
    for (const Column& other : input.columns) {
      if (other.type == Type::kDynamic) return no_dynamic_key(op.items[0].span);
      TRY_ASSIGN(const BoundExpr* value, column(other, op.items[0].span));
      plan.assignments.push_back(
          {{bindings_.new_column_id(), other.name, other.type, other.nullable}, value});
    }
  } else {
    Names names;
    TRY_ASSIGN(plan.assignments, keys(op.items, input, environment, names));
  }
  for (const Assignment& key : plan.assignments) plan.columns.push_back(key.column);
  TRY(add_keys_of_subquery(plan, op.span));
  return bindings_.add(std::move(plan), op.span);
}

Binder::Table Binder::count(const Operator& op, const Plan& input) {
  Plan plan{.kind = PlanKind::kSummarize, .inputs = {&input}};
  plan.columns.push_back(
      {bindings_.new_column_id(), op.name.empty() ? "Count" : op.name, Type::kLong, false});
  Args none;
  AggregateCall call{.columns = plan.columns, .span = op.span};
  TRY_ASSIGN(call.aggregate, aggregate_for("count", none, op.span));
  plan.aggregates.push_back(std::move(call));
  TRY(add_keys_of_subquery(plan, op.span));
  return bindings_.add(std::move(plan), op.span);
}

}  // namespace linkgate::kql
