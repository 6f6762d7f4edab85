// What the parser says of what it did not expect.

#include <algorithm>
#include <array>

#include "base/ascii.h"
#include "kql/habits.h"
#include "kql/parser.h"
#include "kql/parser_state.h"
#include "kql/plugin.h"

namespace linkgate::kql {
namespace {

constexpr size_t kShownLetters = 40;  // of a word that is quoted

bool opens(const Token& token) { return token.is("(") || token.is("[") || token.is("{"); }
bool closes(const Token& token) { return token.is(")") || token.is("]") || token.is("}"); }
bool belong(const Token& open, std::string_view closer) {
  return (open.is("(") && closer == ")") || (open.is("[") && closer == "]") ||
         (open.is("{") && closer == "}");
}

Diagnostic unclosed(const Token& open) {
  return fail(DiagnosticCode::kSyntax, open.span, "this '" + std::string(open.text) + "' is never closed");
}

// The brackets of these tokens that are still open.
std::vector<const Token*> still_open(const std::vector<Token>& tokens, size_t end) {
  std::vector<const Token*> open;
  for (size_t i = 0; i < end; ++i) {
    if (opens(tokens[i])) open.push_back(&tokens[i]);
    if (closes(tokens[i]) && !open.empty() && belong(*open.back(), tokens[i].text)) open.pop_back();
  }
  return open;
}

}  // namespace

const Token* Parser::never_closed(std::string_view closer) const {
  const bool ended = token().kind == TokenKind::kEnd || (token().is(";") && closer != "}");
  if (!ended || (closer != ")" && closer != "]" && closer != "}")) return nullptr;
  const auto open = still_open(tokens_, at_);
  return !open.empty() && belong(*open.back(), closer) ? open.back() : nullptr;
}

// Whether a bracket stands here that no other opened.
bool Parser::closes_nothing() const {
  if (!closes(token())) return false;
  const auto open = still_open(tokens_, at_);
  return open.empty();
}

Expected<> Parser::expect(std::string_view punctuation, std::string_view where) {
  if (take(punctuation)) return {};
  if (const Token* open = never_closed(punctuation)) return unclosed(*open);
  return unexpected("'" + std::string(punctuation) + "' " + std::string(where));
}

Expected<> Parser::separated(std::string_view end) {
  if (take(",")) return {};
  if (const Token* open = never_closed(end)) return unclosed(*open);
  return unexpected("',' or '" + std::string(end) + "'");
}

Expected<> Parser::expect_word(std::string_view word, std::string_view where) {
  if (take_word(word)) return {};
  return unexpected("'" + std::string(word) + "' " + std::string(where));
}

// What the words that stand here mean elsewhere, and what KQL calls that.
std::string Parser::habit_here() const {
  const auto word = [this](size_t ahead) {
    return token(ahead).kind == TokenKind::kIdentifier ? token(ahead).text.substr(0, kShownLetters)
                                                       : std::string_view();
  };
  if (at_ > 0 && tokens_[at_ - 1].kind == TokenKind::kIdentifier &&
      ascii::iequals(tokens_[at_ - 1].text, "not") && token().kind != TokenKind::kEnd)
    return "; what is denied stands in brackets: not(...)";
  if (token().is("!") && !word(1).empty()) {
    const std::string near = habit_behind_value(word(1), "");
    const size_t quote = near.find("did you mean '");
    return quote == std::string::npos ? "" : near.substr(0, quote + 14) + "!" + near.substr(quote + 14);
  }
  if (token().is("*") && at_ > 0 && tokens_[at_ - 1].is("/"))
    return "; a comment begins with '//' and goes up to the end of its line";
  if (token().is("=") && at_ > 0 && tokens_[at_ - 1].is("==")) return "; equality is '=='";
  if (closes_nothing()) return ": this bracket was never opened";
  return word(0).empty() ? "" : habit_behind_value(word(0), word(1));
}

Diagnostic Parser::unexpected(std::string_view wanted) const {
  const bool ended = token().kind == TokenKind::kEnd;
  if (ended && at_ > 0 && opens(tokens_[at_ - 1])) return unclosed(tokens_[at_ - 1]);
  const std::string found =
      ended ? "the query ends here" : "found '" + std::string(token().text.substr(0, kShownLetters)) + "'";
  std::string hint = ended ? "" : habit_here();
  if (hint.starts_with(kMissingBar) && !wanted.starts_with("'|'")) hint.clear();
  return fail(DiagnosticCode::kSyntax, token().span,
              "expected " + std::string(wanted) + ", but " + found + hint);
}

// Where a statement begins: not what begins one in other languages, which would be taken for a table's name.
Expected<> Parser::check_start() const {
  if (token().is("-") && token(1).is("-"))
    return fail(DiagnosticCode::kSyntax, token().span, "a comment begins with '//', not with '--'");
  if (token().is("/") && token(1).is("*")) {
    return fail(DiagnosticCode::kSyntax, token().span,
                "a comment begins with '//' and goes up to the end of its line");
  }
  if (token().kind != TokenKind::kIdentifier) return {};
  const Token& next = token(1);
  const bool from_follows = next.is("*") && ascii::iequals(token(2).text, "from");
  if (next.kind != TokenKind::kIdentifier && next.kind != TokenKind::kLiteral && !from_follows) return {};
  if (next.kind == TokenKind::kIdentifier && is_infix_word(next.text)) return {};
  const std::string sentence = habit_at_start(token().text);
  return sentence.empty() ? Expected<>() : fail(DiagnosticCode::kSyntax, token().span, sentence);
}

Diagnostic Parser::no_operator(const std::string& name, Span span) {
  std::string hint;
  if (const std::string_view instead = habit_of_operator(name); !instead.empty())
    hint = "; KQL calls it " + std::string(instead);
  else if (is_plugin(name))
    hint = "; KQL calls it 'evaluate " + name + "(...)'";
  else
    hint = suggestion(name, operator_names());
  return fail(DiagnosticCode::kUnknownName, span, "no operator '" + name.substr(0, 60) + "'" + hint);
}

}  // namespace linkgate::kql
