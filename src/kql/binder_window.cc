// Window functions. Their calls are gathered while an operator's expressions are bound, and become a plan
// node below the operator, whose columns then stand in the expressions.

#include <algorithm>

#include "kql/binder_state.h"
#include "kql/window.h"

namespace linkgate::kql {
namespace {

bool names_one_of(const BoundExpr& expr, const std::vector<WindowCall>& calls) {
  const auto is_its = [&expr](const WindowCall& c) { return c.column.id == expr.column; };
  if (expr.kind == BoundKind::kColumn && std::any_of(calls.begin(), calls.end(), is_its)) return true;
  return std::any_of(expr.args.begin(), expr.args.end(),
                     [&calls](const BoundExpr* arg) { return names_one_of(*arg, calls); });
}

}  // namespace

// The overload that takes these arguments, which become what it asks for.
Expected<const WindowFunction*> Binder::window_for(const Expr& expr, Args& args) {
  const WindowFunction* best = nullptr;
  Fit best_fit;
  std::string accepted;
  for (const WindowFunction* row : find_window_functions(expr.name)) {
    const auto found = fit(row->function, args);
    if (found && (best == nullptr || found->cost < best_fit.cost)) best = row, best_fit = *found;
    accepted += (accepted.empty() ? "" : " or ") +
                std::string(row->row.signature.substr(row->row.signature.find('(')));
  }
  if (best == nullptr)
    return fail(DiagnosticCode::kWrongType, expr.span, "'" + expr.name + "' takes " + accepted);
  for (size_t i = 0; i < args.size(); ++i) {
    if (parameter_of(best->function, i, args.size())->constant && args[i]->kind != BoundKind::kLiteral) {
      return fail(DiagnosticCode::kWrongUse, args[i]->span,
                  "this argument of '" + expr.name + "' must be a constant");
    }
    TRY_ASSIGN(args[i], converted(args[i], best_fit.types[i]));
  }
  return best;
}

Binder::Scalar Binder::window_call(const Expr& expr, const Scope& scope) {
  if (scope.below == nullptr) {
    return fail(
        DiagnosticCode::kWrongUse, expr.span,
        "'" + expr.name + "' looks at other rows, and stands only in extend, project, where and serialize");
  }
  if (!scope.below->plan->serialized) {
    return fail(DiagnosticCode::kWrongUse, expr.span,
                "'" + expr.name +
                    "' cannot be invoked here: the row set must be serialized, as by sort, top or serialize");
  }
  if (within_ != nullptr) {
    return fail(
        DiagnosticCode::kNotSupported, expr.span,
        "'" + expr.name + "' is not supported in the subquery of " + std::string(within_->operator_name));
  }
  Args args;
  for (const Expr* child : expr.children) {
    TRY_ASSIGN(const BoundExpr* arg, scalar(*child, scope));
    args.push_back(arg);
  }
  TRY_ASSIGN(const WindowFunction* function, window_for(expr, args));
  const Type type = function->function.result.value_or(args.empty() ? Type::kLong : args[0]->type);
  const bool nullable =
      type != Type::kString && (type == Type::kDynamic || result_is_nullable(function->function, args));
  WindowCall call{
      function, std::move(args), {bindings_.new_column_id(), expr.name, type, nullable}, expr.span};
  const auto depends = [&scope](const BoundExpr* arg) { return names_one_of(*arg, scope.below->calls); };
  if (std::any_of(call.args.begin(), call.args.end(), depends)) {
    TRY_ASSIGN(scope.below->plan, with_windows(*scope.below, expr.span));
  }
  const Column result = call.column;
  scope.below->calls.push_back(std::move(call));
  return column(result, expr.span);
}

// The rows with the columns of the calls gathered so far.
Binder::Table Binder::with_windows(Below& below, Span span) {
  if (below.calls.empty()) return below.plan;
  Plan plan{.kind = PlanKind::kWindow, .columns = below.plan->columns, .inputs = {below.plan}};
  for (const WindowCall& call : below.calls) plan.columns.push_back(call.column);
  plan.windows = std::move(below.calls);
  below.calls.clear();
  return bindings_.add(std::move(plan), span);
}

}  // namespace linkgate::kql
