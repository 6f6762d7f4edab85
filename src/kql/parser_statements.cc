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

// declare pattern Name = (argument:string, ...)[path:string] { (constant, ...).[constant] = { body }; ... };
Expected<Let> Parser::pattern_statement() {
  at_ += 2;
  Let declared;
  const size_t first = at_;
  TRY_ASSIGN(declared.name, name("a pattern's name"));
  declared.span = since(first);
  Expr pattern{.kind = ExprKind::kPattern};
  if (take("=")) {
    TRY_ASSIGN(pattern.columns, declarations(false));
    if (take("[")) {
      ColumnDeclaration path;
      TRY_ASSIGN(path.name, name("the name of the pattern's path"));
      TRY(expect(":", "before the type of the pattern's path"));
      TRY_ASSIGN(path.type, type_word());
      TRY(expect("]", "after the pattern's path"));
      pattern.columns.push_back(std::move(path));
      pattern.name = "path";
    }
    for (const ColumnDeclaration& column : pattern.columns) {
      if (column.type != Type::kString)
        return fail(DiagnosticCode::kWrongType, column.span, "arguments of a pattern are strings");
    }
    TRY(expect("{", "before the cases of the pattern"));
    while (!take("}")) TRY(pattern_case(pattern));
  }
  TRY_ASSIGN(declared.value, add(std::move(pattern), first));
  if (token().kind != TokenKind::kEnd) TRY(expect(";", "after the declare statement"));
  return declared;
}

Expected<> Parser::pattern_case(Expr& pattern) {
  const size_t first = at_;
  TRY(expect("(", "before a case of the pattern"));
  TRY_ASSIGN(List constants, arguments(")"));
  TRY(expect(")", "after the constants of a case"));
  if (take(".")) {
    TRY(expect("[", "before the path of a case"));
    TRY_ASSIGN(const Expr* path, primary());
    constants.push_back(path);
    TRY(expect("]", "after the path of a case"));
  }
  for (const Expr* constant : constants) {
    if (constant->kind != ExprKind::kLiteral || constant->type != Type::kString)
      return fail(DiagnosticCode::kSyntax, constant->span, "a case of a pattern is of constant strings");
    pattern.items.push_back({.expr = constant, .span = constant->span});
  }
  if (constants.size() != pattern.columns.size())
    return fail(DiagnosticCode::kWrongUse, since(first),
                "this case has not as many values as the pattern has arguments");
  TRY(expect("=", "before the body of a case"));
  const size_t body_first = at_;
  const Nesting nesting(*this);
  if (nesting.too_deep()) return nesting.refusal();
  Expr body{.kind = ExprKind::kFunction};
  TRY(expect("{", "before the body of a case"));
  const Expr* answer = nullptr;
  TRY(statements(body.lets, answer, "}"));
  TRY(expect("}", "after the body of a case"));
  body.children = {answer};
  TRY_ASSIGN(const Expr* made, add(std::move(body), body_first));
  pattern.children.push_back(made);
  while (take(";")) {
  }
  return {};
}

// assert-schema (column:type, ...)
Expected<> Parser::assert_schema_op(Operator& op) {
  TRY_ASSIGN(op.schema, declarations(false));
  op.has_schema = true;
  return {};
}

}  // namespace linkgate::kql
