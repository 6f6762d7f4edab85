// find: rows of several tables by one predicate.

#include <utility>

#include "kql/parser_state.h"

namespace linkgate::kql {

// find [withsource=Name] [in (tables)] [where] predicate [project-smart | project column[:type], ...
// [pack_all()]]
Parser::Node Parser::find_source() {
  const size_t first = at_;
  advance();
  Operator op{.kind = OperatorKind::kFind, .span = since(first)};
  while (token().kind == TokenKind::kIdentifier && token(1).is("=")) TRY(parameters(op.parameters));
  bool where_needed = false;
  if (token().is_word("in") && token(1).is("(")) {
    at_ += 2;
    TRY(table_list(op.tables));
    TRY(expect(")", "after the tables of find"));
    where_needed = true;
  }
  if (!take_word("where") && where_needed) return unexpected("'where' after the tables of find");
  const bool outer = std::exchange(in_search_, true);
  auto predicate = expression();
  in_search_ = outer;
  TRY(predicate);
  TRY_ASSIGN(op.expr, search_predicate(**predicate, false));
  TRY(find_projection(op));
  Expr found{.kind = ExprKind::kFind};
  found.operators.push_back(std::move(op));
  return add(std::move(found), first);
}

Expected<> Parser::find_projection(Operator& op) {
  if (!token().is_word("project")) return {};
  TRY_ASSIGN(op.name, operator_name());
  if (op.name == "project-smart") return {};
  if (op.name != "project") return unexpected("'project' or 'project-smart'");
  do {
    Item item;
    const size_t first = at_;
    const bool packs = (token().is_word("pack_all") || token().is_word("pack")) && token(1).is("(");
    if (packs) {
      at_ += 2;
      take("*");
      TRY(expect(")", "after pack_all("));
      TRY_ASSIGN(item.expr, add({.kind = ExprKind::kCall, .name = "pack_all"}, first));
    } else {
      TRY_ASSIGN(std::string column, name("a column's name"));
      TRY_ASSIGN(item.expr, add({.kind = ExprKind::kName, .name = std::move(column)}, first));
      if (take(":")) {
        TRY_ASSIGN(item.type, type_word());
      }
    }
    item.span = since(first);
    op.items.push_back(std::move(item));
  } while (op.items.back().expr->kind != ExprKind::kCall && take(","));
  return {};
}

}  // namespace linkgate::kql
