#include "kql/lexer.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>

#include "base/ascii.h"
#include "kql/habits.h"
#include "kql/limits.h"
#include "kql/literal.h"
#include "kql/utf8.h"

namespace linkgate::kql {
namespace {

constexpr std::array<std::string_view, 9> kLongPunctuation = {
    "==", "!=", "=~", "!~", "<=", ">=", "<>", "=>", ".."};
constexpr std::string_view kPunctuation = "()[]{},;:.|=<>+-*/%?~!@$";

bool starts_name(char c) { return ascii::is_alpha(c) || c == '_' || c == '$'; }
bool continues_name(char c) { return ascii::is_alnum(c) || c == '_'; }
bool is_quote(char c) { return c == '"' || c == '\''; }

// Blanks that come with queries pasted from web pages and word processors: no-break spaces, byte order mark,
// spaces of all widths, those of none among them. The length of the one that `text` begins with, or 0.
size_t foreign_blank(std::string_view text) {
  if (text.empty() || static_cast<unsigned char>(text[0]) < 0x80) return 0;
  if (text.starts_with("\u00A0")) return 2;
  const bool wide = text.starts_with("\u202F") || text.starts_with("\u205F") || text.starts_with("\u3000") ||
                    text.starts_with("\uFEFF") || text.starts_with("\u2060");
  const bool run = text.starts_with("\xE2\x80") && text.size() > 2 && text[2] <= '\x8B';
  return wide || run ? 3 : 0;
}

class Lexer {
 public:
  Lexer(std::string_view text, DiagnosticList* errors) : text_(text), errors_(errors) {}

  Expected<std::vector<Token>> run() {
    while (true) {
      skip_blank();
      if (tokens_.size() >= kMaxTokens)
        return error(DiagnosticCode::kTooLarge, at_, "the query has too many tokens");
      if (at_ >= text_.size()) break;
      auto read = next();
      if (read) continue;
      if (errors_ == nullptr) return std::move(read.error());
      const size_t begin = read.error().span.begin;
      errors_->add(std::move(read.error()));
      add(TokenKind::kUnread, begin);
    }
    add(TokenKind::kEnd, at_);
    return std::move(tokens_);
  }

 private:
  char peek(size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }
  Span from(size_t begin) const { return {static_cast<uint32_t>(begin), static_cast<uint32_t>(at_)}; }
  Diagnostic error(DiagnosticCode code, size_t begin, std::string message) const {
    return fail(code, from(begin), std::move(message));
  }
  Token& add(TokenKind kind, size_t begin) {
    tokens_.push_back({kind, from(begin), text_.substr(begin, at_ - begin), Type::kString, {}});
    return tokens_.back();
  }
  void add_literal(size_t begin, Type type, Value value) {
    Token& token = add(TokenKind::kLiteral, begin);
    token.type = type;
    token.value = std::move(value);
  }

  void skip_blank() {
    while (at_ < text_.size()) {
      if (ascii::is_space(peek())) {
        ++at_;
      } else if (peek() == '/' && peek(1) == '/') {
        at_ = std::min(text_.find('\n', at_), text_.size());
      } else if (const size_t length = foreign_blank(text_.substr(at_)); length > 0) {
        at_ += length;
      } else {
        return;
      }
    }
  }

  Expected<> next() {
    const std::string_view rest = text_.substr(at_);
    if (is_quote(peek())) return quoted(at_, false);
    if (peek() == '@' && is_quote(peek(1))) return quoted(at_++, true);
    if ((peek() == 'h' || peek() == 'H') && (is_quote(peek(1)) || (peek(1) == '@' && is_quote(peek(2))))) {
      const size_t begin = at_++;
      const bool verbatim = peek() == '@';
      if (verbatim) ++at_;
      return quoted(begin, verbatim);
    }
    if (rest.starts_with("```") || rest.starts_with("~~~")) return fenced(rest.substr(0, 3));
    if (ascii::is_digit(peek())) return number();
    if (starts_name(peek())) return word();
    const size_t begin = at_;
    for (std::string_view two : kLongPunctuation) {
      if (rest.starts_with(two)) {
        at_ += 2;
        add(TokenKind::kPunctuation, begin);
        return {};
      }
    }
    if (rest.starts_with("&&")) return meant(TokenKind::kIdentifier, 2, "and");
    if (rest.starts_with("||")) return meant(TokenKind::kIdentifier, 2, "or");
    ++at_;
    if (kPunctuation.find(text_[begin]) != std::string_view::npos) {
      add(TokenKind::kPunctuation, begin);
      return {};
    }
    --at_;
    return foreign();
  }

