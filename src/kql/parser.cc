#include "kql/parser.h"

#include <algorithm>

#include "kql/kusto_names.h"
#include "kql/limits.h"
#include "kql/parser_state.h"

namespace linkgate::kql {

bool Parser::take(std::string_view punctuation) {
  if (!token().is(punctuation)) return false;
  advance();
  return true;
}

bool Parser::take_word(std::string_view word) {
  if (!token().is_word(word)) return false;
  advance();
  return true;
}

Span Parser::since(size_t first_token) const {
  const size_t last = at_ > first_token ? at_ - 1 : first_token;
  return join(tokens_[first_token].span, tokens_[last].span);
}

bool Parser::at_name() const {
  if (token().kind == TokenKind::kIdentifier) return true;
  return token().is("[") && token(1).kind == TokenKind::kLiteral && token(1).type == Type::kString &&
         token(2).is("]");
}

Expected<std::string> Parser::name(std::string_view what) {
  if (!at_name()) return unexpected(what);
  if (token().kind == TokenKind::kIdentifier) {
    std::string found(token().text);
    advance();
    return found;
  }
  std::string found = std::get<std::string>(token(1).value);
  if (found.empty()) return fail(DiagnosticCode::kSyntax, token(1).span, "a name must not be empty");
  at_ += 3;
  return found;
}

Expected<std::string> Parser::new_name(std::string_view what) {
  if (token().kind == TokenKind::kIdentifier && is_reserved_name(token().text)) {
    const std::string word(token().text);
    return fail(DiagnosticCode::kSyntax, token().span,
                "'" + word + "' is a word of KQL; as a name it is written ['" + word + "']");
  }
  return name(what);
}

Parser::Node Parser::add(Expr expr, size_t first_token) {
  expr.span = since(first_token);
  const auto count = [&expr](const Expr* child) {
    if (child != nullptr) expr.depth = std::max(expr.depth, child->depth + 1);
  };
  const auto count_items = [&count](const std::vector<Item>& items) {
    for (const Item& item : items) count(item.expr), count(item.fallback);
  };
  for (const Expr* child : expr.children) count(child);
  for (const Let& let : expr.lets) count(let.value);
  for (const ColumnDeclaration& column : expr.columns) count(column.default_value);
  for (const Parameter& parameter : expr.parameters) count(parameter.value);
  count_items(expr.items);
  for (const Operator& op : expr.operators) {
    count(op.expr);
    count(op.body);
    for (const Branch& branch : op.branches) count(branch.body);
    for (const GraphPattern& pattern : op.patterns) {
      for (const PatternElement& element : pattern) count(element.least), count(element.most);
    }
    for (const Step& step : op.steps) count(step.condition), count_items(step.items);
    for (const ColumnDeclaration& column : op.schema) count(column.default_value);
    for (const NestedTop& level : op.levels) count(level.rows), count(level.key.expr), count(level.by.expr);
    for (const Expr* part : {op.series.axis.expr, op.series.from, op.series.to, op.series.step}) count(part);
    count_items(op.items);
    count_items(op.by);
    for (const Expr* table : op.tables) count(table);
    for (const Parameter& parameter : op.parameters) count(parameter.value);
  }
  if (expr.depth > kMaxSyntaxDepth) {
    return fail(DiagnosticCode::kTooLarge, expr.span,
                "this expression is nested more than " + std::to_string(kMaxSyntaxDepth) + " deep");
  }
  return &ast_->add(std::move(expr));
}

Expected<std::unique_ptr<Ast>> Parser::run() {
  std::vector<Statement>& all = ast_->query.statements;
  if (token().kind == TokenKind::kEnd)
    return fail(DiagnosticCode::kSyntax, token().span, "the query is empty: there is nothing but comments");
  do {
    if (all.size() == kMaxResults) return too_many_results(token().span);
    all.emplace_back();
    TRY(statements(all.back().lets, all.back().body, ""));
  } while (token().kind != TokenKind::kEnd);
  return std::move(ast_);
}

// let ...; let ...; expression[;] up to `end`; where that is "", up to the end of the text or to the next
// statement.
Expected<> Parser::statements(std::vector<Let>& lets, const Expr*& body, std::string_view end) {
  while (true) {
    while (take(";")) {
    }
    TRY(check_start());
    if (end.empty() && token().is_word("set") && token(1).kind == TokenKind::kIdentifier) {
      TRY(set_statement());
      continue;
    }
    if (end.empty() && token().is_word("declare") && token(1).is_word("query_parameters")) {
      TRY(declare_statement());
      continue;
    }
    if (end.empty() && token().is_word("declare") && token(1).is_word("pattern")) {
      TRY_ASSIGN(Let declared, pattern_statement());
      lets.push_back(std::move(declared));
      continue;
    }
    const bool names_a_statement = token().is_word("set") || token().is_word("declare") ||
                                   token().is_word("alias") || token().is_word("restrict") ||
                                   token().is_word("pattern");
    if (token().is_word("let") && (token(1).kind == TokenKind::kIdentifier || token(1).is("["))) {
      const size_t first = at_;
      auto found = let();
      if (!found) {
        TRY(recovered(std::move(found.error()), first, {}));
        TRY_ASSIGN(const Expr* value, unread(first));
        found = Let{std::string(tokens_[first + 1].text), value, tokens_[first + 1].span};
      }
      lets.push_back(*std::move(found));
    } else if (names_a_statement && token(1).kind == TokenKind::kIdentifier) {
      return fail(DiagnosticCode::kNotSupported, token().span,
                  "the statement '" + std::string(token().text) +
                      (token().is_word("declare") ? " " + std::string(token(1).text) : "") +
                      "' is not supported");
    } else {
      TRY_ASSIGN(body, piped());
      bool separated = false;
      while (take(";")) separated = true;
      const bool ended = end.empty() ? separated || token().kind == TokenKind::kEnd : token().is(end);
      if (!ended) return end.empty() ? unexpected("'|' or the end of the query") : expect(end, "or '|'");
      return {};
    }
    if (!token().is(";")) return unexpected("';' after the let statement");
  }
}

Expected<Let> Parser::let() {
  advance();
  Let found;
  const size_t first = at_;
  TRY_ASSIGN(found.name, name("a name after let"));
  found.span = since(first);
  TRY(expect("=", "in the let statement"));
  if (at_function()) {
    TRY_ASSIGN(found.value, function());
  } else {
    TRY_ASSIGN(found.value, piped());
  }
  return found;
}

// A '(' whose ')' is followed by '{'.
bool Parser::at_function() const {
  size_t ahead = token().is_word("view") ? 1 : 0;
  if (!token(ahead).is("(")) return false;
  int open = 0;
  for (;; ++ahead) {
    const Token& t = token(ahead);
    if (t.kind == TokenKind::kEnd) return false;
    if (t.is("(")) ++open;
    if (t.is(")") && --open == 0) return token(ahead + 1).is("{");
  }
}

Parser::Node Parser::function() {
  const size_t first = at_;
  const Nesting nesting(*this);
  if (nesting.too_deep()) return nesting.refusal();
  Expr found{.kind = ExprKind::kFunction};
  if (take_word("view")) found.name = "view";
  TRY_ASSIGN(found.columns, declarations(true));
  TRY(expect("{", "before the function's body"));
  const Expr* body = nullptr;
  TRY(statements(found.lets, body, "}"));
  TRY(expect("}", "after the function's body"));
  found.children = {body};
  return add(std::move(found), first);
}

Expected<Type> Parser::type_word() {
  const auto type = type_from_name(token().text);
  if (!type) {
    return fail(DiagnosticCode::kSyntax, token().span,
                "no type '" + std::string(token().text.substr(0, 40)) + "' here");
  }
  advance();
  return *type;
}

// (name:type [= default], table:(*), ...)
Expected<std::vector<ColumnDeclaration>> Parser::declarations(bool defaults) {
  std::vector<ColumnDeclaration> found;
  TRY(expect("(", "before the columns"));
  while (!token().is(")")) {
    if (!found.empty()) TRY(separated(")"));
    ColumnDeclaration column;
    const size_t first = at_;
    TRY_ASSIGN(column.name, new_name("a column's name"));
    TRY(expect(":", "between a column's name and its type"));
    if (defaults && take("(")) {
      column.tabular = true;
      if (!take("*")) {  // the columns that the table must have; checked where they are used
        while (!token().is(")")) {
          TRY(name("a column's name").map([](const std::string&) {}));
          TRY(expect(":", "between a column's name and its type"));
          advance();
          if (!take(",")) break;
        }
      }
      TRY(expect(")", "after the table's columns"));
    } else {
      TRY_ASSIGN(column.type, type_word());
    }
    if (defaults && take("=")) {
      TRY_ASSIGN(column.default_value, expression());
    }
    column.span = since(first);
    found.push_back(std::move(column));
  }
  TRY(expect(")", "after the columns"));
  return found;
}

Parser::Node Parser::piped() {
  const size_t first = at_;
  const Nesting nesting(*this);
  if (nesting.too_deep()) return nesting.refusal();
  auto head = source();
  if (!head) head = expression();
  if (!*head) {
    TRY(recovered(std::move(head->error()), first, {"|"}));
    head = unread(first);
    TRY(*head);
  }
  if (errors_ != nullptr) {
    TRY_ASSIGN(const bool ended, pipe_or_end(first));
    if (!ended) head = unread(first);
    TRY(*head);
  }
  Expr pipeline{.kind = ExprKind::kPipeline, .children = {**head}};
  while (take("|")) {
    const size_t begin = at_;
    auto op = one_operator();
    if (!op) {
      TRY(recovered(std::move(op.error()), begin, {"|"}));
      op = Operator{
          .kind = OperatorKind::kUnread, .span = since(begin), .name = std::string(tokens_[begin].text)};
    }
    if (errors_ != nullptr) {
      TRY_ASSIGN(const bool ended, pipe_or_end(begin));
      if (!ended) TRY(forget_end(*op, begin));
    }
    pipeline.operators.push_back(*std::move(op));
  }
  if (pipeline.operators.empty()) return **head;
  return add(std::move(pipeline), first);
}

std::optional<Parser::Node> Parser::source() {
  if (token().kind != TokenKind::kIdentifier) return std::nullopt;
  const std::string_view word = token().text;
  const bool name_follows = token(1).kind == TokenKind::kIdentifier || token(1).is("[");
  if (word == "datatable" && token(1).is("(")) return datatable();
  if (word == "range" && name_follows) return range();
  if (word == "print" && !token(1).is("|") && !token(1).is("=") && !token(1).is(")")) return print_source();
  if (word == "union" && (name_follows || token(1).is("(") || token(1).is("*"))) return union_source();
  if (word == "externaldata" && (token(1).is("("))) return external_source();
  if (word == "search" && !token(1).is("|") && !token(1).is("=") && token(1).kind != TokenKind::kEnd)
    return search_source();
  const bool find_follows =
      name_follows || token(1).is("(") || token(1).is("*") || token(1).kind == TokenKind::kLiteral;
  if (word == "find" && find_follows) return find_source();
  constexpr std::string_view kMissing[] = {"evaluate", "macro-expand", "graph"};
  for (std::string_view missing : kMissing) {
    if (word == missing && (name_follows || token(1).is("(") || token(1).kind == TokenKind::kLiteral)) {
      return Node(
          fail(DiagnosticCode::kNotSupported, token().span, "'" + std::string(word) + "' is not supported"));
    }
  }
  return std::nullopt;
}

Parser::Node Parser::datatable() {
  const size_t first = at_;
  advance();
  Expr found{.kind = ExprKind::kDataTable};
  TRY_ASSIGN(found.columns, declarations(false));
  TRY(expect("[", "before the rows"));
  TRY_ASSIGN(found.children, arguments("]"));
  TRY(expect("]", "after the rows"));
  return add(std::move(found), first);
}

Parser::Node Parser::range() {
  const size_t first = at_;
  advance();
  Expr found{.kind = ExprKind::kRange};
  TRY_ASSIGN(found.name, name("a column's name"));
  for (std::string_view word : {"from", "to", "step"}) {
    TRY(expect_word(word, "in range"));
    TRY_ASSIGN(const Expr* bound, expression());
    found.children.push_back(bound);
  }
  return add(std::move(found), first);
}

Parser::Node Parser::print_source() {
  const size_t first = at_;
  advance();
  Expr found{.kind = ExprKind::kPrint};
  TRY(item_list(found.items, false, true));
  return add(std::move(found), first);
}

Parser::Node Parser::union_source() {
  const size_t first = at_;
  advance();
  Expr found{.kind = ExprKind::kUnion};
  TRY(parameters(found.parameters));
  TRY(table_list(found.children));
  return add(std::move(found), first);
}

Expected<std::unique_ptr<Ast>> parse(std::string_view text) {
  TRY_ASSIGN(std::vector<Token> tokens, tokenize(text));
  return Parser(std::move(tokens)).run();
}

std::unique_ptr<Ast> parse_noting(std::string_view text, DiagnosticList& errors) {
  auto tokens = tokenize_noting(text, errors);
  if (!tokens) {
    errors.add(std::move(tokens.error()));
    return nullptr;
  }
  auto ast = Parser(*std::move(tokens), &errors).run();
  if (ast) return *std::move(ast);
  errors.add(std::move(ast.error()));
  return nullptr;
}

}  // namespace linkgate::kql
