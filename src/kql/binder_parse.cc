// parse and parse-where: a pattern becomes one regular expression, its columns that one's groups.

#include <algorithm>

#include "kql/binder_state.h"
#include "kql/regex.h"

namespace linkgate::kql {
namespace {

enum class ParseKind : uint8_t { kSimple, kRegex, kRelaxed };

// What a column takes of the text. A number must look like one, unless the kind is relaxed; so must other
// types before a star, which would leave them nothing. Else a type is read up to what comes next and
// converted then.
std::string group_of(Type type, ParseKind kind, bool last, bool before_star) {
  std::string wanted;
  if (is_integer(type)) wanted = "-?[0-9]+";
  if (type == Type::kReal || type == Type::kDecimal) wanted = "[-+]?[0-9]*\\.?[0-9]+(?:[eE][-+]?[0-9]+)?";
  if (before_star && type == Type::kDateTime) wanted = "[0-9][-0-9/:.T ]*[0-9]Z?";
  if (before_star && type == Type::kTimeSpan) wanted = "-?[0-9][0-9:.]*";
  if (before_star && type == Type::kGuid) wanted = "[-0-9a-fA-F]+";
  if (before_star && type == Type::kBool) wanted = "(?i:true|false)|[0-9]+";
  if (!wanted.empty()) return "(" + wanted + (kind == ParseKind::kRelaxed ? "|.*?)" : ")");
  return last || kind == ParseKind::kRegex ? "(.*)" : "(.*?)";
}

struct ParsePattern {
  std::string regex;
  std::vector<int> groups;  // of the columns, by their order
};

Expected<ParsePattern> text_pattern(const Operator& op, ParseKind kind, const std::string& flags) {
  ParsePattern found{.regex = "\\A"};
  int groups = 0;
  for (size_t i = 0; i < op.items.size(); ++i) {
    const Expr& piece = *op.items[i].expr;
    const bool last = i + 1 == op.items.size();
    if (piece.kind == ExprKind::kStar) {
      found.regex += last ? ".*" : ".*?";
    } else if (piece.kind == ExprKind::kName) {
      const bool before_star = !last && op.items[i + 1].expr->kind == ExprKind::kStar;
      found.regex += group_of(op.items[i].type.value_or(Type::kString), kind, last, before_star);
      found.groups.push_back(++groups);
    } else {
      const auto& text = std::get<std::string>(piece.value);
      found.regex += kind == ParseKind::kRegex ? "(?:" + text + ")" : quoted_regex(text);
      if (kind != ParseKind::kRegex) continue;
      const auto inside = capturing_groups(text);
      if (!inside) {
        return fail(DiagnosticCode::kNotSupported, piece.span,
                    "this regular expression is not supported by itself");
      }
      groups += *inside;
    }
  }
  const EngineRegex translated =
      to_engine_regex((flags.empty() ? "" : "(?" + flags + ")") + found.regex + "\\z");
  if (!translated.problem.empty()) return fail(DiagnosticCode::kWrongUse, op.span, translated.problem);
  found.regex = translated.pattern;
  return found;
}

}  // namespace

// kind=simple|regex|relaxed, flags=imsU
Expected<> Binder::parse_parameters(const Operator& op, std::string& kind, std::string& flags) {
  for (const Parameter& parameter : op.parameters) {
    const std::string& word = parameter.value->name;
    const bool is_kind = parameter.name == "kind";
    const bool known = is_kind ? word == "simple" || word == "regex" || word == "relaxed"
                               : !word.empty() && word.find_first_not_of("imsU") == std::string::npos;
    if (!known) {
      return fail(
          DiagnosticCode::kWrongUse, parameter.value->span,
          is_kind ? "'kind' of parse is simple, regex or relaxed" : "'flags' of parse are letters of imsU");
    }
    (is_kind ? kind : flags) = word;
  }
  return {};
}

Binder::Table Binder::parse_op(const Operator& op, const Plan& input, const Environment* environment) {
  std::string kind_name = "simple", flags;
  TRY(parse_parameters(op, kind_name, flags));
  const ParseKind kind = kind_name == "regex"     ? ParseKind::kRegex
                         : kind_name == "relaxed" ? ParseKind::kRelaxed
                                                  : ParseKind::kSimple;
  TRY_ASSIGN(const ParsePattern pattern, text_pattern(op, kind, kind == ParseKind::kRegex ? flags : "s"));
  TRY_ASSIGN(const BoundExpr* text,
             scalar(*op.expr, {.environment = environment, .columns = &input.columns}));
  TRY_ASSIGN(text, invoke("tostring", {text}, op.expr->span));

  // First the texts of the groups, and whether there was a match at all; then their values.
  Plan plan{.kind = PlanKind::kParse, .columns = input.columns, .inputs = {&input}, .predicate = text};
  plan.pattern = pattern.regex;
  plan.groups = pattern.groups;
  plan.index = Column{bindings_.new_column_id(), "", Type::kBool, false};
  std::vector<const Item*> written;
  std::set<std::string> names;
  for (const Item& item : op.items) {
    if (item.expr->kind != ExprKind::kName) continue;
    if (!names.insert(item.expr->name).second) {
      return fail(DiagnosticCode::kWrongUse, item.span,
                  "a column '" + item.expr->name + "' is there already");
    }
    written.push_back(&item);
    plan.parsed.push_back({bindings_.new_column_id(), item.expr->name, Type::kString, false});
  }
  const Columns texts = plan.parsed;
  const Column matched = *plan.index;
  TRY_ASSIGN(const Plan* rows, bindings_.add(std::move(plan), op.span));
  return parsed_values(op, *rows, texts, matched, written, kind == ParseKind::kRelaxed);
}

// Unless the kind is relaxed, one value that is of no right makes all of them nothing.
Binder::Table Binder::parsed_values(const Operator& op, const Plan& rows, const Columns& texts,
                                    const Column& matched, const std::vector<const Item*>& written,
                                    bool relaxed) {
  TRY_ASSIGN(const BoundExpr* all, column(matched, op.span));
  std::vector<Assignment> converted_values, values;
  for (size_t i = 0; i < texts.size(); ++i) {
    const Type type = written[i]->type.value_or(Type::kString);
    TRY_ASSIGN(const BoundExpr* value, column(texts[i], written[i]->span));
    if (type == Type::kString) {
      converted_values.push_back({texts[i], value});
      continue;
    }
    TRY_ASSIGN(value, invoke("to" + std::string(to_string(type)), {value}, written[i]->span));
    const Column typed{bindings_.new_column_id(), texts[i].name, type, true};
    converted_values.push_back({typed, value});
    TRY_ASSIGN(const BoundExpr* is_there, column(typed, written[i]->span));
    TRY_ASSIGN(is_there, invoke("isnotnull", {is_there}, written[i]->span));
    if (!relaxed) {
      TRY_ASSIGN(all, invoke("and", {all, is_there}, written[i]->span));
    }
  }
  std::vector<Assignment> typed;
  std::copy_if(converted_values.begin(), converted_values.end(), std::back_inserter(typed),
               [](const Assignment& a) { return a.column.type != Type::kString; });
  const Column sound{bindings_.new_column_id(), "", Type::kBool, false};
  TRY_ASSIGN(const Plan* plan, projection(rows, rows.columns, typed, op.span));
  TRY_ASSIGN(plan, projection(*plan, rows.columns, {{sound, all}}, op.span));
  TRY_ASSIGN(const BoundExpr* is_sound, column(sound, op.span));
  if (op.kind == OperatorKind::kParseWhere) {
    TRY_ASSIGN(
        plan,
        bindings_.add(
            {.kind = PlanKind::kFilter, .columns = rows.columns, .inputs = {plan}, .predicate = is_sound},
            op.span));
  }
  Columns columns = rows.columns;
  for (const Assignment& a : converted_values) {
    TRY_ASSIGN(const BoundExpr* value, column(a.column, op.span));
    if (!typed.empty() && !relaxed && op.kind == OperatorKind::kParse) {
      TRY_ASSIGN(
          const BoundExpr* nothing,
          literal(a.column.type, a.column.type == Type::kString ? Value(std::string()) : Value(), op.span));
      TRY_ASSIGN(value, invoke("iff", {is_sound, value, nothing}, op.span));
    }
    const Column final{bindings_.new_column_id(), a.column.name, a.column.type,
                       a.column.type != Type::kString};
    values.push_back({final, value});
    place_column(columns, final);
  }
  return projection(*plan, std::move(columns), std::move(values), op.span);
}

}  // namespace linkgate::kql
