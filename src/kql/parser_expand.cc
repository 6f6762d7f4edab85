// mv-expand, mv-apply: operators that make several rows of one, and the subqueries of theirs.

#include <algorithm>
#include <array>

#include "kql/parser_state.h"

namespace linkgate::kql {
namespace {

constexpr auto kExpandParameters =
    std::to_array<std::string_view>({"kind", "bagexpansion", "with_itemindex"});
constexpr auto kApplyParameters = std::to_array<std::string_view>({"with_itemindex", "ItemIndex"});

}  // namespace

// name=value ... of these names; another name before '=' is that of a column.
Expected<> Parser::known_parameters(std::vector<Parameter>& out, std::span<const std::string_view> names) {
  while (token().kind == TokenKind::kIdentifier && token(1).is("=") &&
         std::find(names.begin(), names.end(), token().text) != names.end()) {
    const size_t first = at_;
    Parameter parameter{.name = std::string(token().text)};
    at_ += 2;
    TRY_ASSIGN(parameter.value, parameter_value());
    parameter.span = since(first);
    out.push_back(std::move(parameter));
  }
  return {};
}

// [Name =] array [to typeof(type)], ...
Expected<> Parser::expansions(Operator& op) {
  do {
    TRY_ASSIGN(Item next, item(false, true));
    if (take_word("to")) {
      TRY(expect_word("typeof", "after to"));
      TRY(expect("(", "after typeof"));
      TRY_ASSIGN(next.type, type_word());
      TRY(expect(")", "after the type"));
    }
    op.items.push_back(std::move(next));
  } while (take(","));
  if (take_word("limit")) {
    TRY_ASSIGN(op.expr, expression());
  }
  return {};
}

Expected<> Parser::expand_op(Operator& op) {
  TRY(known_parameters(op.parameters, kExpandParameters));
  return expansions(op);
}

Expected<> Parser::apply_op(Operator& op) {
  TRY(known_parameters(op.parameters, kApplyParameters));
  TRY(expansions(op));
  TRY(expect_word("on", "after what mv-apply expands"));
  TRY_ASSIGN(op.body, subquery());
  return {};
}

// (operator | operator ...)
Parser::Node Parser::subquery() {
  const size_t first = at_;
  const Nesting nesting(*this);
  if (nesting.too_deep()) return nesting.refusal();
  TRY(expect("(", "before the subquery"));
  TRY_ASSIGN(const Expr* input, add({.kind = ExprKind::kInput}, first));
  Expr pipeline{.kind = ExprKind::kPipeline, .children = {input}};
  do {
    TRY_ASSIGN(Operator op, one_operator());
    pipeline.operators.push_back(std::move(op));
  } while (take("|"));
  TRY(expect(")", "after the subquery"));
  return add(std::move(pipeline), first);
}

}  // namespace linkgate::kql
