// fork and facet: operators that end a query with several results.

#include "kql/parser_state.h"

namespace linkgate::kql {

Diagnostic Parser::too_many_results(Span span) {
  return fail(DiagnosticCode::kTooLarge, span,
              "a query has at most " + std::to_string(kMaxResults) + " results");
}

// fork [name=](operator | ...) [name=](...) ...
Expected<> Parser::fork_op(Operator& op) {
  do {
    Branch branch;
    if (at_name()) {
      TRY_ASSIGN(branch.name, name("a name or '(' after fork"));
      TRY(expect("=", "after the name of a branch"));
    }
    if (op.branches.size() == kMaxResults) return too_many_results(token().span);
    TRY_ASSIGN(branch.body, subquery());
    op.branches.push_back(std::move(branch));
    while (take(",")) {
    }
  } while (token().is("(") || at_name());
  return {};
}

// facet by column, ... [with (operator | ...)]
Expected<> Parser::facet_op(Operator& op) {
  TRY(expect_word("by", "after facet"));
  op.has_by = true;
  do {
    if (op.by.size() + 1 == kMaxResults) return too_many_results(token().span);
    Item column;
    const size_t first = at_;
    TRY_ASSIGN(std::string written, name("a column's name"));
    TRY_ASSIGN(column.expr, add({.kind = ExprKind::kName, .name = std::move(written)}, first));
    column.span = since(first);
    op.by.push_back(std::move(column));
  } while (take(","));
  if (!take_word("with")) return {};
  TRY_ASSIGN(op.body, subquery());
  return {};
}

}  // namespace linkgate::kql
