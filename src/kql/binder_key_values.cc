// parse-kv: a regular expression for each key, which finds the first pair that has it.

#include <array>

#include "kql/binder_state.h"
#include "kql/regex.h"

namespace linkgate::kql {
namespace {

struct KeyValueSyntax {
  std::string pair, assign;         // the delimiters
  std::string open, close, escape;  // of quoted keys and values; empty: none
  std::string regex;                // groups: key, value
  bool greedy = false;
};

// A character for [...].
std::string member(std::string_view character) {
  constexpr std::string_view kHex = "0123456789abcdef";
  if (character.size() != 1) return std::string(character);  // not ASCII: has no meaning of its own
  const auto byte = static_cast<unsigned char>(character[0]);
  return {'\\', 'x', '{', kHex[byte >> 4], kHex[byte & 15], '}'};
}

size_t characters(std::string_view text) {
  size_t count = 0;
  for (char c : text) count += (static_cast<unsigned char>(c) & 0xC0) != 0x80 ? 1 : 0;
  return count;
}

Expected<KeyValueSyntax> syntax_of(const Operator& op) {
  KeyValueSyntax found;
  for (const Parameter& parameter : op.parameters) {
    const Expr& value = *parameter.value;
    const auto* text = value.kind == ExprKind::kLiteral ? std::get_if<std::string>(&value.value) : nullptr;
    const auto* truth = value.kind == ExprKind::kLiteral ? std::get_if<bool>(&value.value) : nullptr;
    if (parameter.name == "greedy" && truth != nullptr) {
      found.greedy = *truth;
      continue;
    }
    const std::pair<std::string_view, std::string*> texts[] = {{"pair_delimiter", &found.pair},
                                                               {"kv_delimiter", &found.assign},
                                                               {"quote", &found.open},
                                                               {"escape", &found.escape},
                                                               {"regex", &found.regex}};
    std::string* target = nullptr;
    for (const auto& [name, slot] : texts) {
      if (parameter.name == name && text != nullptr && !text->empty()) target = slot;
    }
    if (target == nullptr) {
      return fail(
          DiagnosticCode::kWrongUse, parameter.span,
          "parse-kv takes texts as pair_delimiter, kv_delimiter, quote, escape or regex, and greedy=true");
    }
    *target = *text;
  }
  if (!found.regex.empty()) return found;
  if (found.pair.empty() != found.assign.empty() || (found.pair.empty() && found.greedy)) {
    return fail(DiagnosticCode::kWrongUse, op.span,
                "parse-kv takes both delimiters, or none and then no greedy=true");
  }
  found.close = found.open;
  if (characters(found.open) == 2) {
    const size_t middle = (static_cast<unsigned char>(found.open[0]) & 0x80) == 0 ? 1 : found.open.size() / 2;
    found.close = found.open.substr(middle);
    found.open.resize(middle);
  }
  const bool bare = found.pair.empty();
  const bool single = bare || (characters(found.pair) == 1 && characters(found.assign) == 1);
  const bool quoted = !found.open.empty();
  if ((quoted || found.greedy) && !single) {
    return fail(DiagnosticCode::kNotSupported, op.span,
                "parse-kv with delimiters of several characters takes no quotes and is not greedy");
  }
  if (quoted && (found.greedy || characters(found.open) != 1 || characters(found.close) != 1)) {
    return fail(DiagnosticCode::kNotSupported, op.span, "parse-kv with these quotes is not supported");
  }
  return found;
}

// Where everything but letters and digits delimits, a key is followed by the next word, or by what stands in
// quotes.
std::string bare_pair_pattern(const KeyValueSyntax& s, const std::string& key) {
  const std::string word = "\\p{L}\\p{N}", name = quoted_regex(key);
  if (s.open.empty()) return "(?s)(?:\\A|[^" + word + "])" + name + "[^" + word + "]+([" + word + "]+)";
  const std::string open = quoted_regex(s.open), close = quoted_regex(s.close), quote = member(s.open);
  const std::string escaped = s.escape.empty() ? "" : "|" + quoted_regex(s.escape) + ".";
  const std::string inside =
      "(?:[^" + member(s.close) + (s.escape.empty() ? "" : member(s.escape)) + "]" + escaped + ")*";
  const std::string skipped = "(?:[^" + quote + "]|" + open + inside + close + ")*?";
  const std::string between = "[^" + word + quote + "]";
  return "(?s)\\A(?:" + skipped + between + ")?(?:" + name + "|" + open + name + close + ")(?:" + between +
         "*" + open + "(" + inside + ")" + close + "|" + between + "+([" + word + "]+))";
}

// A key's first pair; of the groups one holds the value, the others are empty.
std::string pair_pattern(const KeyValueSyntax& s, const std::string& key) {
  const std::string pair = quoted_regex(s.pair), assign = quoted_regex(s.assign), name = quoted_regex(key);
  if (s.open.empty()) {
    const std::string end = s.greedy ? pair + "[^" + member(s.pair) + member(s.assign) + "]*" + assign : pair;
    return "(?s)(?:\\A|" + pair + ")\\s*" + name + "\\s*" + assign + "\\s*(.*?)\\s*(?:" + end + "|\\z)";
  }
  const std::string open = quoted_regex(s.open), close = quoted_regex(s.close);
  const std::string escaped = s.escape.empty() ? "" : "|" + quoted_regex(s.escape) + ".";
  const std::string inside =
      "(?:[^" + member(s.close) + (s.escape.empty() ? "" : member(s.escape)) + "]" + escaped + ")*";
  const std::string skipped =
      "(?:[^" + member(s.pair) + member(s.open) + "]|" + open + inside + close + ")*" + pair;
  return "(?s)\\A(?:" + skipped + ")*?\\s*(?:" + name + "|" + open + name + close + ")\\s*" + assign +
         "\\s*(?:" + open + "(" + inside + ")" + close + "|([^" + member(s.pair) + member(s.open) + "][^" +
         member(s.pair) + "]*?|))\\s*(?:" + pair + "|\\z)";
}

}  // namespace

Binder::Table Binder::parse_kv(const Operator& op, const Plan& input, const Environment* environment) {
  TRY_ASSIGN(const KeyValueSyntax syntax, syntax_of(op));
  TRY_ASSIGN(const BoundExpr* text,
             scalar(*op.expr, {.environment = environment, .columns = &input.columns}));
  TRY_ASSIGN(text, invoke("tostring", {text}, op.expr->span));
  Columns columns = input.columns;
  std::vector<Assignment> values;
  std::set<std::string> seen;
  for (const ColumnDeclaration& key : op.schema) {
    if (!seen.insert(key.name).second)
      return fail(DiagnosticCode::kWrongUse, key.span, "a column '" + key.name + "' is there already");
    const EngineRegex pattern = to_engine_regex(!syntax.regex.empty() ? syntax.regex
                                                : syntax.pair.empty() ? bare_pair_pattern(syntax, key.name)
                                                                      : pair_pattern(syntax, key.name));
    if (!pattern.problem.empty()) return fail(DiagnosticCode::kWrongUse, op.span, pattern.problem);
    if (!syntax.regex.empty() && capturing_groups(syntax.regex) != 2)
      return fail(DiagnosticCode::kWrongUse, op.span,
                  "the regex of parse-kv has two groups, a key's and its value's");
    TRY_ASSIGN(const BoundExpr* regex, literal(Type::kString, pattern.pattern, op.span));
    TRY_ASSIGN(const BoundExpr* name,
               literal(Type::kString, syntax.regex.empty() ? syntax.escape : key.name, op.span));
    TRY_ASSIGN(const BoundExpr* value, invoke(syntax.regex.empty() ? "value of a pair" : "value of a key",
                                              {text, regex, name}, key.span));
    if (key.type != Type::kString) {
      TRY_ASSIGN(value, invoke("to" + std::string(to_string(key.type)), {value}, key.span));
    }
    values.push_back({{bindings_.new_column_id(), key.name, key.type, value->nullable}, value});
    place_column(columns, values.back().column);
  }
  return projection(input, std::move(columns), std::move(values), op.span);
}

}  // namespace linkgate::kql
