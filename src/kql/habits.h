#pragma once
// What people write who come from SQL, C, other search languages or a word processor, and what KQL calls it.
// It goes into messages only: no query means anything else for it. Words are looked up in any case.

#include <string>
#include <string_view>

namespace linkgate::kql {

// The bytes of the typographic quote or apostrophe that `text` begins with; 0: none.
size_t typographic_quote(std::string_view text);

// A character that stands for one of KQL's: a long dash for '-', a full-width bracket for '('.
struct Lookalike {
  std::string_view character;    // as it is written; empty: none
  std::string_view punctuation;  // what KQL writes
};
// The one that `text` begins with.
Lookalike lookalike(std::string_view text);

// What to say of a character that has no meaning in KQL, with which `text` begins; one sentence.
std::string unknown_character(std::string_view text);

// 'and', 'has', 'between' and their like, as they are written.
bool is_infix_word(std::string_view word);

// Of a word that a query begins with and that is no table's: a sentence, or "".
std::string habit_at_start(std::string_view word);
// Of a word behind '|' that is no operator: what KQL calls it, or "".
std::string_view habit_of_operator(std::string_view word);
// How habit_behind_value() begins of the name of an operator.
inline constexpr std::string_view kMissingBar = "; is a '|' missing before '";

// Of a word behind a value, where none has a meaning; `next` is the word after it, if one is. "; did you mean
// 'and'?", "; KQL has no LIKE: ...", or "".
std::string habit_behind_value(std::string_view word, std::string_view next);

}  // namespace linkgate::kql
