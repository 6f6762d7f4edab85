// search: its predicate is an expression in which a bare term stands for itself in any column.

#include <algorithm>
#include <utility>

#include "kql/literal.h"
#include "kql/parser_state.h"

namespace linkgate::kql {
namespace {

// Letters of a pattern that mean something to regular expressions, escaped.
std::string escaped(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (std::string_view("\\.+*?()|[]{}^$").find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

struct Term {
  std::string op, text;
};

// term, term*, *term, *term* and a*b; a lone * is any row.
Term term_of(std::string_view written) {
  const bool front = written.starts_with('*');
  const bool back = written.size() > 1 && written.ends_with('*');
  const std::string_view inner =
      written.substr(front ? 1 : 0, written.size() - (front ? 1 : 0) - (back ? 1 : 0));
  if (inner.find('*') == std::string_view::npos) {
    const std::string op = front && back ? "contains" : front ? "hassuffix" : back ? "hasprefix" : "has";
    return {op, std::string(inner)};
  }
  std::string pattern = front ? "" : "\\b";
  for (size_t begin = 0; begin <= inner.size();) {
    const size_t end = std::min(inner.find('*', begin), inner.size());
    pattern += (begin > 0 ? ".*" : "") + escaped(inner.substr(begin, end - begin));
    begin = end + 1;
  }
  return {"matches regex", pattern + (back ? "" : "\\b")};
}

}  // namespace

// search [kind=case_sensitive] [in (tables)] predicate
Expected<> Parser::search_op(Operator& op) {
  bool case_sensitive = false;
  while (token().kind == TokenKind::kIdentifier && token(1).is("=") && !token(1).is("==")) {
    TRY(parameters(op.parameters));
    const Parameter& last = op.parameters.back();
    case_sensitive = case_sensitive || (last.name == "kind" && last.value->name == "case_sensitive");
  }
  if (token().is_word("in") && token(1).is("(")) {
    at_ += 2;
    TRY(table_list(op.tables));
    TRY(expect(")", "after the tables of search"));
  }
  const bool outer = std::exchange(in_search_, true);
  auto predicate = expression();
  in_search_ = outer;
  TRY(predicate);
  TRY_ASSIGN(op.expr, search_predicate(**predicate, case_sensitive));
  return {};
}

Parser::Node Parser::search_source() {
  const size_t first = at_;
  advance();
  Operator op{.kind = OperatorKind::kSearch, .span = since(first)};
  TRY(search_op(op));
  Expr found{.kind = ExprKind::kSearch};
  found.operators.push_back(std::move(op));
  return add(std::move(found), first);
}

// The same expression with bare terms and Column:"term" written as comparisons.
Parser::Node Parser::search_predicate(const Expr& expr, bool case_sensitive) {
  const Nesting nesting(*this);
  if (nesting.too_deep()) return nesting.refusal();
  if (expr.kind == ExprKind::kLiteral && expr.type != Type::kBool) return search_term(expr, case_sensitive);
  if (expr.kind == ExprKind::kBinary && expr.name == ":") {
    TRY_ASSIGN(const Expr* term, search_term(*expr.children[1], case_sensitive));
    Expr on_column = *term;
    on_column.span = expr.span;
    on_column.children[0] = expr.children[0];
    on_column.depth = std::max(on_column.depth, expr.depth);
    return &ast_->add(std::move(on_column));
  }
  const bool negation = expr.kind == ExprKind::kCall && expr.name == "not";
  if (expr.kind != ExprKind::kLogical && !negation) return &expr;
  Expr rewritten = expr;
  for (const Expr*& child : rewritten.children) {
    TRY_ASSIGN(child, search_predicate(*child, case_sensitive));
    rewritten.depth = std::max(rewritten.depth, child->depth + 1);
  }
  return &ast_->add(std::move(rewritten));
}

Parser::Node Parser::search_term(const Expr& term, bool case_sensitive) {
  if (term.kind != ExprKind::kLiteral)
    return fail(DiagnosticCode::kSyntax, term.span, "search looks for constants");
  const auto* text = std::get_if<std::string>(&term.value);
  const auto* whole = std::get_if<int64_t>(&term.value);
  const auto* real = std::get_if<double>(&term.value);
  Term found{"has", ""};
  if (text != nullptr && term.type != Type::kDynamic)
    found = term_of(*text);
  else if (whole != nullptr && is_integer(term.type))
    found.text = std::to_string(*whole);
  else if (real != nullptr)
    found.text = real_text(*real);
  else
    return fail(DiagnosticCode::kNotSupported, term.span, "search looks for words and numbers");
  if (found.op == "matches regex") {
    if (!case_sensitive) found.text = "(?i)" + found.text;
  } else if (case_sensitive) {
    found.op += "_cs";
  }
  const Expr& star = ast_->add({.kind = ExprKind::kStar, .span = term.span});
  const Expr& word =
      ast_->add({.kind = ExprKind::kLiteral, .span = term.span, .type = Type::kString, .value = found.text});
  return &ast_->add({.kind = ExprKind::kBinary,
                     .span = term.span,
                     .depth = 2,
                     .name = found.op,
                     .children = {&star, &word}});
}

}  // namespace linkgate::kql
