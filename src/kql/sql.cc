#include "kql/sql.h"

#include <algorithm>

namespace linkgate::kql::sql {
namespace {
constexpr int kMaxWeight = 1'000'000;
}

Ref Tree::add(Expr expr) {
  for (Ref arg : expr.args) expr.weight = std::min(expr.weight + arg->weight, kMaxWeight);
  exprs_.push_back(std::move(expr));
  return &exprs_.back();
}

Ref Tree::column(std::string table, std::string name) {
  return add({.kind = ExprKind::kColumn, .name = std::move(name), .table = std::move(table)});
}
Ref Tree::text(std::string_view value) {
  return add({.kind = ExprKind::kString, .name = std::string(value)});
}
Ref Tree::data(std::string_view value) { return add({.kind = ExprKind::kData, .name = std::string(value)}); }
Ref Tree::integer(int64_t value) { return add({.kind = ExprKind::kInteger, .integer = value}); }
Ref Tree::real(double value) { return add({.kind = ExprKind::kReal, .real = value}); }
Ref Tree::null() { return add({.kind = ExprKind::kNull}); }
Ref Tree::call(std::string_view name, std::vector<Ref> args) {
  if (args.size() == 1 && (name == "and" || name == "or")) return args[0];  // the engine wants two
  return add({.kind = ExprKind::kCall, .name = std::string(name), .args = std::move(args)});
}
Ref Tree::aggregate(std::string_view name, std::vector<Ref> params, std::vector<Ref> args) {
  return add({.kind = ExprKind::kAggregate,
              .name = std::string(name),
              .args = std::move(args),
              .params = std::move(params)});
}
Ref Tree::lambda(std::string variable, Ref body) {
  return add({.kind = ExprKind::kLambda, .name = std::move(variable), .args = {body}});
}
Ref Tree::lambda(std::string first, std::string second, Ref body) {
  return add(
      {.kind = ExprKind::kLambda, .name = std::move(first), .table = std::move(second), .args = {body}});
}
Ref Tree::alias(std::string name, Ref value) {
  return add({.kind = ExprKind::kAlias, .name = std::move(name), .args = {value}});
}
Ref Tree::subquery(const Select& select) {
  return add({.kind = ExprKind::kSubquery, .select = &select, .weight = 100});
}
Ref Tree::row_number(std::vector<OrderKey> order) {
  return add({.kind = ExprKind::kRowNumber, .order = std::move(order), .weight = 100});
}

Ref Tree::window(std::string_view name, std::vector<Ref> args, std::vector<Ref> partition,
                 std::vector<OrderKey> order, std::string_view frame) {
  return add({.kind = ExprKind::kWindow,
              .name = std::string(name),
              .args = std::move(args),
              .params = std::move(partition),
              .order = std::move(order),
              .frame = frame,
              .weight = 100});
}

Select& Tree::select() {
  selects_.emplace_back();
  return selects_.back();
}

std::string Tree::fresh(std::string_view prefix) { return std::string(prefix) + std::to_string(next_++); }

}  // namespace linkgate::kql::sql
