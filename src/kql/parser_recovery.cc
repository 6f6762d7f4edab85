// How the parser goes on after an error, while all errors of a query are looked for.

#include <algorithm>

#include "kql/parser_state.h"

namespace linkgate::kql {
namespace {

bool opens(const Token& token) { return token.is("(") || token.is("[") || token.is("{"); }
bool closes(const Token& token) { return token.is(")") || token.is("]") || token.is("}"); }

}  // namespace

Expected<> Parser::recovered(Diagnostic error, size_t first, std::initializer_list<std::string_view> stops) {
  if (errors_ == nullptr || error.code == DiagnosticCode::kTooLarge || errors_->full()) return error;
  errors_->add(std::move(error));
  skip_to(stops, first);
  return {};
}

// A ';' ends whatever was left open, unless it stands in a function's body.
void Parser::skip_to(std::initializer_list<std::string_view> stops, size_t first) {
  int open = 0, braces = 0;
  for (size_t i = first; i < at_; ++i) {
    if (opens(tokens_[i])) ++open;
    if (closes(tokens_[i])) --open;
    if (tokens_[i].is("{")) ++braces;
    if (tokens_[i].is("}")) --braces;
  }
  for (; token().kind != TokenKind::kEnd; advance()) {
    if (token().is(";") && braces <= 0) return;
    const auto is_stop = [this](std::string_view stop) { return token().is(stop); };
    if (open <= 0 && (closes(token()) || std::any_of(stops.begin(), stops.end(), is_stop))) return;
    if (opens(token())) ++open;
    if (closes(token())) --open;
    if (token().is("{")) ++braces;
    if (token().is("}")) --braces;
  }
}

Parser::Node Parser::unread(size_t first) { return add({.kind = ExprKind::kUnread}, first); }

Expected<bool> Parser::pipe_or_end(size_t first) {
  for (std::string_view follower : {"|", ";", ")", "]", "}", ","}) {
    if (token().is(follower)) return true;
  }
  if (token().kind == TokenKind::kEnd) return true;
  TRY(recovered(unexpected("'|' or the end of the query"), first, {"|"}));
  return false;
}

// What was read at the end of `op` is the half of something: where Subject like "x" has no condition yet.
Expected<> Parser::forget_end(Operator& op, size_t first) {
  using K = OperatorKind;
  TRY_ASSIGN(const Expr* nothing, unread(first));
  const bool of_items = op.kind == K::kExtend || op.kind == K::kProject || op.kind == K::kDistinct;
  if (op.kind == K::kWhere)
    op.expr = nothing;
  else if (op.kind == K::kSummarize || op.kind == K::kSort || op.kind == K::kTop || of_items)
    (op.by.empty() ? op.items : op.by).back().expr = nothing;
  else
    op = {.kind = K::kUnread, .span = since(first), .name = std::string(tokens_[first].text)};
  return {};
}

}  // namespace linkgate::kql
