// Items with several values: series_fit_line(y), (a, b) = f(). The call becomes a column below the operator,
// so that it is computed once, and the values are its parts.

#include "base/ascii.h"
#include "kql/binder_state.h"

namespace linkgate::kql {
namespace {

struct PartName {
  std::string_view name;
  Type type;
};

std::vector<PartName> parts_of(const BoundExpr& call) {
  std::vector<PartName> parts;
  if (call.function->parts == "sorted") {
    for (const BoundExpr* arg : call.args) {
      if (arg->type == Type::kDynamic) parts.push_back({"sorted", Type::kDynamic});
    }
    return parts;
  }
  for (std::string_view word : ascii::split(call.function->parts, ' ')) {
    const size_t colon = word.find(':');
    parts.push_back({word.substr(0, colon), *type_from_name(word.substr(colon + 1))});
  }
  return parts;
}

// series_fit_line_y_rsquare, y_sorted; an array without a name is called by its place.
std::string stem_of(const Expr& call, const Function& function, size_t i, std::string_view part) {
  if (function.parts == "sorted") {
    const std::string array = implied_name(*call.children[i]);
    return (array.empty() ? "array" + std::to_string(i) : array) + "_sorted";
  }
  return std::string(function.name) + "_" + implied_name(*call.children[0]) + "_" + std::string(part);
}

}  // namespace

Binder::Scalar Binder::part(const BoundExpr* call, size_t i) {
  const Type type = parts_of(*call)[i].type;
  return bindings_.add({.kind = BoundKind::kPart,
                        .type = type,
                        .nullable = type != Type::kString,
                        .span = call->span,
                        .column = static_cast<int>(i),
                        .args = {call}});
}

// f(...)[1] where f sorts several arrays: an array of them. Of other functions the value, or the first.
Binder::Scalar Binder::all_parts(const Expr& expr, const Scope& scope) {
  several_ = expr.kind == ExprKind::kCall && find(scope.environment, expr.name) == nullptr;
  Scalar bound = scalar(expr, scope);
  several_ = false;
  TRY_ASSIGN(const BoundExpr* value, bound);
  if (value->kind != BoundKind::kCall || value->function->parts.empty()) return value;
  const size_t count = value->function->parts == "sorted" ? parts_of(*value).size() : 1;
  Args parts;
  for (size_t i = 0; i < count; ++i) {
    TRY_ASSIGN(const BoundExpr* one, part(value, i));
    parts.push_back(one);
  }
  return count == 1 ? Scalar(parts[0]) : invoke("pack_array", std::move(parts), expr.span);
}

Expected<std::vector<ItemValue>> Binder::values(const Item& item, const Scope& scope) {
  const Expr& expr = *item.expr;
  const bool user_defined = find(scope.environment, expr.name) != nullptr;
  several_ = expr.kind == ExprKind::kCall && !user_defined && scope.below != nullptr;
  const bool wanted = several_;
  Scalar bound = scalar(expr, scope);
  several_ = false;
  TRY_ASSIGN(const BoundExpr* value, bound);
  const bool has_parts = wanted && value->kind == BoundKind::kCall && !value->function->parts.empty();
  const size_t count = has_parts ? parts_of(*value).size() : 1;
  if (item.names.size() > count) {
    return fail(DiagnosticCode::kWrongUse, item.span,
                "this expression has " +
                    std::string(count == 1 ? "one value" : std::to_string(count) + " values") +
                    ", and more names stand before it");
  }
  const std::string first = item.names.empty() ? item.name : item.names[0];
  if (!has_parts) {
    return std::vector<ItemValue>{{value, first, implied_name(expr), expr.kind == ExprKind::kName}};
  }
  const auto parts = parts_of(*value);
  std::vector<ItemValue> found;
  if (count == 1 || !item.name.empty()) {
    TRY_ASSIGN(const BoundExpr* only, part(value, 0));
    found.push_back({only, first, stem_of(expr, *value->function, 0, parts[0].name)});
    return found;
  }
  TRY_ASSIGN(const Plan* rows, with_windows(*scope.below, item.span));
  const Column whole{bindings_.new_column_id(), "parts", Type::kDynamic, false};
  Columns columns = rows->columns;
  columns.push_back(whole);
  TRY_ASSIGN(scope.below->plan, projection(*rows, std::move(columns), {{whole, value}}, item.span));
  TRY_ASSIGN(const BoundExpr* tuple, column(whole, item.span));
  for (size_t i = 0; i < count; ++i) {
    const Type type = parts[i].type;
    TRY_ASSIGN(const BoundExpr* one, bindings_.add({.kind = BoundKind::kPart,
                                                    .type = type,
                                                    .nullable = type != Type::kString,
                                                    .span = item.span,
                                                    .column = static_cast<int>(i),
                                                    .args = {tuple}}));
    found.push_back(
        {one, i < item.names.size() ? item.names[i] : "", stem_of(expr, *value->function, i, parts[i].name)});
  }
  return found;
}

// pack_all([without nulls]), bag_pack_columns(a, b): a bag of columns by their names.
Binder::Scalar Binder::packed_columns(const Expr& expr, const Scope& scope) {
  Args args;
  const auto add = [&](const std::string& name, const BoundExpr* value) -> Expected<> {
    TRY_ASSIGN(const BoundExpr* key, literal(Type::kString, name, expr.span));
    args.push_back(key);
    args.push_back(value);
    return {};
  };
  if (scope.columns == nullptr && expr.name == "pack_all")  // there are none to pack
    return literal(Type::kDynamic, "{}", expr.span);
  if (scope.columns == nullptr)
    return fail(DiagnosticCode::kWrongUse, expr.span, "'" + expr.name + "' needs a row's columns");
  if (expr.name == "bag_pack_columns") {
    for (const Expr* child : expr.children) {
      if (child->kind != ExprKind::kName)
        return fail(DiagnosticCode::kWrongUse, child->span, "'bag_pack_columns' takes names of columns");
      TRY_ASSIGN(const BoundExpr* value, scalar(*child, scope));
      TRY(add(child->name, value));
    }
    return invoke("bag_pack", std::move(args), expr.span);
  }
  bool present_only = false;
  if (!expr.children.empty()) {
    TRY_ASSIGN(const BoundExpr* flag, scalar(*expr.children[0], scope));
    const auto* truth = std::get_if<bool>(&flag->value);
    if (expr.children.size() > 1 || flag->kind != BoundKind::kLiteral || truth == nullptr)
      return fail(DiagnosticCode::kWrongUse, expr.span, "'pack_all' takes true, false or nothing");
    present_only = *truth;
  }
  for (const Column& known : *scope.columns) {
    TRY_ASSIGN(const BoundExpr* value, column(known, expr.span));
    TRY(add(known.name, value));
  }
  return invoke(present_only ? "pack present" : "bag_pack", std::move(args), expr.span, expr.name);
}

// The same rows, in the order that they have from here on.
Binder::Table Binder::serialized(const Plan& input, Span span) {
  return bindings_.add(
      {.kind = PlanKind::kProject, .columns = input.columns, .inputs = {&input}, .serialized = true}, span);
}

}  // namespace linkgate::kql
