// evaluate basket, autocluster and diffpatterns: patterns of rows. The rows are grouped by all their columns,
// the program beside the store looks for patterns, and each becomes a row with a wildcard in the columns that
// it says nothing of.

#include <algorithm>
#include <array>

#include "kql/ast_printer.h"
#include "kql/binder_state.h"

namespace linkgate::kql {
namespace {

// What stands before the wildcards.
struct MiningPlugin {
  std::string_view name;
  std::string_view function;  // of the program beside the store: (number, number, rows)
  std::string_view
      arguments;            // S split column, A and B its values, W weight column, N number, M most columns
  double number = 0;        // by default
  double least_number = 0;  // up to 1
  int64_t most = 0;         // by default
};
constexpr auto kPlugins = std::to_array<MiningPlugin>({
    {"autocluster", "grown_row_patterns", "NWM", 0.5, 0, 25},
    {"basket", "frequent_row_patterns", "NWM", 0.05, 0.015, 5},
    {"diffpatterns", "differing_row_patterns", "SABWNM", 0.05, 0.015, 100},
});
constexpr size_t kMaxMinedColumns = 100;

const MiningPlugin& plugin_named(std::string_view name) {
  return *std::find_if(kPlugins.begin(), kPlugins.end(),
                       [name](const MiningPlugin& plugin) { return plugin.name == name; });
}

bool is_default(const Expr& argument) {
  const auto* text = std::get_if<std::string>(&argument.value);
  return argument.kind == ExprKind::kLiteral && text != nullptr && *text == "~";
}

std::string wildcard_name(Type type) { return "['$any_" + std::string(to_string(type)) + "']"; }

// A text of ours back as a value.
std::string from_text(Type type, const std::string& text) {
  switch (type) {
    case Type::kString:
      return text;
    case Type::kDynamic:
      return "parse_json(" + text + ")";
    default:
      return "to" + std::string(to_string(type)) + "(" + text + ")";
  }
}

}  // namespace

struct Binder::Mining {
  const MiningPlugin* plugin = nullptr;
  const Environment* constants = nullptr;  // $number, $most, $a, $b and wildcards
  std::string split, weight;               // columns; empty: none
};

Expected<> Binder::mining_arguments(const Operator& op, const Plan& input, const Environment* environment,
                                    Mining& mining) {
  const MiningPlugin& plugin = *mining.plugin;
  const std::vector<const Expr*>& given = op.expr->children;
  TRY_ASSIGN(const BoundExpr* number, literal(Type::kReal, plugin.number, op.span));
  TRY_ASSIGN(const BoundExpr* most, literal(Type::kLong, plugin.most, op.span));
  mining.constants = extend({.outer = mining.constants, .name = "$number", .scalar = number});
  mining.constants = extend({.outer = mining.constants, .name = "$most", .scalar = most});
  const auto constant = [&](const Expr& argument, std::string name, Type type) -> Expected<> {
    TRY_ASSIGN(mining.constants,
               with_constant(mining.constants, std::move(name), argument, type, environment));
    return {};
  };
  for (size_t i = 0; i < given.size(); ++i) {
    const Expr& argument = *given[i];
    const char what = i < plugin.arguments.size() ? plugin.arguments[i] : '*';
    if (is_default(argument) && what != 'S' && what != 'A' && what != 'B') continue;
    switch (what) {
      case 'S':
      case 'W': {
        TRY_ASSIGN(const BoundExpr* column,
                   scalar(argument, {.environment = environment, .columns = &input.columns}));
        if (column->kind != BoundKind::kColumn || (what == 'W' && !is_number(column->type)))
          return fail(DiagnosticCode::kWrongUse, argument.span,
                      what == 'W' ? "a column of numbers is needed here" : "a column is needed here");
        (what == 'S' ? mining.split : mining.weight) = argument.name;
        break;
      }
      case 'A':
      case 'B':
        TRY(constant(argument, what == 'A' ? "$a" : "$b", Type::kString));
        break;
      case 'N': {
        TRY(constant(argument, "$number", Type::kReal));
        const double value = std::get<double>(mining.constants->scalar->value);
        if (!(value >= plugin.least_number && value <= 1))
          return fail(DiagnosticCode::kWrongUse, argument.span, "this number is out of its range");
        break;
      }
      case 'M':
        TRY(constant(argument, "$most", Type::kLong));
        if (std::get<int64_t>(mining.constants->scalar->value) < 1)
          return fail(DiagnosticCode::kWrongUse, argument.span, "this number is out of its range");
        break;
      default: {
        TRY_ASSIGN(const BoundExpr* wildcard, scalar(argument, {.environment = environment}));
        TRY(constant(argument, "$any_" + std::string(to_string(wildcard->type)), wildcard->type));
      }
    }
  }
  if (plugin.arguments[0] == 'S' && given.size() < 3)
    return fail(DiagnosticCode::kWrongUse, op.expr->span,
                "'diffpatterns' takes a column and two of its values");
  return {};
}

Binder::Table Binder::mined(const Operator& op, const Plan& input, const Expr& before,
                            const Environment* environment) {
  if (within_ != nullptr) return not_in_subquery(op);
  Mining mining{.plugin = &plugin_named(op.expr->name),
                .constants = input_environment(before, {}, op.span, environment)};
  for (size_t i = 0; i <= static_cast<size_t>(Type::kDynamic); ++i) {
    const auto type = static_cast<Type>(i);
    TRY_ASSIGN(const BoundExpr* any,
               literal(type, type == Type::kString ? Value(std::string()) : Value(), op.span));
    mining.constants =
        extend({.outer = mining.constants, .name = "$any_" + std::string(to_string(type)), .scalar = any});
  }
  TRY(mining_arguments(op, input, environment, mining));
  const bool of_two = !mining.split.empty();
  std::vector<std::string> names = {"SegmentId"};
  for (std::string_view name :
       of_two ? std::vector<std::string_view>{"CountA", "CountB", "PercentA", "PercentB", "PercentDiffAB"}
              : std::vector<std::string_view>{"Count", "Percent"})
    names.emplace_back(name);
  const size_t figures = names.size() - 1;
  std::string keys, values, made;
  size_t count = 0;
  for (const Column& column : input.columns) {
    if (column.name == mining.split || column.name == mining.weight) continue;
    const std::string key = "K" + std::to_string(count), name = quoted_name(column.name);
    keys += (count > 0 ? ", " : "") + key + " = " +
            (column.type == Type::kDynamic ? "tostring(" + name + ")" : name);
    values += (count > 0 ? ", " : "") + ("tostring(" + key + ")");
    const std::string found = "FOUND[" + std::to_string(figures) + "][" + std::to_string(count) + "]";
    made += ", " + key + " = iff(isnull(" + found + "), " + wildcard_name(column.type) + ", " +
            from_text(column.type, "tostring(" + found + ")") + ")";
    names.push_back(column.name);
    ++count;
  }
  if (count == 0 || count > kMaxMinedColumns) {
    return fail(DiagnosticCode::kWrongUse, op.expr->span,
                "'" + op.expr->name + "' looks at 1 to " + std::to_string(kMaxMinedColumns) +
                    " columns; choose them with project");
  }
  const std::string weight = mining.weight.empty() ? "1" : "todouble(" + quoted_name(mining.weight) + ")";
  const std::string split = "tostring(" + quoted_name(mining.split) + ")";
  const std::string sums = of_two ? "A = sumif(" + weight + ", " + split + " == ['$a']), B = sumif(" +
                                        weight + ", " + split + " == ['$b'])"
                                  : "A = sum(" + weight + ")";
  std::string figures_text;
  for (size_t i = 0; i < figures; ++i) {
    const bool share = names[i + 1].starts_with("Percent");
    figures_text += ", F" + std::to_string(i) + (share ? " = todouble(FOUND[" : " = tolong(FOUND[") +
                    std::to_string(i) + "])";
  }
  const std::string text =
      "input | summarize " + sums + " by " + keys + (of_two ? " | where A > 0 or B > 0" : " | where A > 0") +
      " | summarize ALL = make_list(pack_array(pack_array(A" + (of_two ? ", B" : "") + ", pack_array(" +
      values + ")))), GROUPS = count()" + " | where assert(GROUPS <= 250000, '" + op.expr->name +
      " takes 250,000 different rows at most: project fewer columns')" +
      " | project FOUND = " + std::string(mining.plugin->function) +
      "(['$number'], ['$most'], ALL) | where assert(isnotnull(FOUND), '" + op.expr->name +
      " finds more than 10,000 patterns: raise its threshold, or project fewer columns')" +
      " | mv-expand with_itemindex=SEGMENT FOUND | project SEGMENT" + figures_text + made;
  return bound_text(text, mining.constants, op.expr->span, names);
}

}  // namespace linkgate::kql
