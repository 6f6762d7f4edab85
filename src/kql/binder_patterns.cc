// declare pattern: tables by constant strings; and assert-schema.

#include <algorithm>

#include "kql/binder_state.h"

namespace linkgate::kql {

// Of Name(...), Name(...).path and Name(...).["path"] the declaration, or null.
const Environment* Binder::pattern_of(const Expr& expr, const Environment* environment) {
  const Expr& call = expr.kind == ExprKind::kMember ? *expr.children[0] : expr;
  if (call.kind != ExprKind::kCall) return nullptr;
  const Environment* found = find(environment, call.name);
  const bool is_pattern =
      found != nullptr && found->value != nullptr && found->value->kind == ExprKind::kPattern;
  return is_pattern ? found : nullptr;
}

Binder::Table Binder::pattern_table(const Expr& expr, const Environment* environment) {
  const Environment& declared = *pattern_of(expr, environment);
  const Expr& pattern = *declared.value;
  const bool path = expr.kind == ExprKind::kMember;
  const Expr& call = path ? *expr.children[0] : expr;
  std::vector<std::string> given;
  for (const Expr* child : call.children) {
    TRY_ASSIGN(const BoundExpr* value, scalar(*child, {.environment = environment}));
    const auto* text = std::get_if<std::string>(&value->value);
    if (value->kind != BoundKind::kLiteral || value->type != Type::kString || text == nullptr)
      return fail(DiagnosticCode::kWrongUse, child->span, "a pattern is asked by constant strings");
    given.push_back(*text);
  }
  if (path) given.push_back(expr.name);
  const size_t width = pattern.columns.size();
  for (size_t i = 0; i < pattern.children.size() && given.size() == width && path == !pattern.name.empty();
       ++i) {
    const auto same = [&](size_t k) {
      return std::get<std::string>(pattern.items[i * width + k].expr->value) == given[k];
    };
    size_t equal = 0;
    while (equal < width && same(equal)) ++equal;
    if (equal < width) continue;
    const Expr& body = *pattern.children[i];
    const Environment function{.name = declared.name, .value = &body, .definition = declared.definition};
    const Expr bare{.kind = ExprKind::kCall, .span = expr.span, .name = declared.name};
    TRY_ASSIGN(const Environment* inside, call_environment(bare, function, {}));
    return table(*body.children[0], inside);
  }
  std::string asked;
  for (const std::string& text : given) asked += (asked.empty() ? "'" : ", '") + text.substr(0, 60) + "'";
  return fail(DiagnosticCode::kUnknownName, expr.span,
              "the pattern '" + declared.name + "' has no case for (" + asked + ")");
}

// The same rows; a schema that is another is an error before any row is read.
Binder::Table Binder::assert_schema(const Operator& op, const Plan& input) {
  const auto same = [](const Column& has, const ColumnDeclaration& wanted) {
    return has.name == wanted.name && has.type == wanted.type;
  };
  if (std::equal(input.columns.begin(), input.columns.end(), op.schema.begin(), op.schema.end(), same))
    return &input;
  std::string columns;
  for (const Column& column : input.columns) {
    columns +=
        (columns.empty() ? "" : ", ") + quoted_name(column.name) + ":" + std::string(to_string(column.type));
  }
  return fail(DiagnosticCode::kWrongType, op.span, "the schema here is (" + columns.substr(0, 300) + ")");
}

}  // namespace linkgate::kql