  // `length` bytes that are not KQL's, and what they stand for. Where errors are noted, they are read as
  // that.
  Expected<> meant(TokenKind kind, size_t length, std::string_view text) {
    const size_t begin = at_;
    at_ += length;
    Diagnostic trouble = error(DiagnosticCode::kSyntax, begin,
                               "'" + std::string(text_.substr(begin, length)) + "' " +
                                   (text == "-" ? "is a typographic dash" : "has no meaning in KQL") +
                                   "; write '" + std::string(text) + "'");
    if (errors_ == nullptr) return trouble;
    errors_->add(std::move(trouble));
    add(kind, begin).text = text;
    return {};
  }

  // What no token of KQL begins with.
  Expected<> foreign() {
    const std::string_view rest = text_.substr(at_);
    if (const size_t quote = typographic_quote(rest); quote > 0) return typographic(quote);
    if (const Lookalike like = lookalike(rest); !like.punctuation.empty())
      return meant(TokenKind::kPunctuation, like.character.size(), like.punctuation);
    const size_t begin = at_++;
    while (at_ < text_.size() && static_cast<unsigned char>(peek()) >> 6 == 2) ++at_;
    return error(DiagnosticCode::kSyntax, begin, unknown_character(rest));
  }

  // A text in quotes as word processors make them, up to the next one on its line.
  Expected<> typographic(size_t quote) {
    const size_t begin = at_;
    const size_t line_end = std::min(text_.find('\n', at_), text_.size());
    size_t end = at_ + quote;
    while (end < line_end && typographic_quote(text_.substr(end)) == 0) ++end;
    const std::string_view value = text_.substr(begin + quote, end - begin - quote);
    at_ = end < line_end ? end + typographic_quote(text_.substr(end)) : begin + quote;
    Diagnostic trouble =
        error(DiagnosticCode::kSyntax, begin,
              "this is a typographic quote, as word processors make them; write \"...\" or '...'");
    if (errors_ == nullptr || end >= line_end) return trouble;
    errors_->add(std::move(trouble));
    add_literal(begin, Type::kString, std::string(value));
    return {};
  }

  // at_ stands on the opening quote.
  Expected<> quoted(size_t begin, bool verbatim) {
    if (verbatim && !is_quote(peek())) ++at_;
    const char quote = text_[at_++];
    std::string value;
    while (true) {
      if (at_ >= text_.size() || peek() == '\n') {
        return error(DiagnosticCode::kSyntax, begin, unended(begin, quote));
      }
      const char c = text_[at_++];
      if (c == quote) {
        if (!verbatim || peek() != quote) break;
        ++at_;  // a doubled quote is one
        value += quote;
      } else if (c == '\\' && !verbatim) {
        auto read = escape(value);
        if (!read && errors_ == nullptr) return read;
        if (!read) errors_->add(std::move(read.error()));
      } else {
        value += c;
      }
    }
    add_literal(begin, Type::kString, std::move(value));
    return {};
  }

  // Why the string from `begin` up to here has no end.
  std::string unended(size_t begin, char quote) const {
    for (size_t i = begin; i < at_; ++i) {
      if (typographic_quote(text_.substr(i)) > 0)
        return "this string does not end on its line: a typographic quote ends none; write " +
               std::string(1, quote);
    }
    return "this string does not end on its line";
  }

  // at_ stands after the backslash.
  Expected<> escape(std::string& value) {
    const size_t begin = at_ - 1;
    const char c = peek();
    constexpr std::string_view kNames = "\\\"'/nrtabfv";
    constexpr std::string_view kMeanings = "\\\"'/\n\r\t\a\b\f\v";
    if (const size_t i = kNames.find(c); i != std::string_view::npos && at_ < text_.size()) {
      ++at_;
      value += kMeanings[i];
      return {};
    }
    std::optional<uint32_t> code_point;
    if (c == 'x' || c == 'u' || c == 'U') {
      ++at_;
      code_point = hex(c == 'x' ? 2 : c == 'u' ? 4 : 8);
      if (code_point && *code_point >> 10 == 0x36 && peek() == '\\' &&
          peek(1) == 'u') {  // JSON's surrogate pairs
        at_ += 2;
        const auto low = hex(4);
        code_point = low && *low >> 10 == 0x37
                         ? std::optional(0x10000 + ((*code_point & 0x3FF) << 10) + (*low & 0x3FF))
                         : std::nullopt;
      }
    } else if (c >= '0' && c <= '7') {
      code_point = 0;
      for (int read = 0; read < 3 && peek() >= '0' && peek() <= '7'; ++read, ++at_) {
        code_point = *code_point * 8 + static_cast<uint32_t>(peek() - '0');
      }
    }
    if (code_point && append_utf8(*code_point, value)) return {};
    return error(DiagnosticCode::kSyntax, begin,
                 "unknown escape in a string; write \\\\ for a backslash, or @'...'");
  }

