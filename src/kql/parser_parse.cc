// parse and parse-where.

#include <array>

#include "kql/parser_state.h"

namespace linkgate::kql {
namespace {

constexpr auto kParseParameters = std::to_array<std::string_view>({"kind", "flags"});

}  // namespace

// parse [kind=... [flags=...]] text with [*] "literal" Column[:type] ... [*]: a piece is an item.
Expected<> Parser::parse_op(Operator& op) {
  TRY(known_parameters(op.parameters, kParseParameters));
  TRY_ASSIGN(op.expr, expression());
  TRY(expect_word("with", "before the pattern of parse"));
  while (true) {
    const size_t first = at_;
    Item piece;
    if (take("*")) {
      TRY_ASSIGN(piece.expr, add({.kind = ExprKind::kStar}, first));
    } else if (token().kind == TokenKind::kLiteral && token().type == Type::kString) {
      TRY_ASSIGN(piece.expr, primary());
    } else if (at_name()) {
      TRY_ASSIGN(std::string column, new_name("a column's name"));
      TRY_ASSIGN(piece.expr, add({.kind = ExprKind::kName, .name = std::move(column)}, first));
      if (take(":")) {
        TRY_ASSIGN(piece.type, type_word());
      }
    } else {
      break;
    }
    piece.span = since(first);
    op.items.push_back(std::move(piece));
  }
  if (op.items.empty()) return unexpected("'*', a text or a column's name after with");
  return {};
}

}  // namespace linkgate::kql
