#include "kql/habits.h"

#include <algorithm>
#include <array>
#include <vector>

#include "base/ascii.h"
#include "kql/diagnostic.h"
#include "kql/parser.h"
#include "kql/plugin.h"

namespace linkgate::kql {
namespace {

constexpr auto kQuotes = std::to_array<std::string_view>(
    {"\u201C", "\u201D", "\u201E", "\u201F", "\u2018", "\u2019", "\u201A", "\u201B", "\u00AB", "\u00BB",
     "\u2039", "\u203A", "\u300C", "\u300D", "\uFF02", "\uFF07"});

constexpr auto kLookalikes = std::to_array<Lookalike>(
    {{"\u2010", "-"},  {"\u2011", "-"}, {"\u2012", "-"},  {"\u2013", "-"},  {"\u2014", "-"},
     {"\u2015", "-"},  {"\u2212", "-"}, {"\u2026", ".."}, {"\u2260", "!="}, {"\u2264", "<="},
     {"\u2265", ">="}, {"\u00D7", "*"}, {"\u00F7", "/"},  {"\uFF08", "("},  {"\uFF09", ")"},
     {"\uFF0C", ","},  {"\uFF1B", ";"}, {"\uFF1A", ":"},  {"\uFF5C", "|"},  {"\uFF1D", "="}});

// Between two values.
constexpr auto kBetweenValues = std::to_array<std::string_view>(
    {"and", "or", "in", "has", "has_any", "has_all", "has_cs", "hasprefix", "hasprefix_cs", "hassuffix",
     "hassuffix_cs", "contains", "contains_cs", "startswith", "startswith_cs", "endswith", "endswith_cs",
     "between", "matches"});
// Further words of operators that no name stands for.
constexpr auto kOtherWords = std::to_array<std::string_view>(
    {"by", "on", "asc", "desc", "nulls", "with", "to", "from", "step", "regex", "default"});

struct Habit {
  std::string_view word, instead;
};

// Sources of their own, or words that a name begins with.
constexpr auto kStarts = std::to_array<std::string_view>(
    {"union", "search", "find", "print", "range", "datatable", "externaldata", "evaluate", "let", "set"});

constexpr auto kStartHabits = std::to_array<Habit>({
    {"select", "KQL has no SELECT: the table comes first, as in Table | where Condition | project Column"},
    {"from", "KQL has no FROM: the table's name comes first, alone"},
    {"with", "KQL has no WITH: a query is named by let Name = Query;"},
    {"show", "what there is tells the command .show, as in .show tables"},
    {"describe", "KQL has no DESCRIBE: say Table | getschema"},
    {"explain", "KQL has no EXPLAIN: say linkgate kql --explain"},
    {"use", "KQL has no USE: there is one database, and its tables are named as they are"},
    {"insert", "queries change nothing: rows come from mail and clicks alone"},
    {"update", "queries change nothing: rows come from mail and clicks alone"},
    {"delete", "queries change nothing: rows come from mail and clicks alone"},
    {"drop", "queries change nothing: rows come from mail and clicks alone"},
});

constexpr auto kOperatorHabits = std::to_array<Habit>({
    {"select", "'project'"},
    {"fields", "'project'"},
    {"table", "'project'"},
    {"group", "'summarize ... by'"},
    {"groupby", "'summarize ... by'"},
    {"stats", "'summarize ... by'"},
    {"aggregate", "'summarize ... by'"},
    {"having", "'where', behind summarize"},
    {"orderby", "'sort by'"},
    {"sortby", "'sort by'"},
    {"rename", "'project-rename'"},
    {"drop", "'project-away'"},
    {"exclude", "'project-away'"},
    {"keep", "'project-keep'"},
    {"eval", "'extend'"},
    {"add", "'extend'"},
    {"head", "'take'"},
    {"dedup", "'distinct', or 'summarize arg_max(Timestamp, *) by'"},
    {"unique", "'distinct'"},
    {"uniq", "'distinct'"},
    {"rex", "'parse', or 'extend' with extract()"},
    {"regex", "'where ... matches regex'"},
    {"timechart", "'summarize ... by bin(Timestamp, 1h) | render timechart'"},
    {"chart", "'render'"},
    {"expand", "'mv-expand'"},
    {"explode", "'mv-expand'"},
    {"unnest", "'mv-expand'"},
    {"autocluster", "'evaluate autocluster(...)'"},
    {"bag_unpack", "'evaluate bag_unpack(...)'"},
    {"basket", "'evaluate basket(...)'"},
    {"diffpatterns", "'evaluate diffpatterns(...)'"},
    {"pivot", "'evaluate pivot(...)'"},
    {"and", "'and', without the '|' before it"},
    {"or", "'or', without the '|' before it"},
});

constexpr auto kValueHabits = std::to_array<Habit>({
    {"like", "KQL has no LIKE: say contains, startswith, endswith or matches regex"},
    {"ilike", "KQL has no ILIKE: say contains, startswith or endswith"},
    {"rlike", "KQL has no RLIKE: say matches regex"},
    {"as", "a new name stands before its value: Name = value"},
    {"from", "KQL has no FROM: the table's name stands before the first '|'"},
    {"group", "KQL has no GROUP BY: say | summarize count() by Column"},
    {"having", "KQL has no HAVING: say | where behind summarize"},
    {"when", "KQL has no CASE WHEN: say case(condition, value, ..., otherwise)"},
    {"then", "KQL has no CASE WHEN: say case(condition, value, ..., otherwise)"},
    {"eq", "KQL writes '=='"},
    {"equals", "KQL writes '=='"},
    {"ne", "KQL writes '!='"},
    {"gt", "KQL writes '>'"},
    {"ge", "KQL writes '>='"},
    {"lt", "KQL writes '<'"},
    {"le", "KQL writes '<='"},
});

template <size_t N>
std::string_view instead_of(const std::array<Habit, N>& habits, std::string_view word) {
  for (const Habit& habit : habits) {
    if (ascii::iequals(habit.word, word)) return habit.instead;
  }
  return "";
}

template <size_t N>
bool is_one_of(const std::array<std::string_view, N>& words, std::string_view word) {
  return std::any_of(words.begin(), words.end(),
                     [word](std::string_view one) { return ascii::iequals(one, word); });
}

bool is_operator(std::string_view word) {
  const auto names = operator_names();
  return std::any_of(names.begin(), names.end(),
                     [word](std::string_view name) { return ascii::iequals(name, word); });
}

// not in, is null, is not null.
std::string habit_of_negation(std::string_view word, std::string_view next) {
  if (ascii::iequals(word, "is")) {
    return ascii::iequals(next, "not")
               ? "; KQL has no IS NOT NULL: say isnotempty(x) of a text, isnotnull(x) of all else"
               : "; KQL has no IS NULL: say isempty(x) of a text, isnull(x) of all else";
  }
  if (ascii::iequals(next, "like")) return "; KQL has no NOT LIKE: say !contains or !startswith";
  if (is_one_of(kBetweenValues, next)) return "; did you mean '!" + ascii::to_lower(next) + "'?";
  return "; what is denied stands in brackets: not(...)";
}

// The code point that the text, which is UTF-8, begins with.
uint32_t first_code_point(std::string_view text) {
  const auto byte = [text](size_t i) { return static_cast<uint32_t>(static_cast<unsigned char>(text[i])); };
  const uint32_t first = byte(0);
  const size_t length = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  if (length == 1) return first;
  uint32_t code_point = first & (0x7Fu >> length);
  for (size_t i = 1; i < length && i < text.size(); ++i) code_point = code_point << 6 | (byte(i) & 0x3F);
  return code_point;
}

// In four digits or more.
std::string hex(uint32_t code_point) {
  std::string out;
  for (int shift = 20; shift >= 0; shift -= 4) {
    const uint32_t digit = code_point >> shift & 0xF;
    if (digit != 0 || !out.empty() || shift < 16) out += "0123456789ABCDEF"[digit];
  }
  return out;
}

}  // namespace

size_t typographic_quote(std::string_view text) {
  for (std::string_view quote : kQuotes) {
    if (text.starts_with(quote)) return quote.size();
  }
  return 0;
}

Lookalike lookalike(std::string_view text) {
  for (const Lookalike& one : kLookalikes) {
    if (text.starts_with(one.character)) return one;
  }
  return {};
}

std::string unknown_character(std::string_view text) {
  switch (text[0]) {
    case '&':
      return "'&' has no meaning in KQL; bits are combined by binary_and(a, b), and conditions by 'and'";
    case '^':
      return "'^' has no meaning in KQL; powers are pow(a, b), and bits are combined by binary_xor(a, b)";
    case '#':
      return "'#' has no meaning in KQL; a comment begins with '//'";
    case '`':
      return "'`' has no meaning in KQL; a name is quoted as ['two words']";
    case '\\':
      return "a backslash has a meaning only in a string";
    default:
      break;
  }
  const uint32_t code_point = first_code_point(text);
  const bool hidden =
      code_point < 0x20 || code_point == 0xAD || (code_point >= 0x200B && code_point <= 0x200F) ||
      (code_point >= 0x202A && code_point <= 0x202E) || (code_point >= 0x2060 && code_point <= 0x206F);
  if (hidden) return "a character that is not seen stands here (U+" + hex(code_point) + "); delete it";
  return "this character has no meaning in KQL";
}

std::string habit_at_start(std::string_view word) {
  if (is_one_of(kStarts, word)) return "";
  if (const auto sentence = instead_of(kStartHabits, word); !sentence.empty()) return std::string(sentence);
  if (!is_operator(word)) return "";
  const std::string name = ascii::to_lower(word);
  return "a query begins with a table, as in Table | " + name + " ...";
}

bool is_infix_word(std::string_view word) {
  return std::find(kBetweenValues.begin(), kBetweenValues.end(), word) != kBetweenValues.end();
}

std::string_view habit_of_operator(std::string_view word) { return instead_of(kOperatorHabits, word); }

std::string habit_behind_value(std::string_view word, std::string_view next) {
  if (ascii::iequals(word, "is") || ascii::iequals(word, "not")) return habit_of_negation(word, next);
  const std::string small = ascii::to_lower(word);
  if (small != word && (is_one_of(kBetweenValues, word) || is_one_of(kOtherWords, word)))
    return "; did you mean '" + small + "'?";
  if (const auto sentence = instead_of(kValueHabits, word); !sentence.empty())
    return "; " + std::string(sentence);
  if (is_infix_word(word)) return "";  // what stands before it is no value
  if (is_operator(word)) return std::string(kMissingBar) + small + "'?";
  return suggestion(word, std::vector<std::string_view>(kBetweenValues.begin(), kBetweenValues.end()));
}

}  // namespace linkgate::kql
