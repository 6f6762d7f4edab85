#pragma once
// KQL text to tokens. Words are all kIdentifier: KQL's keywords mean something only where the parser expects
// them, and most of them name columns somewhere. Source: Kusto documentation, "Entity names" and the pages of
// the data types.

#include <string_view>
#include <vector>

#include "kql/diagnostic.h"
#include "kql/types.h"

namespace linkgate::kql {

enum class TokenKind : uint8_t {
  kEnd,
  kIdentifier,
  kPunctuation,  // `text` is the longest of == != =~ !~ <= >= <> => .. that fits, else one character
  kLiteral,      // `type` and `value`; datetime(...), time(...), long(...) and their like are one token
  kUnread,       // what is none of these; only of tokenize_noting()
};

struct Token {
  TokenKind kind = TokenKind::kEnd;
  Span span;
  std::string_view text;  // borrowed from the query
  Type type = Type::kString;
  Value value;

  bool is(std::string_view punctuation) const {
    return kind == TokenKind::kPunctuation && text == punctuation;
  }
  bool is_word(std::string_view word) const { return kind == TokenKind::kIdentifier && text == word; }
};

// The last token is kEnd. The tokens borrow from `text`. Refuses text that is not UTF-8.
Expected<std::vector<Token>> tokenize(std::string_view text);

// Goes on after an error: what it stands at is one token, kUnread, or a string without the escape in
// question. An error of this function is one of the whole text.
Expected<std::vector<Token>> tokenize_noting(std::string_view text, DiagnosticList& errors);

// A literal in KQL's spelling, so that tokenize() of it gives type and value back: "a\"b", 5, 2.5,
// datetime(...), ...
std::string literal_text(Type type, const Value& value);

}  // namespace linkgate::kql
