// Calls: of the built-in tables, of let functions, and of the few forms that are no functions.

#include <algorithm>
#include <utility>

#include "kql/binder_state.h"
#include "kql/kusto_names.h"
#include "kql/literal.h"

namespace linkgate::kql {

Binder::Scalar Binder::call(const Expr& expr, const Scope& scope) {
  const bool several = std::exchange(several_, false);
  const Environment* found = find(scope.environment, expr.name);
  if (found != nullptr && found->value != nullptr) return user_call(expr, *found, scope);
  if (found != nullptr && found->broken) return DiagnosticList::said();
  if (expr.name == "pack_all" || expr.name == "bag_pack_columns") return packed_columns(expr, scope);
  if (!find_window_functions(expr.name).empty()) return window_call(expr, scope);
  if (expr.name == "node_degree_in" || expr.name == "node_degree_out") return node_degree(expr, scope);
  if (expr.name == "toscalar") return to_scalar(expr, scope);
  if (expr.name == "ingestion_time") return ingestion_time(expr, scope);
  if (expr.name == "column_names_of") return column_names(expr, scope);
  if (expr.name == "bin_auto") return bin_auto(expr, scope);
  if (expr.name == "iscolumnexists") return column_exists(expr, scope);
  if (expr.name == "case") return case_call(expr, scope);
  if (expr.name == "column_ifexists" || expr.name == "columnifexists") return column_if_exists(expr, scope);
  const bool is_aggregate = !find_aggregates(expr.name).empty();
  const auto rows = find_functions(expr.name);
  const bool is_function = !rows.empty() && (in_text_ || !rows[0]->is_operator);
  if (is_aggregate && scope.aggregates != nullptr) return aggregate(expr, scope);
  if (is_aggregate && !is_function) {
    return fail(DiagnosticCode::kWrongUse, expr.span,
                "'" + expr.name + "' stands only in summarize, and not inside another aggregate");
  }
  if (!is_function) return unknown_function(expr);
  Args args;
  std::optional<Type> wanted;
  for (const Expr* child : expr.children) {
    if (takes_type(expr.name) && child == expr.children.back()) wanted = type_argument(*child);
    if (wanted) break;
    if (child->kind == ExprKind::kStar && expr.name == "estimate_data_size" && scope.columns != nullptr) {
      for (const Column& known : *scope.columns) {
        TRY_ASSIGN(const BoundExpr* arg, column(known, child->span));
        args.push_back(arg);
      }
      continue;
    }
    TRY_ASSIGN(const BoundExpr* arg, scalar(*child, scope));
    args.push_back(arg);
  }
  TRY_ASSIGN(const BoundExpr* result, invoke(expr.name, std::move(args), expr.span));
  if (result->kind == BoundKind::kCall && !result->function->parts.empty() && !several)
    return part(result, 0);
  return wanted ? converted(result, *wanted) : result;
}

// typeof(long), as the last argument of extract, extract_json and percentile_tdigest.
bool Binder::takes_type(std::string_view function) {
  return function == "extract" || function == "percentile_tdigest" || function == "extract_json" ||
         function == "extractjson";
}

std::optional<Type> Binder::type_argument(const Expr& expr) {
  const bool is_type = expr.kind == ExprKind::kCall && expr.name == "typeof" && expr.children.size() == 1 &&
                       expr.children[0]->kind == ExprKind::kName;
  return is_type ? type_from_name(expr.children[0]->name) : std::nullopt;
}

Diagnostic Binder::unknown_function(const Expr& call) {
  Span name_span = call.span;
  name_span.end =
      std::min<uint32_t>(name_span.end, name_span.begin + static_cast<uint32_t>(call.name.size()));
  if (is_kusto_function(call.name)) {
    return fail(DiagnosticCode::kNotSupported, name_span,
                "the function '" + call.name + "' is not supported");
  }
  std::vector<std::string_view> names = function_names();
  for (std::string_view aggregate : aggregate_names()) names.push_back(aggregate);
  Diagnostic error = fail(DiagnosticCode::kUnknownName, name_span,
                          "no function '" + call.name + "'" + suggestion(call.name, names));
  error.service_code = kUnknownFunction;
  error.unresolved = "function";
  return error;
}

Binder::Scalar Binder::user_call(const Expr& expr, const Environment& function, const Scope& scope) {
  TRY_ASSIGN(const Environment* inside, call_environment(expr, function, scope));
  return scalar(*function.value->children[0], {.environment = inside});
}

// toscalar(table): its first row's first column. toscalar(value): the value.
Binder::Scalar Binder::to_scalar(const Expr& expr, const Scope& scope) {
  if (expr.children.size() != 1)
    return fail(DiagnosticCode::kWrongUse, expr.span, "'toscalar' takes one argument");
  // toscalar(Key) in the subquery of partition is the key that it is for.
  for (const Column& key : within_ != nullptr ? within_->keys : Columns()) {
    const Expr& named = *expr.children[0];
    const bool is_key = named.kind == ExprKind::kName && named.name == key.name;
    if (is_key && find(scope.environment, key.name) == nullptr) return column(key, expr.span);
  }
  if (!is_tabular(*expr.children[0], scope.environment))
    return scalar(*expr.children[0], {.environment = scope.environment});
  TRY_ASSIGN(const Plan* plan, table(*expr.children[0], scope.environment));
  if (is_lost(*plan)) return DiagnosticList::said();
  if (plan->columns.empty()) return fail(DiagnosticCode::kWrongUse, expr.span, "this table has no columns");
  const Type type = plan->columns[0].type;
  return bindings_.add({.kind = BoundKind::kScalar,
                        .type = type,
                        .nullable = type != Type::kString,
                        .span = expr.span,
                        .plan = plan});
}

// case(c1, v1, c2, v2, ..., otherwise): a chain of iff, so that all values become of one type.
Binder::Scalar Binder::case_call(const Expr& expr, const Scope& scope) {
  if (expr.children.size() < 3 || expr.children.size() % 2 == 0) {
    return fail(DiagnosticCode::kWrongUse, expr.span,
                "'case' takes pairs of a condition and a value, and a last value");
  }
  Args args;
  for (size_t i = 0; i < expr.children.size(); ++i) {
    const bool condition = i % 2 == 0 && i + 1 < expr.children.size();
    TRY_ASSIGN(const BoundExpr* arg,
               condition ? predicate(*expr.children[i], scope) : scalar(*expr.children[i], scope));
    args.push_back(arg);
  }
  return invoke("case", std::move(args), expr.span);
}

// Rows are there within seconds of the event that they tell of, and no other time is kept.
Binder::Scalar Binder::ingestion_time(const Expr& expr, const Scope& scope) {
  if (!expr.children.empty())
    return fail(DiagnosticCode::kWrongUse, expr.span, "'ingestion_time' takes no argument");
  if (scope.columns != nullptr) {
    for (std::string_view wanted : {"Timestamp", "TimeGenerated"}) {
      for (const Column& known : *scope.columns) {
        if (known.name == wanted && known.type == Type::kDateTime) return column(known, expr.span);
      }
    }
  }
  return literal(Type::kDateTime, {}, expr.span);
}

Binder::Scalar Binder::column_names(const Expr& expr, const Scope& scope) {
  if (expr.children.size() != 1 || !is_tabular(*expr.children[0], scope.environment))
    return fail(DiagnosticCode::kWrongUse, expr.span, "'column_names_of' takes a table");
  TRY_ASSIGN(const Plan* plan, table(*expr.children[0], scope.environment));
  std::string names;
  for (const Column& column : plan->columns) names += (names.empty() ? "[" : ",") + json_string(column.name);
  return literal(Type::kDynamic, names + "]", expr.span);
}

// bin_at with what `set query_bin_auto_size` and `query_bin_auto_at` say.
Binder::Scalar Binder::bin_auto(const Expr& expr, const Scope& scope) {
  if (expr.children.size() != 1 || bin_auto_size_ == nullptr)
    return fail(DiagnosticCode::kWrongUse, expr.span,
                "'bin_auto' takes one argument, and 'set query_bin_auto_size=...' before the query");
  TRY_ASSIGN(const BoundExpr* value, scalar(*expr.children[0], scope));
  Args args = {value, bin_auto_size_};
  if (bin_auto_at_ != nullptr) args.push_back(bin_auto_at_);
  return invoke(bin_auto_at_ != nullptr ? "bin_at" : "bin", std::move(args), expr.span, "bin_auto");
}

Binder::Scalar Binder::column_exists(const Expr& expr, const Scope& scope) {
  const bool sound = expr.children.size() == 1 && expr.children[0]->kind == ExprKind::kLiteral &&
                     expr.children[0]->type == Type::kString;
  if (!sound)
    return fail(DiagnosticCode::kWrongUse, expr.span, "'iscolumnexists' takes a column's name in quotes");
  const std::string& wanted = std::get<std::string>(expr.children[0]->value);
  const auto is_wanted = [&wanted](const Column& known) { return known.name == wanted; };
  const bool there =
      scope.columns != nullptr && std::any_of(scope.columns->begin(), scope.columns->end(), is_wanted);
  return literal(Type::kBool, there, expr.span);
}

Binder::Scalar Binder::column_if_exists(const Expr& expr, const Scope& scope) {
  const bool sound = expr.children.size() == 2 && expr.children[0]->kind == ExprKind::kLiteral &&
                     expr.children[0]->type == Type::kString;
  if (!sound)
    return fail(DiagnosticCode::kWrongUse, expr.span,
                "'" + expr.name + "' takes a column's name in quotes and a default");
  const std::string& wanted = std::get<std::string>(expr.children[0]->value);
  if (scope.columns != nullptr) {
    for (const Column& known : *scope.columns) {
      if (known.name == wanted) return column(known, expr.span);
    }
  }
  return scalar(*expr.children[1], scope);
}

}  // namespace linkgate::kql
