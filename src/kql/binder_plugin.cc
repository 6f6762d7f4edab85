// evaluate with a plugin that is a pipeline itself (plugin.h): its text is parsed, what it calls its
// parameters is bound to the arguments, and its result's columns are called as they should be.

#include <algorithm>
#include <utility>

#include "base/ascii.h"
#include "kql/binder_state.h"
#include "kql/literal.h"
#include "kql/plugin.h"

namespace linkgate::kql {
namespace {

bool is_column_parameter(std::string_view name) { return ascii::is_upper(name[0]); }

// Whether the argument after so many may be called `name`.
bool is_next_parameter(std::string_view plugin, size_t arguments, std::string_view name) {
  return std::any_of(plugins().begin(), plugins().end(), [&](const PluginRow& row) {
    const auto names = ascii::split(row.parameters, ' ');
    return row.name == plugin && arguments < names.size() && names[arguments] == name;
  });
}

bool is_true(const std::vector<std::pair<std::string, const BoundExpr*>>& constants,
             std::string_view option) {
  return std::any_of(constants.begin(), constants.end(), [option](const auto& constant) {
    const auto* value = constant.first == option ? std::get_if<bool>(&constant.second->value) : nullptr;
    return value != nullptr && *value;
  });
}

// The row that takes so many arguments by place: the one with the most parameters.
const PluginRow* row_for(std::string_view name, size_t arguments) {
  const PluginRow* best = nullptr;
  for (const PluginRow& row : plugins()) {
    if (row.name != name) continue;
    const size_t count = row.parameters.empty() ? 0 : ascii::split(row.parameters, ' ').size();
    const bool fits = row.dimensions ? arguments >= count : arguments == count;
    if (fits && (best == nullptr || row.parameters.size() > best->parameters.size())) best = &row;
  }
  return best;
}

std::string constant_text(const Value& value) {
  if (const auto* whole = std::get_if<int64_t>(&value)) return std::to_string(*whole);
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  const auto* real = std::get_if<double>(&value);
  const std::string digits = real == nullptr ? "" : real_text(*real);
  return digits.ends_with(".0") ? digits.substr(0, digits.size() - 2) : digits;
}

void replace_all(std::string& text, const std::string& from, const std::string& to) {
  for (size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
    text.replace(at, from.size(), to);
}

}  // namespace

// A pipeline with one more operator, which adds these columns; it stays here.
const Expr* Binder::extended_pipeline(Expr pipeline, std::vector<Item> items, Span span) {
  Operator extension{.kind = OperatorKind::kExtend, .span = span, .items = std::move(items)};
  if (!extension.items.empty()) pipeline.operators.push_back(std::move(extension));
  named_by_as_.push_back(std::move(pipeline));
  return &named_by_as_.back();
}

Expected<Binder::PluginCall> Binder::plugin_arguments(const Operator& op, const Plan& input,
                                                      const Environment* environment) {
  const Expr& call = *op.expr;
  PluginCall found;
  std::vector<const Expr*> placed;
  for (const Expr* argument : call.children) {
    if (argument->kind != ExprKind::kNamed) {
      placed.push_back(argument);
      continue;
    }
    if (is_next_parameter(call.name, placed.size(), argument->name)) {
      placed.push_back(argument->children[0]);
      continue;
    }
    TRY_ASSIGN(const BoundExpr* value, scalar(*argument->children[0], {.environment = environment}));
    found.constants.emplace_back(argument->name, value);
  }
  found.row = row_for(call.name, placed.size());
  if (found.row == nullptr) {
    return fail(DiagnosticCode::kWrongUse, call.span,
                "'" + call.name + "' does not take " + std::to_string(placed.size()) + " arguments");
  }
  const auto names = found.row->parameters.empty() ? std::vector<std::string_view>()
                                                   : ascii::split(found.row->parameters, ' ');
  for (size_t i = 0; i < placed.size(); ++i) {
    const bool dimension = i >= names.size();
    const std::string name(dimension ? "" : names[i]);
    if (dimension && placed[i]->kind != ExprKind::kName)
      return fail(DiagnosticCode::kWrongUse, placed[i]->span, "the name of a column is needed here");
    if (dimension) {
      found.dimensions.push_back(placed[i]);
    } else if (name == "lookup_table") {
      found.table = placed[i];
    } else if (is_column_parameter(name)) {
      found.columns.emplace_back(name, placed[i]);
      const bool of_table = found.row->table_columns == name;
      if (of_table) continue;
      TRY_ASSIGN(const BoundExpr* value,
                 scalar(*placed[i], {.environment = environment, .columns = &input.columns}));
      if (name == "TIME") found.time_type = value->type;
    } else {
      TRY_ASSIGN(const BoundExpr* value, scalar(*placed[i], {.environment = environment}));
      found.constants.emplace_back(name, value);
    }
  }
  return found;
}

// What the text calls `input`, `lookup_table` and its constants.
Expected<const Environment*> Binder::plugin_environment(const PluginCall& call, const Operator& op,
                                                        const Expr& before, const Environment* environment) {
  std::vector<Item> items, renamed, of_table;
  const bool without_key = call.row->options.find("return_lookup_key") != std::string_view::npos &&
                           !is_true(call.constants, "return_lookup_key");
  for (const auto& [name, value] : call.columns) {
    const bool given_up = without_key && value->kind == ExprKind::kName;
    auto& list = call.row->table_columns != name ? items : given_up ? renamed : of_table;
    list.push_back({.name = plugin_column(name), .expr = value, .span = value->span});
  }
  for (size_t i = 0; i < call.dimensions.size(); ++i) {
    items.push_back({.name = plugin_dimension(i), .expr = call.dimensions[i], .span = op.span});
    renamed.push_back(items.back());
  }
  const Environment* inside = extend({.name = "input",
                                      .value = extended_pipeline(before, std::move(items), op.span),
                                      .definition = environment});
  if (call.table != nullptr) {
    Expr pipeline{.kind = ExprKind::kPipeline, .span = op.span, .children = {call.table}};
    if (!renamed.empty()) {
      pipeline.operators.push_back(
          {.kind = OperatorKind::kProjectRename, .span = op.span, .items = std::move(renamed)});
    }
    inside = extend({.outer = inside,
                     .name = "lookup_table",
                     .value = extended_pipeline(std::move(pipeline), std::move(of_table), op.span),
                     .definition = environment});
  }
  for (std::string_view option : ascii::split(call.row->options, ' ')) {
    TRY_ASSIGN(const BoundExpr* no, literal(Type::kBool, false, op.span));
    if (!option.empty()) inside = extend({.outer = inside, .name = std::string(option), .scalar = no});
  }
  for (const auto& [name, value] : call.constants)
    inside = extend({.outer = inside, .name = name, .scalar = value});
  return inside;
}

// $TIME in a column's name is what the argument is called, $D0 and a constant's likewise.
std::string Binder::plugin_result_name(const PluginCall& call, std::string name) {
  for (const auto& [parameter, value] : call.columns)
    replace_all(name, plugin_column(parameter), implied_name(*value));
  for (size_t i = call.dimensions.size(); i > 0; --i)
    replace_all(name, plugin_dimension(i - 1), call.dimensions[i - 1]->name);
  for (const auto& [parameter, value] : call.constants)
    replace_all(name, "$" + parameter, constant_text(value->value));
  return name;
}

Binder::Table Binder::plugin(const Operator& op, const Plan& input, const Expr& before,
                             const Environment* environment) {
  if (within_ != nullptr) return not_in_subquery(op);
  TRY_ASSIGN(const PluginCall call, plugin_arguments(op, input, environment));
  TRY_ASSIGN(const Environment* inside, plugin_environment(call, op, before, environment));
  const std::string text = plugin_text(*call.row, call.dimensions.size(), to_string(call.time_type));
  TRY_ASSIGN(const Plan* result, bound_text(text, inside, op.expr->span));
  Columns columns = result->columns;
  Names names;
  for (Column& column : columns) column.name = names.number(plugin_result_name(call, column.name));
  return projection(*result, std::move(columns), {}, op.span);
}

// The input's columns, and s0, s1, ...: how many values the first state has, the first two have, ...
Binder::Table Binder::dcount_intersect(const Operator& op, const Plan& input,
                                       const Environment* environment) {
  const Scope scope{.environment = environment, .columns = &input.columns};
  Columns columns = input.columns;
  std::vector<Assignment> assignments;
  Names names;
  for (const Column& column : columns) names.number(column.name);
  Args states;
  for (const Expr* argument : op.expr->children) {
    TRY_ASSIGN(const BoundExpr* state, scalar(*argument, scope));
    states.push_back(state);
    TRY_ASSIGN(const BoundExpr* count, invoke("dcount of all", states, op.expr->span, "dcount_intersect"));
    columns.push_back({bindings_.new_column_id(), names.number("s" + std::to_string(states.size() - 1)),
                       Type::kLong, false});
    assignments.push_back({columns.back(), count});
  }
  if (states.size() < 2)
    return fail(DiagnosticCode::kWrongUse, op.expr->span,
                "'dcount_intersect' takes two states of hll() or more");
  return projection(input, std::move(columns), std::move(assignments), op.span);
}

}  // namespace linkgate::kql
