#include "engine/sql_scanner.h"

#include <fmt/format.h>

#include <optional>

#include "base/ascii.h"

namespace linkgate::engine {
namespace {

using ascii::is_alnum;
using ascii::is_alpha;
using ascii::is_digit;

constexpr std::string_view kSymbols = "()[]{},;.:*+-/%=<>!|&^~?@";

bool is_word_char(char c) { return is_alnum(c) || c == '_'; }

Error refused(size_t at, std::string_view what) {
  return Error(ErrorCode::kInvalidArgument, fmt::format("{} at octet {}", what, at));
}

// What the engine reads for the escape at `at` (the character after the backslash); advances past it.
char unescape(std::string_view sql, size_t& at) {
  const char c = sql[at++];
  switch (c) {
    case '0':
      return '\0';
    case 'a':
      return '\a';
    case 'b':
      return '\b';
    case 'e':
      return '\x1b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    case 'v':
      return '\v';
    case 'x':
      if (at + 2 <= sql.size() && ascii::is_hex(sql[at]) && ascii::is_hex(sql[at + 1])) {
        const int value = ascii::hex_value(sql[at]) * 16 + ascii::hex_value(sql[at + 1]);
        at += 2;
        return static_cast<char>(value);
      }
      return c;
    default:
      return c;
  }
}

class Scanner {
 public:
  explicit Scanner(std::string_view sql) : sql_(sql) {}

  // Nothing at the end of the text.
  Result<std::optional<Token>> next() {
    TRY(skip_blanks_and_comments());
    if (at_ == sql_.size()) return std::optional<Token>();
    const char c = sql_[at_];
    if (is_alpha(c) || c == '_') return run(Token::Type::kWord);
    if (is_digit(c)) return run(Token::Type::kNumber);
    if (c == '\'' || c == '"' || c == '`') return quoted(c);
    if (c == '/' && at_ + 1 < sql_.size() && sql_[at_ + 1] == '/')
      return refused(at_, "\"//\" is not understood");
    if (kSymbols.find(c) == kSymbols.npos) return refused(at_, "a character that is not understood");
    const size_t begin = at_++;
    return std::optional<Token>(Token{Token::Type::kSymbol, std::string(1, c), begin, at_});
  }

 private:
  Result<void> skip_blanks_and_comments() {
    while (at_ < sql_.size()) {
      const std::string_view rest = sql_.substr(at_);
      if (ascii::is_space(rest[0])) {
        ++at_;
      } else if (rest.starts_with("--")) {
        const size_t end = rest.find('\n');
        at_ = end == rest.npos ? sql_.size() : at_ + end + 1;
      } else if (rest.starts_with("/*")) {
        const size_t end = rest.find("*/", 2);
        if (end == rest.npos) return refused(at_, "a comment that does not end");
        at_ += end + 2;
      } else {
        break;
      }
    }
    return {};
  }

  Result<std::optional<Token>> run(Token::Type type) {
    const size_t begin = at_;
    while (at_ < sql_.size() && is_word_char(sql_[at_])) ++at_;
    return std::optional<Token>(Token{type, std::string(sql_.substr(begin, at_ - begin)), begin, at_});
  }

  // A doubled quote is a quote, a backslash escapes.
  Result<std::optional<Token>> quoted(char quote) {
    const size_t begin = at_++;
    std::string meaning;
    while (at_ < sql_.size()) {
      const char c = sql_[at_++];
      if (c == '\\') {
        if (at_ == sql_.size()) break;
        meaning += unescape(sql_, at_);
      } else if (c != quote) {
        meaning += c;
      } else if (at_ < sql_.size() && sql_[at_] == quote) {
        meaning += sql_[at_++];
      } else if (quote == '\'') {
        return std::optional<Token>(
            Token{Token::Type::kString, std::string(sql_.substr(begin, at_ - begin)), begin, at_});
      } else {
        return std::optional<Token>(Token{Token::Type::kQuoted, std::move(meaning), begin, at_});
      }
    }
    return refused(begin, "a quote that is not closed");
  }

  std::string_view sql_;
  size_t at_ = 0;
};

}  // namespace

bool Token::is_word(std::string_view word) const { return type == Type::kWord && ascii::iequals(text, word); }

Result<std::vector<Token>> scan_sql(std::string_view sql, bool until_data) {
  if (const size_t nul = sql.substr(0, sql.find('\0')).size(); !until_data && nul < sql.size()) {
    return refused(nul, "a NUL");
  }
  Scanner scanner(sql);
  std::vector<Token> tokens;
  int depth = 0;
  for (;;) {
    TRY_ASSIGN(std::optional<Token> token, scanner.next());
    if (!token) return tokens;
    if (tokens.size() == kMaxTokens)
      return Error(ErrorCode::kLimit, fmt::format("more than {} tokens", kMaxTokens));
    depth += token->is_symbol('(') - token->is_symbol(')');
    const bool values = token->is_word("VALUES");
    const bool format_name = !tokens.empty() && tokens.back().is_word("FORMAT") && token->is_name();
    tokens.push_back(std::move(*token));
    if (until_data && depth == 0 && (values || format_name)) return tokens;
  }
}

}  // namespace linkgate::engine
