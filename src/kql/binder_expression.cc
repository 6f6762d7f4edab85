// Names, members, operators, literals and conversions.

#include <algorithm>
#include <limits>

#include "kql/binder_depth.h"
#include "kql/binder_state.h"
#include "kql/literal.h"

namespace linkgate::kql {

Binder::Scalar Binder::scalar(const Expr& expr, const Scope& scope) {
  const Depth depth(*this);
  if (depth.exceeded()) return depth.refusal(expr.span);
  if (errors_ != nullptr && failed_.contains({expr.span.begin, expr.span.end})) return DiagnosticList::said();
  auto found = scalar_body(expr, scope);
  if (!found && errors_ != nullptr) return failed(expr, scope, std::move(found.error()));
  return found;
}

Binder::Scalar Binder::scalar_body(const Expr& expr, const Scope& scope) {
  if (scope.computed != nullptr) {
    if (const auto known = scope.computed->find(&expr); known != scope.computed->end())
      return column(known->second, expr.span);
  }
  switch (expr.kind) {
    case ExprKind::kName:
      return name(expr, scope);
    case ExprKind::kLiteral:
      return literal(expr.type, expr.value, expr.span);
    case ExprKind::kUnary:
      return unary(expr, scope);
    case ExprKind::kBinary:
      return binary(expr, scope);
    case ExprKind::kLogical:
      return logical(expr, scope);
    case ExprKind::kCall:
      return call(expr, scope);
    case ExprKind::kMember:
    case ExprKind::kIndex:
      return member(expr, scope);
    case ExprKind::kNamed:
      return fail(DiagnosticCode::kWrongUse, expr.span,
                  "only arguments of functions made by let have names; to compare write '=='");
    case ExprKind::kUnread:
      return DiagnosticList::said();
    case ExprKind::kStar:
    case ExprKind::kWildcard:
      return fail(DiagnosticCode::kNotSupported, expr.span, "'*' is not supported here");
    case ExprKind::kPipeline:
    case ExprKind::kDataTable:
    case ExprKind::kRange:
    case ExprKind::kPrint:
    case ExprKind::kUnion:
    case ExprKind::kSearch:
    case ExprKind::kFind:
    case ExprKind::kPattern:
    case ExprKind::kExternal:
    case ExprKind::kFunction:
    case ExprKind::kInput:
      break;
  }
  return fail(DiagnosticCode::kWrongUse, expr.span,
              "a single value is needed here, and this is a table; see toscalar()");
}

Binder::Scalar Binder::literal(Type type, Value value, Span span) {
  const bool nullable = type == Type::kDynamic || is_null(value);
  return bindings_.add({.kind = BoundKind::kLiteral,
                        .type = type,
                        .nullable = nullable,
                        .span = span,
                        .value = std::move(value)});
}

Binder::Scalar Binder::column(const Column& column, Span span) {
  return bindings_.add({.kind = BoundKind::kColumn,
                        .type = column.type,
                        .nullable = column.nullable,
                        .span = span,
                        .column = column.id});
}

// A row's columns hide let statements of the same name.
Binder::Scalar Binder::name(const Expr& expr, const Scope& scope) {
  std::vector<std::string_view> names;
  for (const Columns* columns : {scope.columns, scope.right}) {
    if (columns == nullptr) continue;
    for (const Column& known : *columns) {
      if (known.name == expr.name)
        return broken_.contains(known.id) ? Scalar(DiagnosticList::said()) : column(known, expr.span);
      names.push_back(known.name);
    }
  }
  if (const Environment* found = find(scope.environment, expr.name)) {
    if (found->scalar != nullptr) return found->scalar;
    if (found->broken) return DiagnosticList::said();
    const bool function = found->value != nullptr && found->value->kind == ExprKind::kFunction;
    if (function && !is_tabular(expr, scope.environment)) return user_call(expr, *found, scope);
    return fail(DiagnosticCode::kWrongUse, expr.span,
                "'" + expr.name + "' is a table or a function, and a single value is needed here");
  }
  if (open_.contains(scope.columns) || open_.contains(scope.right))
    return literal(Type::kDynamic, {}, expr.span);
  if (is_unknown(scope.columns) || is_unknown(scope.right)) return DiagnosticList::said();
  for (const Environment* e = scope.environment; e != nullptr; e = e->outer) names.push_back(e->name);
  const std::string what = scope.columns == nullptr ? "no let statement '" : "no column '";
  Diagnostic error = fail(DiagnosticCode::kUnknownName, expr.span,
                          what + expr.name + "' here" + suggestion(expr.name, names));
  error.unresolved = scope.columns == nullptr ? "scalar expression" : "column or scalar expression";
  error.operator_name = operator_;
  return error;
}

Binder::Scalar Binder::member(const Expr& expr, const Scope& scope) {
  const Expr& base_expr = *expr.children[0];
  if (base_expr.kind == ExprKind::kName && (base_expr.name == "$left" || base_expr.name == "$right")) {
    const Columns* side = base_expr.name == "$left" ? scope.columns : scope.right;
    if (scope.right == nullptr) {
      return fail(DiagnosticCode::kWrongUse, base_expr.span,
                  "'" + base_expr.name + "' has a meaning only after 'on' of join");
    }
    Expr inner{.kind = ExprKind::kName, .span = expr.span, .name = expr.name};
    return name(inner, {.environment = nullptr, .columns = side});
  }
  if (scope.qualified != nullptr && base_expr.kind == ExprKind::kName && expr.kind == ExprKind::kMember) {
    const auto called = [&base_expr](const Qualified& q) { return q.name == base_expr.name; };
    const auto found = std::find_if(scope.qualified->begin(), scope.qualified->end(), called);
    if (found != scope.qualified->end()) {
      const Expr inner{.kind = ExprKind::kName, .span = expr.span, .name = expr.name};
      return name(inner, {.environment = nullptr, .columns = &found->columns});
    }
  }
  Scalar found = expr.kind == ExprKind::kIndex ? all_parts(base_expr, scope) : scalar(base_expr, scope);
  TRY_ASSIGN(const BoundExpr* base, found);
  if (base->type != Type::kDynamic) {
    return fail(
        DiagnosticCode::kWrongType, expr.span,
        with_article(base->type) + " has no members; if it holds JSON, write parse_json(...) around it");
  }
  if (expr.kind == ExprKind::kMember) {
    TRY_ASSIGN(const BoundExpr* key, literal(Type::kString, expr.name, expr.span));
    return invoke("[]", {base, key}, expr.span);
  }
  TRY_ASSIGN(const BoundExpr* index, scalar(*expr.children[1], scope));
  return invoke("[]", {base, index}, expr.span);
}

Binder::Scalar Binder::unary(const Expr& expr, const Scope& scope) {
  TRY_ASSIGN(const BoundExpr* operand, scalar(*expr.children[0], scope));
  if (expr.name == "+" && (is_number(operand->type) || operand->type == Type::kTimeSpan)) return operand;
  return invoke(expr.name == "-" ? "negate" : "+", {operand}, expr.span, expr.name);
}

Binder::Scalar Binder::binary(const Expr& expr, const Scope& scope) {
  if (expr.children[0]->kind == ExprKind::kStar) return any_column(expr, scope);
  const bool negated_word = expr.name.size() > 2 && expr.name[0] == '!';
  const std::string op = negated_word ? expr.name.substr(1) : expr.name;
  Scalar result = fail(DiagnosticCode::kSyntax, expr.span, "");
  if (op == "in" || op == "in~") {
    result = contains(expr, scope);
  } else if (op == "has_any" || op == "has_all") {
    result = has_list(expr, scope);
  } else {
    Args args;
    for (const Expr* child : expr.children) {
      TRY_ASSIGN(const BoundExpr* arg, scalar(*child, scope));
      args.push_back(arg);
    }
    if (op == "between")
      result = between(args[0], args[1], args[2], expr.span);
    else
      result = compare(op, args[0], args[1], expr.span);
  }
  if (!result || !negated_word) return result;
  return negated(*result, expr.span);
}

Binder::Scalar Binder::negated(const BoundExpr* expr, Span span) { return invoke("not", {expr}, span); }

Binder::Scalar Binder::logical(const Expr& expr, const Scope& scope) {
  Args args;
  for (const Expr* child : expr.children) {
    TRY_ASSIGN(const BoundExpr* arg, predicate(*child, scope));
    args.push_back(arg);
  }
  return invoke(expr.name, std::move(args), expr.span);
}

Binder::Scalar Binder::predicate(const Expr& expr, const Scope& scope) {
  TRY_ASSIGN(const BoundExpr* condition, scalar(expr, scope));
  if (condition->type != Type::kBool) {
    return fail(DiagnosticCode::kWrongType, expr.span,
                "a condition is needed here, and this is " + with_article(condition->type));
  }
  return condition;
}

// Literals are converted here, everything else in SQL.
Binder::Scalar Binder::converted(const BoundExpr* expr, Type type) {
  if (expr->type == type) return expr;
  if (expr->kind == BoundKind::kLiteral) {
    const auto* whole = std::get_if<int64_t>(&expr->value);
    if (is_null(expr->value)) {
      return literal(type, type == Type::kString ? Value(std::string()) : Value(), expr->span);
    }
    if (whole != nullptr && is_integer(expr->type)) {
      if (type == Type::kLong) return literal(type, *whole, expr->span);
      if (type == Type::kReal) return literal(type, static_cast<double>(*whole), expr->span);
      if (type == Type::kDecimal) return literal(type, std::to_string(*whole), expr->span);
      if (type == Type::kInt && *whole >= std::numeric_limits<int32_t>::min() &&
          *whole <= std::numeric_limits<int32_t>::max()) {
        return literal(type, *whole, expr->span);
      }
    }
  }
  const auto* real = expr->kind == BoundKind::kLiteral ? std::get_if<double>(&expr->value) : nullptr;
  if (real != nullptr && type == Type::kDecimal) {
    if (auto text = decimal_text(real_text(*real))) return literal(type, std::move(*text), expr->span);
  }
  const bool nullable = type != Type::kString &&
                        (expr->nullable || type == Type::kDynamic || conversion_can_fail(expr->type, type));
  return bindings_.add(
      {.kind = BoundKind::kConvert, .type = type, .nullable = nullable, .span = expr->span, .args = {expr}});
}

Binder::Scalar Binder::argument_as(const BoundExpr* value, Type type) {
  if (value->kind == BoundKind::kLiteral) {
    TRY(align_literal(value, type));
    return value;
  }
  const bool fits = common_type(value->type, type) == std::optional(type) || value->type == Type::kDynamic ||
                    type == Type::kDynamic;
  if (!fits) {
    return fail(DiagnosticCode::kWrongType, value->span,
                with_article(type) + " is needed here, and this is " + with_article(value->type));
  }
  return converted(value, type);
}

namespace {

// (string, long, long?): the parameters that a signature names.
std::string_view parameters_of(const Function& function) {
  return function.signature.substr(function.signature.find('('));
}

// An overload that wants a constant where there is none is taken last, and says so.
constexpr int kLacksConstantCost = 1'000;
bool lacks_constant(const Function& function, const std::vector<const BoundExpr*>& args) {
  for (size_t i = 0; i < args.size(); ++i) {
    if (parameter_of(function, i, args.size())->constant && args[i]->kind != BoundKind::kLiteral) return true;
  }
  return false;
}

}  // namespace

Binder::Scalar Binder::invoke(std::string_view function, Args args, Span span, std::string_view what) {
  const Function* best = nullptr;
  Fit best_fit;
  std::string accepted;
  for (const Function* row : find_functions(function)) {
    auto found = fit(*row, args);
    if (found && lacks_constant(*row, args)) found->cost += kLacksConstantCost;
    if (found && (best == nullptr || found->cost < best_fit.cost)) best = row, best_fit = *found;
    accepted += (accepted.empty() ? "" : " or ") + std::string(parameters_of(*row));
  }
  if (best == nullptr) {
    std::string given;
    for (const BoundExpr* arg : args)
      given += (given.empty() ? "" : ", ") + std::string(to_string(arg->type));
    return fail(DiagnosticCode::kWrongType, span,
                "'" + std::string(what.empty() ? function : what) + "' takes " + said_parameters(accepted) +
                    ", not (" + given + ")");
  }
  bool constant = true;
  for (size_t i = 0; i < args.size(); ++i) {
    const ParameterSpec& parameter = *parameter_of(*best, i, args.size());
    if (parameter.constant && args[i]->kind != BoundKind::kLiteral) {
      return fail(
          DiagnosticCode::kWrongUse, args[i]->span,
          "this argument of '" + std::string(what.empty() ? function : what) + "' must be a constant");
    }
    TRY_ASSIGN(args[i], converted(args[i], best_fit.types[i]));
    constant = constant && args[i]->kind == BoundKind::kLiteral;
  }
  const Type type = best->result ? *best->result : best_fit.generic.value_or(Type::kString);
  if (constant && best->fold != nullptr) {
    if (auto value = best->fold(args, now_)) return literal(type, std::move(*value), span);
  }
  if (best->check != nullptr) {
    if (auto problem = best->check(args))
      return fail(DiagnosticCode::kWrongUse, problem->span, std::move(problem->message));
  }
  const bool nullable = type == Type::kDynamic || (type != Type::kString && result_is_nullable(*best, args));
  return bindings_.add({.kind = BoundKind::kCall,
                        .type = type,
                        .nullable = nullable,
                        .span = span,
                        .function = best,
                        .args = std::move(args)});
}

}  // namespace linkgate::kql
