#pragma once
// Tokens of a SQL text as the engine's own lexer cuts them, so that what is refused here cannot be spelt
// another way. Where the engine's lexer has a corner that nobody needs (heredocs, '#' comments, typographic
// quotes, anything that is not ASCII outside quotes), the text is refused instead of imitated.

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace linkgate::engine {

struct Token {
  enum class Type { kWord, kQuoted, kString, kNumber, kSymbol };
  Type type;
  std::string text;  // of a quoted identifier what it means, without quotes and escapes; of a string its
                     // quotes and all
  size_t begin;      // bytes of the SQL text
  size_t end;

  bool is_symbol(char c) const { return type == Type::kSymbol && text[0] == c; }
  bool is_word(std::string_view word) const;  // an unquoted word, any case
  bool is_name() const { return type == Type::kWord || type == Type::kQuoted; }
};

inline constexpr size_t kMaxTokens = 200'000;

// All tokens, comments left out. With `until_data`, stops after the word FORMAT and the name that follows it,
// or after the word VALUES, outside parentheses: what comes then is the data of an INSERT and no SQL. Errors:
// kInvalidArgument (an unclosed quote or comment, a character that no SQL of ours has), kLimit.
Result<std::vector<Token>> scan_sql(std::string_view sql, bool until_data = false);

}  // namespace linkgate::engine
