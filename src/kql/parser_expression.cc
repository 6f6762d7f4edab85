#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/ascii.h"
#include "kql/limits.h"
#include "kql/literal.h"
#include "kql/parser_state.h"
#include "kql/time_text.h"

// Precedence from loose to tight, as in Kusto's published grammar: or; and; == != in between has_any; < <= >
// >=; + -; * / %;
// =~ has contains ...; sign; path. Comparisons do not chain.

namespace linkgate::kql {
namespace {

constexpr auto kListWords = std::to_array<std::string_view>({"in", "has_any", "has_all", "between"});
constexpr auto kTextWords = std::to_array<std::string_view>(
    {"has", "has_cs", "hasprefix", "hasprefix_cs", "hassuffix", "hassuffix_cs", "contains", "contains_cs",
     "startswith", "startswith_cs", "endswith", "endswith_cs", "matches"});

// The words that Kusto has no form with '!' of.
bool is_never_negated(std::string_view word) {
  return word == "has_any" || word == "has_all" || word == "matches";
}

}  // namespace

Parser::Node Parser::binary(std::string op, size_t first, List operands) {
  return add({.kind = ExprKind::kBinary, .name = std::move(op), .children = std::move(operands)}, first);
}

Parser::Node Parser::logical(std::string_view word, Level operand) {
  const size_t first = at_;
  TRY_ASSIGN(const Expr* left, (this->*operand)());
  if (!token().is_word(word)) return left;
  Expr found{.kind = ExprKind::kLogical, .name = std::string(word), .children = {left}};
  while (take_word(word)) {
    TRY_ASSIGN(const Expr* next, (this->*operand)());
    found.children.push_back(next);
  }
  return add(std::move(found), first);
}

Parser::Node Parser::either() { return logical("or", &Parser::both); }
Parser::Node Parser::both() { return logical("and", &Parser::equality); }

Expected<std::string> Parser::word_operator(std::span<const std::string_view> words, size_t& count) const {
  const size_t negated = token().is("!") && adjacent(0) ? 1 : 0;
  const Token& word = token(negated);
  if (word.kind != TokenKind::kIdentifier || std::find(words.begin(), words.end(), word.text) == words.end())
    return std::string();
  if (negated != 0 && is_never_negated(word.text)) {
    return fail(DiagnosticCode::kSyntax, {token().span.begin, word.span.end},
                fmt::format("there is no '!{0}'; write not(... {0} ...)", word.text));
  }
  std::string found = (negated != 0 ? "!" : "") + std::string(word.text);
  count = negated + 1;
  if (word.text == "in" && token(count).is("~") && adjacent(count - 1)) {
    found += "~";
    ++count;
  }
  return found;
}

Parser::Node Parser::equality() {
  const size_t first = at_;
  TRY_ASSIGN(const Expr* left, relation());
  for (std::string_view op : {"==", "!=", "<>"}) {
    if (!take(op)) continue;
    TRY_ASSIGN(const Expr* right, relation());
    return binary(op == "<>" ? "!=" : std::string(op), first, {left, right});
  }
  if (token().is("=")) return fail(DiagnosticCode::kSyntax, token().span, "'=' does not compare; write '=='");
  size_t count = 0;
  TRY_ASSIGN(const std::string word, word_operator(kListWords, count));
  if (word.empty()) return left;
  at_ += count;
  TRY(expect("(", "after '" + word + "'"));
  List operands = {left};
  if (word == "between" || word == "!between") {
    TRY_ASSIGN(const Expr* from, sum());
    TRY(expect("..", "between the two ends"));
    TRY_ASSIGN(const Expr* to, sum());
    operands.insert(operands.end(), {from, to});
  } else {
    TRY_ASSIGN(const List listed, arguments(")"));
    if (listed.empty()) return unexpected("a value");
    operands.insert(operands.end(), listed.begin(), listed.end());
  }
  TRY(expect(")", "after the values of '" + word + "'"));
  return binary(word, first, std::move(operands));
}

Parser::Node Parser::relation() {
  const size_t first = at_;
  TRY_ASSIGN(const Expr* left, sum());
  for (std::string_view op : {"<", "<=", ">", ">="}) {
    if (!take(op)) continue;
    TRY_ASSIGN(const Expr* right, sum());
    return binary(std::string(op), first, {left, right});
  }
  return left;
}

Parser::Node Parser::sum() { return chain({"+", "-"}, &Parser::product); }
Parser::Node Parser::product() { return chain({"*", "/", "%"}, &Parser::text_match); }

Parser::Node Parser::chain(std::initializer_list<std::string_view> operators, Level operand) {
  const size_t first = at_;
  TRY_ASSIGN(const Expr* left, (this->*operand)());
  while (true) {
    if (token().kind == TokenKind::kUnread) {  // was it an operator?
      advance();
      const size_t behind = at_;
      const bool closed = token().is(")") || token().is("]") || token().is("}");  // often, and dear to refuse
      if (closed || !(this->*operand)()) at_ = behind;
      TRY_ASSIGN(left, unread(first));
      continue;
    }
    const auto op =
        std::find_if(operators.begin(), operators.end(), [this](auto o) { return token().is(o); });
    if (op == operators.end()) return left;
    advance();
    TRY_ASSIGN(const Expr* right, (this->*operand)());
    TRY_ASSIGN(left, binary(std::string(*op), first, {left, right}));
  }
}

Parser::Node Parser::text_match() {
  const size_t first = at_;
  TRY_ASSIGN(const Expr* left, signed_path());
  std::string op;
  size_t count = 0;
  if (in_search_ && take(":")) {
    TRY_ASSIGN(const Expr* term, signed_path());
    return binary(":", first, {left, term});
  }
  if (token().is("=~") || token().is("!~")) {
    op = token().text;
    count = 1;
  } else {
    TRY_ASSIGN(op, word_operator(kTextWords, count));
    if (op.ends_with("matches")) {
      if (!token(count).is_word("regex")) return unexpected("'matches regex'");
      op += " regex";
      ++count;
    }
  }
  if (op.empty()) return left;
  at_ += count;
  TRY_ASSIGN(const Expr* right, signed_path());
  return binary(op, first, {left, right});
}

Parser::Node Parser::signed_path() {
  const size_t first = at_;
  if (!token().is("-") && !token().is("+")) return path();
  const Nesting nesting(*this);
  if (nesting.too_deep()) return nesting.refusal();
  const std::string sign(token().text);
  advance();
  TRY_ASSIGN(const Expr* operand, signed_path());
  return add({.kind = ExprKind::kUnary, .name = sign, .children = {operand}}, first);
}

Parser::Node Parser::path() {
  const size_t first = at_;
  TRY_ASSIGN(const Expr* left, primary());
  while (true) {
    if (take(".")) {
      if (left->kind == ExprKind::kCall && left->name == "cluster") {
        return fail(DiagnosticCode::kNotSupported, left->span,
                    "there is no other cluster to ask: leave cluster(...) and database(...) out");
      }
      if (token().kind == TokenKind::kIdentifier || at_name()) {
        TRY_ASSIGN(std::string member, name("a member's name"));
        TRY_ASSIGN(left,
                   add({.kind = ExprKind::kMember, .name = std::move(member), .children = {left}}, first));
        continue;
      }
      return unexpected("a member's name after '.'");
    }
    if (!take("[")) return left;
    TRY_ASSIGN(const Expr* index, piped());
    TRY(expect("]", "after the index"));
    TRY_ASSIGN(left, add({.kind = ExprKind::kIndex, .children = {left, index}}, first));
  }
}

Parser::Node Parser::primary() {
  const size_t first = at_;
  if (token().kind == TokenKind::kLiteral) {
    Expr literal{.kind = ExprKind::kLiteral, .type = token().type, .value = token().value};
    advance();
    while (literal.type == Type::kString && token().kind == TokenKind::kLiteral &&
           token().type == Type::kString) {
      std::get<std::string>(literal.value) +=
          std::get<std::string>(token().value);  // neighbours are one string
      advance();
    }
    return add(std::move(literal), first);
  }
  if (token().kind == TokenKind::kUnread) {
    advance();
    return unread(first);
  }
  if (take("(")) {
    TRY_ASSIGN(const Expr* inner, piped());
    TRY(expect(")", "after the expression"));
    return inner;
  }
  if (token().is("*") && star_compares()) {
    advance();
    return add({.kind = ExprKind::kStar}, first);
  }
  if (token().is("!") && token(1).kind != TokenKind::kEnd) {
    return fail(
        DiagnosticCode::kSyntax, token().span,
        "'!' has a meaning only in operators such as '!=' and '!has'; what is denied is written not(...)");
  }
  if (!at_name()) return unexpected("an expression");
  if (token().kind == TokenKind::kIdentifier) {
    for (std::string_view word : {"true", "True", "TRUE", "false", "False", "FALSE"}) {
      if (!take_word(word)) continue;
      const bool value = ascii::to_lower(word[0]) == 't';
      return add({.kind = ExprKind::kLiteral, .type = Type::kBool, .value = value}, first);
    }
    if (token().text == "dynamic" && token(1).is("(")) return dynamic_literal();
  }
  TRY_ASSIGN(std::string found, name("an expression"));
  if (token().is("(")) return call(std::move(found), first);
  return add({.kind = ExprKind::kName, .name = std::move(found)}, first);
}

// * has "word": any column. What follows the star decides, or `count(*)` would not be a call.
bool Parser::star_compares() const {
  for (std::string_view op : {"==", "!=", "=~", "!~", ":"}) {
    if (token(1).is(op)) return true;
  }
  const Token& word = token(token(1).is("!") ? 2 : 1);
  return word.kind == TokenKind::kIdentifier &&
         (std::find(kTextWords.begin(), kTextWords.end(), word.text) != kTextWords.end() ||
          std::find(kListWords.begin(), kListWords.end(), word.text) != kListWords.end());
}

Parser::Node Parser::call(std::string function_name, size_t first) {
  advance();
  Expr found{.kind = ExprKind::kCall, .name = std::move(function_name)};
  TRY_ASSIGN(found.children, arguments(")"));
  TRY(expect(")", "after the arguments of '" + found.name + "'"));
  return add(std::move(found), first);
}

// expressions or stars, separated by commas, up to `end`, which stays.
Expected<Parser::List> Parser::arguments(std::string_view end) {
  List found;
  while (!token().is(end)) {
    if (!found.empty()) TRY(separated(end));
    if (token().is(end) && end == "]") break;  // a comma after the last cell of datatable is allowed
    const size_t first = at_;
    if (take("*")) {
      TRY_ASSIGN(const Expr* star, add({.kind = ExprKind::kStar}, first));
      found.push_back(star);
    } else if (end == ")" && at_name() && token(token().is("[") ? 3 : 1).is("=")) {
      TRY_ASSIGN(std::string parameter, name("a parameter's name"));
      advance();
      TRY_ASSIGN(const Expr* value, piped());
      TRY_ASSIGN(const Expr* named,
                 add({.kind = ExprKind::kNamed, .name = std::move(parameter), .children = {value}}, first));
      found.push_back(named);
    } else {
      TRY_ASSIGN(const Expr* next, piped());
      found.push_back(next);
    }
  }
  return found;
}

// dynamic(...): JSON, with KQL's own strings and literals inside. The value is compact JSON text.
Parser::Node Parser::dynamic_literal() {
  const size_t first = at_;
  at_ += 2;
  Expr found{.kind = ExprKind::kLiteral, .type = Type::kDynamic};
  TRY_ASSIGN(std::string text, json());
  if (text != "null") found.value = std::move(text);
  TRY(expect(")", "after the dynamic literal"));
  return add(std::move(found), first);
}

Expected<std::string> Parser::json() {
  const Nesting nesting(*this);
  if (nesting.too_deep()) return nesting.refusal();
  const bool minus = take("-");
  const Token& here = token();
  if (here.kind == TokenKind::kLiteral) {
    advance();
    const bool number = here.type == Type::kLong || here.type == Type::kReal || here.type == Type::kInt;
    if (minus && !number) return fail(DiagnosticCode::kSyntax, here.span, "expected a number after '-'");
    if (is_null(here.value)) return std::string("null");
    if (const auto* text = std::get_if<std::string>(&here.value)) return json_string(*text);
    if (const auto* truth = std::get_if<bool>(&here.value)) return std::string(*truth ? "true" : "false");
    if (const auto* real = std::get_if<double>(&here.value)) {
      const std::string text = real_text(minus ? -*real : *real);
      return text.find_first_of("ni") == std::string::npos ? text : json_string(text);
    }
    const int64_t whole = std::get<int64_t>(here.value);
    if (number) return (minus ? "-" : "") + std::to_string(whole);
    return json_string(here.type == Type::kDateTime ? datetime_text(whole) : timespan_text(whole));
  }
  if (minus) return unexpected("a number after '-'");
  if (take("[")) return json_members("]");
  if (take("{")) return json_members("}");
  for (std::string_view word : {"true", "false", "null"}) {
    if (take_word(word)) return std::string(word);
  }
  if (here.is_word("dynamic") && token(1).is("(")) {  // one inside another is the same as its value
    at_ += 2;
    TRY_ASSIGN(std::string inner, json());
    TRY(expect(")", "after the dynamic literal"));
    return inner;
  }
  return unexpected("a value of JSON");
}

// After '[' or '{'.
Expected<std::string> Parser::json_members(std::string_view close) {
  std::string out = close == "]" ? "[" : "{";
  while (!take(close)) {
    if (out.size() > 1) {
      TRY(separated(close));
      out += ",";
    }
    if (close == "}") {
      const Token& key = token();
      if (key.kind != TokenKind::kLiteral || key.type != Type::kString) return unexpected("a name in quotes");
      out += json_string(std::get<std::string>(key.value)) + ":";
      advance();
      TRY(expect(":", "after the name"));
    }
    TRY_ASSIGN(const std::string value, json());
    out += value;
  }
  return out + std::string(close);
}

}  // namespace linkgate::kql
