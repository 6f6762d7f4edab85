// Strings: terms, parts, case, regular expressions.

#include <algorithm>
#include <array>

#include "base/ascii.h"
#include "kql/function.h"
#include "kql/regex.h"

namespace linkgate::kql {
namespace {

using sql::Ref;

constexpr std::string_view kTermStart = "(^|[^\\p{L}\\p{N}])";
constexpr std::string_view kTermEnd = "($|[^\\p{L}\\p{N}])";
// The same where ASCII alone stands beside the term: what nearly all texts have there, and cheap to look for.
constexpr std::string_view kPlainStart = R"((^|[\x00-/:-@\[-`{-\x7f]))";
constexpr std::string_view kPlainEnd = R"(($|[\x00-/:-@\[-`{-\x7f]))";

const std::string* literal_text_of(const BoundExpr& e) {
  return e.kind == BoundKind::kLiteral ? std::get_if<std::string>(&e.value) : nullptr;
}

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}
// A constant of ASCII alone folds as its letters do, and much faster: no letter beyond ASCII equals one of
// them without regard to case (the Kelvin and Angstrom signs are letters of their own, as in .NET).
bool is_ascii_literal(const BoundExpr& e) {
  const std::string* text = literal_text_of(e);
  return text != nullptr && is_ascii(*text);
}

Ref folded(LowerCall& l, Ref text) { return l.fn("lowerUTF8", text); }

// What of a term's two ends must be an end of a term in the text: has both, hasprefix the start, hassuffix
// the end.
struct Ends {
  bool start;
  bool end;
};

bool is_term_byte(char c) { return ascii::is_alnum(c) || static_cast<unsigned char>(c) >= 0x80; }

// The pattern of a constant term. An end that is no letter or digit itself needs none beside it.
Ref constant_term(LowerCall& l, const std::string& term, Ends ends, bool fold) {
  const std::string before(ends.start && is_term_byte(term.front()) ? kTermStart : "");
  const std::string after(ends.end && is_term_byte(term.back()) ? kTermEnd : "");
  if (!fold || is_ascii(term)) return l.text((fold ? "(?i)" : "") + before + quoted_regex(term) + after);
  return l.fn("concat", l.text(before), l.fn("regexpQuoteMeta", folded(l, l.text(term))), l.text(after));
}

// The same for a computed term, whose ends are looked at in SQL.
Ref computed_term(LowerCall& l, Ref term, Ends ends, bool fold) {
  const Ref text = fold ? folded(l, term) : term;
  const Ref start =
      l.fn("if", l.fn("match", text, l.text("^[\\p{L}\\p{N}]")), l.text(kTermStart), l.text(""));
  const Ref end = l.fn("if", l.fn("match", text, l.text("[\\p{L}\\p{N}]$")), l.text(kTermEnd), l.text(""));
  return l.fn("concat", ends.start ? start : l.text(""), l.fn("regexpQuoteMeta", text),
              ends.end ? end : l.text(""));
}

// Most rows do not hold the term at all: a plain search is quicker than the pattern and goes first.
Ref term_match(LowerCall& l, Ref text, Ref term, const std::string* constant, Ends ends, bool fold) {
  if (constant != nullptr && constant->empty()) return l.integer(1);
  const bool plain = fold && constant != nullptr && is_ascii(*constant);
  const std::string_view position = plain  ? "positionCaseInsensitive"
                                    : fold ? "positionCaseInsensitiveUTF8"
                                           : "position";
  const Ref found = l.fn("greater", l.fn(position, text, term), l.integer(0));
  const Ref pattern =
      constant != nullptr ? constant_term(l, *constant, ends, fold) : computed_term(l, term, ends, fold);
  if (plain && ends.start && ends.end && is_term_byte(constant->front()) && is_term_byte(constant->back())) {
    const Ref beside_ascii =
        l.text("(?i)" + std::string(kPlainStart) + quoted_regex(*constant) + std::string(kPlainEnd));
    return l.fn("and", found, l.fn("or", l.fn("match", text, beside_ascii), l.fn("match", text, pattern)));
  }
  // The engine does not match a constant text with a computed pattern.
  const Ref searched = constant != nullptr ? text : l.fn("materialize", text);
  return l.fn("and", found, l.fn("match", fold && !plain ? folded(l, searched) : searched, pattern));
}

Ref term_operator(LowerCall& l, Ends ends, bool fold) {
  return term_match(l, l[0], l[1], literal_text_of(l.arg(1)), ends, fold);
}
Ref lower_has(LowerCall& l) { return term_operator(l, {true, true}, true); }
Ref lower_has_cs(LowerCall& l) { return term_operator(l, {true, true}, false); }
Ref lower_hasprefix(LowerCall& l) { return term_operator(l, {true, false}, true); }
Ref lower_hasprefix_cs(LowerCall& l) { return term_operator(l, {true, false}, false); }
Ref lower_hassuffix(LowerCall& l) { return term_operator(l, {false, true}, true); }
Ref lower_hassuffix_cs(LowerCall& l) { return term_operator(l, {false, true}, false); }

// has_any and has_all with a computed array.
Ref has_array(LowerCall& l, std::string_view quantifier) {
  const Ref array = l.fn("JSONExtract", l.fn("ifNull", l[1], l.text("[]")), l.text("Array(String)"));
  const std::string name = l.tree.fresh("v");
  return l.fn(quantifier,
              l.tree.lambda(name, term_match(l, l[0], l.tree.column("", name), nullptr, {true, true}, true)),
              array);
}
Ref lower_has_any(LowerCall& l) { return has_array(l, "arrayExists"); }
Ref lower_has_all(LowerCall& l) { return has_array(l, "arrayAll"); }
// The place of the first that is a term of the text, or -1.
Ref lower_has_any_index(LowerCall& l) {
  return l.fn("minus", l.fn("toInt64", has_array(l, "arrayFirstIndex")), l.integer(1));
}

Ref above_zero(LowerCall& l, Ref position) { return l.fn("greater", position, l.integer(0)); }
Ref lower_contains(LowerCall& l) {
  return above_zero(
      l, l.all(is_ascii_literal(l.arg(1)) ? "positionCaseInsensitive" : "positionCaseInsensitiveUTF8"));
}
Ref lower_contains_cs(LowerCall& l) { return above_zero(l, l.all("position")); }
Ref lower_startswith(LowerCall& l) {
  if (is_ascii_literal(l.arg(1))) return l.all("startsWithCaseInsensitive");
  return l.fn("startsWith", folded(l, l[0]), folded(l, l[1]));
}
Ref lower_startswith_cs(LowerCall& l) { return l.all("startsWith"); }
Ref lower_endswith(LowerCall& l) {
  if (is_ascii_literal(l.arg(1))) return l.all("endsWithCaseInsensitive");
  return l.fn("endsWith", folded(l, l[0]), folded(l, l[1]));
}
Ref lower_endswith_cs(LowerCall& l) { return l.all("endsWith"); }
Ref compared_folded(LowerCall& l, std::string_view comparison) {
  const bool plain = is_ascii_literal(l.arg(0)) || is_ascii_literal(l.arg(1));
  const std::string_view fold = plain ? "lower" : "lowerUTF8";
  return l.fn(comparison, l.fn(fold, l[0]), l.fn(fold, l[1]));
}
Ref lower_equal_folded(LowerCall& l) { return compared_folded(l, "equals"); }
Ref lower_not_equal_folded(LowerCall& l) { return compared_folded(l, "notEquals"); }

// ---- regular expressions: constants, checked where the query is bound
template <size_t kAt>
std::optional<ArgumentProblem> check_regex(std::span<const BoundExpr* const> args) {
  const std::string* pattern = literal_text_of(*args[kAt]);
  if (pattern == nullptr) return std::nullopt;
  EngineRegex regex = to_engine_regex(*pattern);
  if (regex.problem.empty()) return std::nullopt;
  return ArgumentProblem{args[kAt]->span, std::move(regex.problem)};
}
std::string engine_regex(LowerCall& l, size_t i) {
  const std::string* pattern = literal_text_of(l.arg(i));
  return pattern == nullptr ? "" : to_engine_regex(*pattern).pattern;
}

Ref lower_matches(LowerCall& l) { return l.fn("match", l[0], l.text(engine_regex(l, 1))); }
// A pattern that is computed goes to the engine as it is. It takes none over a constant text.
Ref lower_matches_computed(LowerCall& l) { return l.fn("match", l.fn("materialize", l[0]), l[1]); }
// Group 0 is the whole match; the engine counts groups from 1, so the whole becomes a group. No match is ''.
Ref lower_extract(LowerCall& l) {
  const Ref groups = l.fn("extractGroups", l[2], l.text("(" + engine_regex(l, 0) + ")"));
  return l.fn("arrayElement", groups, l.fn("plus", l.fn("toInt64", l[1]), l.integer(1)));
}
Ref lower_replace_regex(LowerCall& l) {
  return l.fn("replaceRegexpAll", l[0], l.text(engine_regex(l, 1)), l[2]);
}
// The older replace(pattern, rewrite, text).
Ref lower_replace(LowerCall& l) { return l.fn("replaceRegexpAll", l[2], l.text(engine_regex(l, 0)), l[1]); }
// A pattern, and one match of it at each end.
Ref trimmed(LowerCall& l, bool start, bool end) {
  const std::string pattern = engine_regex(l, 0);
  Ref text = l[1];
  if (start) text = l.fn("replaceRegexpOne", text, l.text("^(?:" + pattern + ")"), l.text(""));
  if (end) text = l.fn("replaceRegexpOne", text, l.text("(?:" + pattern + ")$"), l.text(""));
  return text;
}
Ref lower_trim(LowerCall& l) { return trimmed(l, true, true); }
Ref lower_trim_start(LowerCall& l) { return trimmed(l, true, false); }
Ref lower_trim_end(LowerCall& l) { return trimmed(l, false, true); }

// ---- parts
// 0-based; a negative start counts from the end.
Ref lower_substring(LowerCall& l) {
  const auto* start = std::get_if<int64_t>(&l.arg(1).value);
  Ref from = nullptr;
  if (start != nullptr)
    from = l.integer(*start < 0 || *start == INT64_MAX ? *start : *start + 1);
  else
    from = l.fn("if", l.fn("less", l[1], l.integer(0)), l[1], l.fn("plus", l[1], l.integer(1)));
  const Ref part = l.size() == 2 ? l.fn("substringUTF8", l[0], from)
                                 : l.fn("substringUTF8", l[0], from, l.fn("greatest", l[2], l.integer(0)));
  if (start != nullptr && *start >= 0) return part;
  // A start that is before the text has nothing behind it.
  const Ref before =
      l.fn("less", l.fn("plus", l.fn("toInt64", l.fn("lengthUTF8", l[0])), l[1]), l.integer(0));
  return l.fn("if", l.fn("ifNull", before, l.integer(0)), l.text(""), part);
}
Ref text_array(LowerCall& l, Ref array) {
  return l.fn("toNullable", l.fn("replaceAll", l.fn("toJSONString", array), l.text("\\/"), l.text("/")));
}
Ref lower_split(LowerCall& l) {
  const std::string* separator = literal_text_of(l.arg(1));
  const bool whole = separator != nullptr && separator->empty();
  const Ref parts = whole ? l.fn("array", l[0]) : l.fn("splitByString", l[1], l[0]);
  if (l.size() == 2) return text_array(l, parts);
  const Ref at =
      l.fn("if", l.fn("less", l[2], l.integer(0)), l.fn("plus", l.fn("length", parts), l[2], l.integer(1)),
           l.fn("plus", l[2], l.integer(1)));
  return l.fn("nullIf", text_array(l, l.fn("arraySlice", parts, at, l.integer(1))), l.text("[]"));
}
// A number argument, 0 for null.
Ref plain(LowerCall& l, size_t i) { return l.nullable(i) ? l.fn("ifNull", l[i], l.integer(0)) : l[i]; }
// Where `part` stands at `start` or later, from 0, or -1; with a length only where it ends within that.
Ref place_of(LowerCall& l, Ref text, Ref part, Ref start) {
  const Ref from = l.fn("toUInt64", l.fn("plus", start, l.integer(1)));
  const Ref place = l.fn("minus", l.fn("toInt64", l.fn("positionUTF8", text, part, from)), l.integer(1));
  if (l.size() < 4) return place;
  return l.let(place, [&](Ref at) {
    const Ref end = l.fn("plus", at, l.fn("toInt64", l.fn("lengthUTF8", part)));
    const Ref inside = l.fn("or", l.fn("less", plain(l, 3), l.integer(0)),
                            l.fn("lessOrEquals", end, l.fn("plus", start, plain(l, 3))));
    return l.fn("if", inside, at, l.tree.long_value(-1));
  });
}
// The next occurrence is looked for behind the place of the one before, within the same length.
Ref nth_place_of(LowerCall& l, Ref text, Ref part, Ref start) {
  const std::string state = l.tree.fresh("v"), turn = l.tree.fresh("v");
  const auto member = [&](int64_t i) { return l.fn("tupleElement", l.tree.column("", state), l.integer(i)); };
  const Ref step = l.let(place_of(l, text, part, member(1)), [&](Ref at) {
    const Ref missed = l.fn("less", at, l.integer(0));
    return l.fn("tuple", l.fn("if", missed, member(1), l.fn("plus", at, l.integer(1))), at);
  });
  const Ref most = l.fn("plus", l.fn("toInt64", l.fn("lengthUTF8", text)), l.integer(1));
  const Ref turns = l.fn(
      "range",
      l.fn("toUInt64", l.fn("least", l.fn("toInt64", l.fn("greatest", plain(l, 4), l.integer(0))), most)));
  const Ref found = l.fn("arrayFold", l.tree.lambda("(" + state + ", " + turn + ")", step), turns,
                         l.fn("tuple", l.fn("toInt64", start), l.tree.long_value(-1)));
  return l.fn("tupleElement", found, l.integer(2));
}
// indexof(text, part, start, length, occurrence); a negative start counts from the end. Null where `part` is
// empty.
Ref lower_indexof(LowerCall& l) {
  const Ref text = to_text(l.tree, l[0], l.arg(0).type, l.nullable(0));
  const Ref part = to_text(l.tree, l[1], l.arg(1).type, l.nullable(1));
  Ref place = nullptr;
  if (l.size() == 2) {
    place = l.fn("minus", l.fn("toInt64", l.fn("positionUTF8", text, part)), l.integer(1));
  } else {
    const auto* known = std::get_if<int64_t>(&l.arg(2).value);
    Ref start = plain(l, 2);
    if (known == nullptr || *known < 0) {
      const Ref from_end = l.fn("plus", l.fn("toInt64", l.fn("lengthUTF8", text)), plain(l, 2));
      start = l.fn("greatest", l.fn("if", l.fn("less", plain(l, 2), l.integer(0)), from_end, plain(l, 2)),
                   l.integer(0));
    }
    place = l.size() > 4 ? nth_place_of(l, text, part, start) : place_of(l, text, part, start);
  }
  for (size_t i = 2; i < l.size(); ++i) {
    if (l.nullable(i)) place = l.fn("if", l.fn("isNull", l[i]), l.null(), place);
  }
  if (is_sound_literal(l.arg(1))) return place;
  return l.fn("if", l.fn("equals", part, l.text("")), l.null(), place);
}
// Overlapping occurrences of a plain text.
Ref lower_countof(LowerCall& l) {
  const std::string* kind = l.size() > 2 ? literal_text_of(l.arg(2)) : nullptr;
  if (kind != nullptr && *kind == "regex") {
    return l.fn("toInt64", l.fn("countMatches", l[0], l.text(engine_regex(l, 1))));
  }
  const std::string at = l.tree.fresh("v");
  const Ref part = l.fn("substring", l[0], l.tree.column("", at), l.fn("length", l[1]));
  const Ref places = l.fn("range", l.integer(1), l.fn("plus", l.fn("length", l[0]), l.integer(1)));
  return l.fn("toInt64", l.fn("arrayCount", l.tree.lambda(at, l.fn("equals", part, l[1])), places));
}
std::optional<ArgumentProblem> check_countof(std::span<const BoundExpr* const> args) {
  const std::string* kind = args.size() > 2 ? literal_text_of(*args[2]) : nullptr;
  if (kind == nullptr || *kind == "normal") return std::nullopt;
  if (*kind != "regex")
    return ArgumentProblem{args[2]->span, "the kind of search is \"normal\" or \"regex\""};
  if (literal_text_of(*args[1]) == nullptr)
    return ArgumentProblem{args[1]->span, "the regular expression must be a constant"};
  return check_regex<1>(args);
}

// ---- whole strings
Ref lower_tolower(LowerCall& l) { return l.all("lowerUTF8"); }
Ref lower_toupper(LowerCall& l) { return l.all("upperUTF8"); }
Ref lower_strlen(LowerCall& l) { return l.fn("toInt64", l.all("lengthUTF8")); }
Ref lower_string_size(LowerCall& l) { return l.fn("toInt64", l.all("length")); }
Ref lower_reverse(LowerCall& l) { return l.all("reverseUTF8"); }
Ref lower_replace_string(LowerCall& l) { return l.all("replaceAll"); }
Ref lower_strrep(LowerCall& l) {
  const Ref count = l.fn("toUInt64", l.fn("ifNull", l.fn("greatest", l[1], l.integer(0)), l.integer(0)));
  if (l.size() == 2) return l.fn("repeat", l[0], count);
  return l.let(l.fn("repeat", l.fn("concat", l[0], l[2]), count), [&l](Ref all) {
    const Ref length = l.fn("minus", l.fn("toInt64", l.fn("length", all)), l.fn("length", l[2]));
    return l.fn("substring", all, l.integer(1), l.fn("greatest", length, l.integer(0)));
  });
}
Ref text_of(LowerCall& l, size_t i) { return to_text(l.tree, l[i], l.arg(i).type, l.nullable(i)); }
Ref lower_strcat(LowerCall& l) {
  std::vector<Ref> parts;
  for (size_t i = 0; i < l.size(); ++i) parts.push_back(text_of(l, i));
  return parts.size() == 1 ? parts[0] : l.tree.call("concat", std::move(parts));
}
Ref lower_strcat_delim(LowerCall& l) {
  std::vector<Ref> parts;
  for (size_t i = 1; i < l.size(); ++i) {
    if (i > 1) parts.push_back(l[0]);
    parts.push_back(text_of(l, i));
  }
  return parts.size() == 1 ? parts[0] : l.tree.call("concat", std::move(parts));
}
Ref lower_strcmp(LowerCall& l) {
  return l.fn("toInt64", l.fn("minus", l.fn("greater", l[0], l[1]), l.fn("less", l[0], l[1])));
}
std::optional<Value> fold_strcat(std::span<const BoundExpr* const> args, int64_t) {
  std::string all;
  for (const BoundExpr* arg : args) {
    if (arg->type != Type::kString) return std::nullopt;
    all += std::get<std::string>(arg->value);
  }
  return Value(std::move(all));
}

constexpr auto kNone = Naming::kNone;

constexpr auto kOperators = std::to_array<FunctionRow>({
    {"has", "bool! (string, string)", lower_has},
    {"has_cs", "bool! (string, string)", lower_has_cs},
    {"hasprefix", "bool! (string, string)", lower_hasprefix},
    {"hasprefix_cs", "bool! (string, string)", lower_hasprefix_cs},
    {"hassuffix", "bool! (string, string)", lower_hassuffix},
    {"hassuffix_cs", "bool! (string, string)", lower_hassuffix_cs},
    {"has_any", "bool! (string, dynamic)", lower_has_any},
    {"has_all", "bool! (string, dynamic)", lower_has_all},
    {"contains", "bool! (string, string)", lower_contains},
    {"contains_cs", "bool! (string, string)", lower_contains_cs},
    {"startswith", "bool! (string, string)", lower_startswith},
    {"startswith_cs", "bool! (string, string)", lower_startswith_cs},
    {"endswith", "bool! (string, string)", lower_endswith},
    {"endswith_cs", "bool! (string, string)", lower_endswith_cs},
    {"=~", "bool! (string, string)", lower_equal_folded},
    {"!~", "bool! (string, string)", lower_not_equal_folded},
    {"matches regex", "bool! (string, string#)", lower_matches, kNone, nullptr, check_regex<1>},
    {"matches regex", "bool! (string, string)", lower_matches_computed},
});

// parse-kv: of the groups of a match one holds the value. An escape character stands for what follows it.
Ref lower_value_of_a_pair(LowerCall& l) {
  const Ref value = l.fn("arrayStringConcat", l.fn("extractGroups", l[0], l[1]));
  const auto* escape = std::get_if<std::string>(&l.arg(2).value);
  if (escape == nullptr || escape->empty()) return l.fn("trimBoth", value);
  return l.fn("replaceRegexpAll", value, l.text("(?s)" + quoted_regex(*escape) + "(.)"), l.text("\\1"));
}
// The second group where the first is the key.
Ref lower_value_of_a_key(LowerCall& l) {
  const std::string pair = l.tree.fresh("v");
  const auto group = [&](Ref of, int64_t i) { return l.fn("arrayElement", of, l.integer(i)); };
  const Ref is_key = l.fn("equals", l.fn("trimBoth", group(l.tree.column("", pair), 1)), l[2]);
  const Ref found =
      l.fn("arrayFirst", l.tree.lambda(pair, is_key), l.fn("extractAllGroupsVertical", l[0], l[1]));
  return l.fn("trimBoth", group(found, 2));
}

constexpr auto kRows = std::to_array<FunctionRow>({
    {"value of a pair", "string (string, string#, string#)", lower_value_of_a_pair, kNone, nullptr, nullptr,
     true},
    {"value of a key", "string (string, string#, string#)", lower_value_of_a_key, kNone, nullptr, nullptr,
     true},
    {"extract", "string (string#, int|long, string)", lower_extract, kNone, nullptr, check_regex<0>},
    {"replace_regex", "string (string, string#, string)", lower_replace_regex, kNone, nullptr,
     check_regex<1>},
    {"trim", "string (string#, string)", lower_trim, kNone, nullptr, check_regex<0>},
    {"trim_start", "string (string#, string)", lower_trim_start, kNone, nullptr, check_regex<0>},
    {"trim_end", "string (string#, string)", lower_trim_end, kNone, nullptr, check_regex<0>},
    {"has_any_index", "long! (string, dynamic)", lower_has_any_index},
    {"replace", "string (string#, string, string)", lower_replace, kNone, nullptr, check_regex<0>},
    {"substring", "string (string, int|long, int|long?)", lower_substring},
    {"split", "dynamic (string, string#, int|long?)", lower_split, Naming::kFirstArgument},
    {"indexof", "long/ (any, any, int|long?, int|long?, int|long?)", lower_indexof},
    {"countof", "long! (string, string, string?#)", lower_countof, kNone, nullptr, check_countof},
    {"tolower", "string (string)", lower_tolower},
    {"toupper", "string (string)", lower_toupper},
    {"strlen", "long! (string)", lower_strlen, Naming::kNone, nullptr, nullptr, false, "", "strlen_"},
    {"string_size", "long! (string)", lower_string_size, Naming::kNone, nullptr, nullptr, false, "",
     "string_size_"},
    {"reverse", "string (string)", lower_reverse},
    {"replace_string", "string (string, string, string)", lower_replace_string},
    {"strrep", "string (string, int|long, string?)", lower_strrep},
    {"strcat", "string (any, any...)", lower_strcat, kNone, fold_strcat},
    {"strcat_delim", "string (string, any, any...)", lower_strcat_delim},
    {"strcmp", "long! (string, string)", lower_strcmp},
});

}  // namespace

std::span<const FunctionRow> string_rows() { return kRows; }

std::span<const FunctionRow> text_operator_rows() {
  static const auto rows = [] {
    auto marked = kOperators;
    for (FunctionRow& row : marked) row.is_operator = true;
    return marked;
  }();
  return rows;
}

}  // namespace linkgate::kql
