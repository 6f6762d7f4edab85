// set, declare query_parameters, externaldata and invoke.

#include "kql/parser_state.h"

namespace linkgate::kql {

// set Name; set Name = value;
Expected<> Parser::set_statement() {
  advance();
  Parameter option;
  const size_t first = at_;
  TRY_ASSIGN(option.name, name("an option's name after set"));
  if (take("=")) {
    TRY_ASSIGN(option.value, signed_path());
  }
  option.span = since(first);
  ast_->query.options.push_back(std::move(option));
  return token().kind == TokenKind::kEnd ? Expected<>() : expect(";", "after the set statement");
}

Expected<> Parser::declare_statement() {
  at_ += 2;
  TRY_ASSIGN(std::vector<ColumnDeclaration> declared, declarations(true));
  auto& all = ast_->query.parameters;
  all.insert(all.end(), declared.begin(), declared.end());
  return expect(";", "after the declare statement");
}

// externaldata(columns) [addresses] [with (properties)]
Parser::Node Parser::external_source() {
  const size_t first = at_;
  advance();
  Expr found{.kind = ExprKind::kExternal};
  TRY_ASSIGN(found.columns, declarations(false));
  TRY(expect("[", "before the addresses of externaldata"));
  TRY_ASSIGN(found.children, arguments("]"));
  TRY(expect("]", "after the addresses of externaldata"));
  if (take_word("with")) TRY(properties(found.parameters));
  return add(std::move(found), first);
}

// T | invoke f(arguments): f(T, arguments)
Expected<> Parser::invoke_op(Operator& op) {
  const size_t first = at_;
  TRY_ASSIGN(std::string function, name("a function's name after invoke"));
  if (!token().is("(")) return unexpected("'(' after the function's name");
  TRY_ASSIGN(op.expr, call(std::move(function), first));
  return {};
}

}  // namespace linkgate::kql
