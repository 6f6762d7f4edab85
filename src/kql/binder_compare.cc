// Comparisons and lists: what is compared is first made comparable.

#include <algorithm>

#include "kql/binder_state.h"
#include "kql/json.h"
#include "kql/literal.h"

namespace linkgate::kql {
namespace {

bool is_comparison(std::string_view op) {
  return op == "==" || op == "!=" || op == "<" || op == "<=" || op == ">" || op == ">=";
}

std::string quoted_type(const BoundExpr& e) { return std::string(to_string(e.type)); }

}  // namespace

Binder::Scalar Binder::compare(std::string_view op, const BoundExpr* left, const BoundExpr* right,
                               Span span) {
  if (is_comparison(op)) {
    TRY(align(left, right, span));
  } else if (left->type == Type::kDynamic && right->type == Type::kDynamic && !is_text_operator(op)) {
    return fail(
        DiagnosticCode::kWrongType, span,
        "both sides of '" + std::string(op) + "' are dynamic; convert them, as with tolong() or todouble()");
  }
  return invoke(op, {left, right}, span);
}

bool Binder::is_text_operator(std::string_view op) {
  return !(op == "+" || op == "-" || op == "*" || op == "/" || op == "%");
}

// A literal beside a value of another type becomes one of that type: Defender's own samples write
// IsClickedThrough == 1 and IsClickedThrough != "0" for a bool.
Expected<> Binder::align_literal(const BoundExpr*& literal_expr, Type type) {
  const BoundExpr& given = *literal_expr;
  if (given.type == type) return {};
  std::optional<Value> value;
  const auto* text = std::get_if<std::string>(&given.value);
  const auto* whole = std::get_if<int64_t>(&given.value);
  if (is_null(given.value)) {
    value = type == Type::kString ? Value(std::string()) : Value();
  } else if (type == Type::kDynamic) {
    value = dynamic_of(given.type, given.value);
  } else if (given.type == Type::kDynamic) {
    value = scalar_of_json(std::get<std::string>(given.value), type);
  } else if (given.type == Type::kString) {
    value = typed_literal(type, *text);
  } else if (type == Type::kBool && is_integer(given.type)) {
    if (*whole == 0 || *whole == 1) value = *whole == 1;
  } else if (is_number(type) && given.type == Type::kBool) {
    value = std::get<bool>(given.value) ? int64_t{1} : int64_t{0};
    if (type == Type::kReal) value = std::get<bool>(given.value) ? 1.0 : 0.0;
  } else if (type == Type::kString && is_integer(given.type)) {
    value = std::to_string(*whole);
  } else if (is_number(type) && is_number(given.type)) {
    TRY_ASSIGN(literal_expr, converted(literal_expr, type));
    if (literal_expr->kind == BoundKind::kLiteral) return {};
  }
  if (!value) {
    return fail(DiagnosticCode::kWrongType, given.span,
                "this " + quoted_type(given) + " is no " + std::string(to_string(type)));
  }
  TRY_ASSIGN(literal_expr, literal(type, std::move(*value), given.span));
  return {};
}

Expected<> Binder::align(const BoundExpr*& left, const BoundExpr*& right, Span span) {
  if (common_type(left->type, right->type)) return {};
  const auto meet = [this](const BoundExpr*& dynamic, const BoundExpr& other) -> Expected<> {
    TRY_ASSIGN(dynamic, converted(dynamic, is_number(other.type) ? Type::kReal : other.type));
    return {};
  };
  if (left->type == Type::kDynamic) return meet(left, *right);
  if (right->type == Type::kDynamic) return meet(right, *left);
  if (right->kind == BoundKind::kLiteral && left->kind != BoundKind::kLiteral)
    return align_literal(right, left->type);
  if (left->kind == BoundKind::kLiteral) return align_literal(left, right->type);
  Diagnostic error = fail(DiagnosticCode::kWrongType, span,
                          with_article(left->type) + " is not compared with " + with_article(right->type) +
                              "; convert one of them");
  error.service_code = "SEM0064";
  return error;
}

// a .. b, where b may be a timespan after the datetime a.
Binder::Scalar Binder::between(const BoundExpr* value, const BoundExpr* from, const BoundExpr* to,
                               Span span) {
  TRY(align(value, from, from->span));
  if (value->type == Type::kDateTime && to->type == Type::kTimeSpan) {
    TRY_ASSIGN(to, invoke("+", {from, to}, to->span));
  } else {
    TRY(align(value, to, to->span));
  }
  return invoke("between", {value, from, to}, span);
}

// in, in~: a list of values, a dynamic array, or the first column of a table.
Binder::Scalar Binder::contains(const Expr& expr, const Scope& scope) {
  const bool folds = expr.name.ends_with("~");
  TRY_ASSIGN(const BoundExpr* value, scalar(*expr.children[0], scope));
  if (expr.children.size() == 2 && is_tabular(*expr.children[1], scope.environment)) {
    return contained_in_table(expr, value, folds, scope);
  }
  if (value->type == Type::kDynamic) {
    TRY_ASSIGN(value, converted(value, Type::kString));
  }
  Args args = {value};
  for (size_t i = 1; i < expr.children.size(); ++i) {
    TRY_ASSIGN(const BoundExpr* element, scalar(*expr.children[i], scope));
    if (element->type != Type::kDynamic) {
      TRY(align(value, element, element->span));
      args.push_back(element);
    } else if (element->kind == BoundKind::kLiteral) {
      TRY(array_elements(*element, args));
    } else if (expr.children.size() == 2) {
      return invoke(folds ? "in~" : "in", {value, element}, expr.span);
    } else {
      return fail(DiagnosticCode::kNotSupported, element->span,
                  "a computed array must be the only member of its list");
    }
  }
  if (args.size() == 1) return literal(Type::kBool, false, expr.span);  // in (dynamic([]))
  return invoke(folds ? "in~" : "in", std::move(args), expr.span);
}

// The members of a dynamic literal, each as the type of args[0].
Expected<> Binder::array_elements(const BoundExpr& array, Args& args) {
  if (is_null(array.value)) return {};
  const auto elements = json_elements(std::get<std::string>(array.value));
  if (!elements) return fail(DiagnosticCode::kWrongUse, array.span, "this dynamic is not an array");
  for (const std::string& json : *elements) {
    // What cannot be a value of that type equals none: a string in a list of numbers.
    auto value = scalar_of_json(json, args[0]->type);
    if (!value || is_null(*value)) continue;
    TRY_ASSIGN(const BoundExpr* element, literal(args[0]->type, std::move(*value), array.span));
    args.push_back(element);
  }
  return {};
}

Binder::Scalar Binder::contained_in_table(const Expr& expr, const BoundExpr* value, bool folds,
                                          const Scope& scope) {
  TRY_ASSIGN(const Plan* plan, table(*expr.children[1], scope.environment));
  if (is_lost(*plan)) return DiagnosticList::said();
  if (plan->columns.empty())
    return fail(DiagnosticCode::kWrongUse, expr.children[1]->span, "this table has no columns");
  TRY_ASSIGN(const BoundExpr* element, column(plan->columns[0], expr.children[1]->span));
  const BoundExpr* const original = element;
  if (value->type == Type::kDynamic) {
    TRY_ASSIGN(value, converted(value, element->type));
  }
  if (element->type == Type::kDynamic) {
    TRY_ASSIGN(element, converted(element, value->type));
  }
  if (!common_type(value->type, element->type)) {
    return fail(
        DiagnosticCode::kWrongType, expr.span,
        with_article(value->type) + " is not looked for among values of type " + quoted_type(*element));
  }
  if (folds) {
    TRY_ASSIGN(value, invoke("tolower", {value}, expr.span, "in~"));
    TRY_ASSIGN(element, invoke("tolower", {element}, expr.span, "in~"));
  }
  if (element != original) {
    const Column folded{bindings_.new_column_id(), "value", element->type, element->nullable};
    TRY_ASSIGN(plan, projection(*plan, {folded}, {{folded, element}}, expr.span));
  }
  return bindings_.add(
      {.kind = BoundKind::kContains, .type = Type::kBool, .span = expr.span, .args = {value}, .plan = plan});
}

// has_any, has_all: a list of words, an array, or the first column of a table.
Binder::Scalar Binder::has_list(const Expr& expr, const Scope& scope) {
  const std::string op = expr.name[0] == '!' ? expr.name.substr(1) : expr.name;
  TRY_ASSIGN(const BoundExpr* value, scalar(*expr.children[0], scope));
  TRY_ASSIGN(value, argument_as(value, Type::kString));
  Args words = {value};
  for (size_t i = 1; i < expr.children.size(); ++i) {
    const BoundExpr* word = nullptr;
    if (is_tabular(*expr.children[i], scope.environment)) {
      TRY_ASSIGN(word, listed(*expr.children[i], scope));
    } else {
      TRY_ASSIGN(word, scalar(*expr.children[i], scope));
    }
    if (word->type != Type::kDynamic) {
      words.push_back(word);
    } else if (word->kind == BoundKind::kLiteral) {
      TRY(array_elements(*word, words));
    } else if (expr.children.size() == 2) {
      return invoke(op, {value, word}, expr.span);
    } else {
      return fail(DiagnosticCode::kNotSupported, word->span,
                  "a computed array must be the only member of its list");
    }
  }
  Args terms;
  for (size_t i = 1; i < words.size(); ++i) {
    TRY_ASSIGN(const BoundExpr* term, invoke("has", {value, words[i]}, expr.span, op));
    terms.push_back(term);
  }
  if (terms.empty()) return literal(Type::kBool, op == "has_all", expr.span);
  if (terms.size() == 1) return terms[0];
  return invoke(op == "has_any" ? "or" : "and", std::move(terms), expr.span);
}

// The first column of a table as one array.
Binder::Scalar Binder::listed(const Expr& expr, const Scope& scope) {
  TRY_ASSIGN(const Plan* plan, table(expr, scope.environment));
  if (is_lost(*plan)) return DiagnosticList::said();
  if (plan->columns.empty()) return fail(DiagnosticCode::kWrongUse, expr.span, "this table has no columns");
  TRY_ASSIGN(const BoundExpr* element, column(plan->columns[0], expr.span));
  AggregateCall call{.args = {element}, .span = expr.span};
  TRY_ASSIGN(call.aggregate, aggregate_for("make_set", call.args, expr.span));
  call.columns.push_back({bindings_.new_column_id(), "set", Type::kDynamic, true});
  Plan grouped{.kind = PlanKind::kSummarize, .columns = call.columns, .inputs = {plan}};
  grouped.aggregates.push_back(std::move(call));
  TRY_ASSIGN(const Plan* one, bindings_.add(std::move(grouped), expr.span));
  return bindings_.add(
      {.kind = BoundKind::kScalar, .type = Type::kDynamic, .nullable = true, .span = expr.span, .plan = one});
}

}  // namespace linkgate::kql