  std::optional<uint32_t> hex(int digits) {
    uint32_t value = 0;
    for (int i = 0; i < digits; ++i, ++at_) {
      if (!ascii::is_hex(peek())) return std::nullopt;
      value = value << 4 | static_cast<uint32_t>(ascii::hex_value(peek()));
    }
    return value;
  }

  Expected<> fenced(std::string_view fence) {
    const size_t begin = at_;
    const size_t end = text_.find(fence, begin + fence.size());
    at_ = end == std::string_view::npos ? text_.size() : end + fence.size();
    if (end == std::string_view::npos)
      return error(DiagnosticCode::kSyntax, begin, "this string does not end");
    add_literal(begin, Type::kString, std::string(text_.substr(begin + 3, end - begin - 3)));
    return {};
  }

  void digits() {
    while (ascii::is_digit(peek())) ++at_;
  }

  Expected<> number() {
    const size_t begin = at_;
    if (peek() == '0' && (peek(1) == 'x' || peek(1) == 'X') && ascii::is_hex(peek(2))) {
      at_ += 2;
      while (ascii::is_hex(peek())) ++at_;
    } else {
      digits();
      const bool fraction = peek() == '.' && peek(1) != '.' && !starts_name(peek(1)) && peek(1) != '[';
      if (fraction) ++at_, digits();
      const size_t sign = peek(1) == '+' || peek(1) == '-' ? 2 : 1;
      if ((peek() == 'e' || peek() == 'E') && ascii::is_digit(peek(sign))) at_ += sign, digits();
    }
    const std::string_view written = text_.substr(begin, at_ - begin);
    const size_t unit_begin = at_;
    while (continues_name(peek())) ++at_;
    const std::string_view unit = text_.substr(unit_begin, at_ - unit_begin);
    const bool name = unit.find('_') != std::string_view::npos &&
                      std::all_of(written.begin(), written.end(), [](char c) { return ascii::is_digit(c); });
    if (name) {  // 0_ and 2_days are names
      add(TokenKind::kIdentifier, begin);
      return {};
    }
    const auto literal = number_literal(written, unit);
    if (!literal) {
      return error(
          DiagnosticCode::kSyntax, begin,
          "'" + std::string(text_.substr(begin, at_ - begin)) + "' is neither a number nor a timespan");
    }
    add_literal(begin, literal->first, literal->second);
    return {};
  }

  Expected<> word() {
    const size_t begin = at_++;
    while (continues_name(peek())) ++at_;
    const std::string_view name = text_.substr(begin, at_ - begin);
    const auto type = literal_type(name);
    size_t open = at_;
    while (open < text_.size() && (text_[open] == ' ' || text_[open] == '\t')) ++open;
    if (!type || open >= text_.size() || text_[open] != '(') {
      add(TokenKind::kIdentifier, begin);
      return {};
    }
    const size_t close = text_.find(')', open);
    at_ = close == std::string_view::npos ? text_.size() : close + 1;
    if (close == std::string_view::npos)
      return error(DiagnosticCode::kSyntax, begin, "this literal has no ')'");
    auto value = typed_literal(*type, text_.substr(open + 1, close - open - 1));
    if (!value) {
      return error(DiagnosticCode::kSyntax, begin,
                   "this is not a literal of type " + std::string(to_string(*type)) +
                       "; to convert a value write to" + std::string(to_string(*type)) + "(...)");
    }
    add_literal(begin, *type, std::move(*value));
    return {};
  }

  std::string_view text_;
  DiagnosticList* errors_;  // null: the first error ends the reading
  size_t at_ = 0;
  std::vector<Token> tokens_;
};

Expected<std::vector<Token>> tokens_of(std::string_view text, DiagnosticList* errors) {
  if (text.size() > kMaxTextBytes) {
    return fail(DiagnosticCode::kTooLarge, {},
                "the query is longer than " + std::to_string(kMaxTextBytes) + " bytes");
  }
  if (!is_utf8(text)) return fail(DiagnosticCode::kSyntax, {}, "the query is not UTF-8");
  return Lexer(text, errors).run();
}

}  // namespace

Expected<std::vector<Token>> tokenize(std::string_view text) { return tokens_of(text, nullptr); }

Expected<std::vector<Token>> tokenize_noting(std::string_view text, DiagnosticList& errors) {
  return tokens_of(text, &errors);
}

}  // namespace linkgate::kql
