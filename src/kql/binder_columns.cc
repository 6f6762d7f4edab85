// extend and the project family, and how columns get their names.

#include <algorithm>

#include "kql/binder_state.h"
#include "kql/json.h"

namespace linkgate::kql {
namespace {

std::vector<std::string_view> names_of(const Columns& columns) {
  std::vector<std::string_view> names;
  for (const Column& column : columns) names.push_back(column.name);
  return names;
}

// Conversions and their like: unnamed, their result is called what their first argument would be.
bool keeps_name(std::string_view function) {
  if (function == "bin_auto") return true;
  const auto rows = find_functions(function);
  return !rows.empty() && rows[0]->naming == Naming::kFirstArgument;
}

}  // namespace

std::string implied_name(const Expr& expr) {
  switch (expr.kind) {
    case ExprKind::kName:
      return expr.name;
    case ExprKind::kMember: {
      const std::string base = implied_name(*expr.children[0]);
      return base.empty() ? expr.name : base + "_" + expr.name;
    }
    case ExprKind::kIndex: {
      std::string base = implied_name(*expr.children[0]);
      const Expr& index = *expr.children[1];
      if (index.kind != ExprKind::kLiteral) return base.empty() ? base : base + "_";
      const auto* text = std::get_if<std::string>(&index.value);
      const auto* number = std::get_if<int64_t>(&index.value);
      const std::string key = text != nullptr ? *text : number != nullptr ? std::to_string(*number) : "";
      return base.empty() || key.empty() ? base : base + "_" + key;
    }
    case ExprKind::kCall: {
      if (!expr.children.empty() && keeps_name(expr.name)) return implied_name(*expr.children[0]);
      const auto rows = find_aggregates(expr.name);
      const auto functions = find_functions(expr.name);
      if (!functions.empty() && !functions[0]->stem.empty() && (rows.empty() || expr.children.size() > 1)) {
        const std::string stem(functions[0]->stem);
        return stem.ends_with('_') ? stem + implied_name(*expr.children[0]) : stem;
      }
      if (rows.empty()) return "";
      const std::string argument = expr.children.empty() ? "" : implied_name(*expr.children[0]);
      return rows[0]->prefix.empty() ? argument : std::string(rows[0]->prefix) + "_" + argument;
    }
    default:
      return "";
  }
}

bool matches_pattern(std::string_view name, std::string_view pattern) {
  // Greedy with one point of return: the usual linear matching of a single wildcard.
  size_t n = 0, p = 0, star = std::string_view::npos, resume = 0;
  while (n < name.size()) {
    if (p < pattern.size() && pattern[p] == '*')
      star = p++, resume = n;
    else if (p < pattern.size() && pattern[p] == name[n])
      ++p, ++n;
    else if (star != std::string_view::npos)
      p = star + 1, n = ++resume;
    else
      return false;
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

Expected<std::string> Names::claim(const std::string& name, Span span) {
  if (implied.contains(name)) return number(name);
  if (!taken.insert(name).second) {
    return fail(DiagnosticCode::kWrongUse, span, "a column '" + name + "' is there already");
  }
  return name;
}

std::string Names::number(std::string_view stem) {
  std::string name(stem);
  for (int i = 1; taken.contains(name); ++i) name = std::string(stem) + std::to_string(i);
  taken.insert(name);
  implied.insert(name);
  return name;
}

std::string Names::column() {
  std::string name;
  do name = "Column" + std::to_string(next_column++);
  while (taken.contains(name));
  taken.insert(name);
  implied.insert(name);
  return name;
}

// A column is replaced where it stands; new ones come at the end. Expressions see the columns as they were
// before.
Binder::Table Binder::extend_op(const Operator& op, const Plan& input, const Environment* environment) {
  Columns columns = input.columns;
  std::vector<Assignment> assignments;
  Names names;
  for (const Column& column : columns) names.taken.insert(column.name);
  std::set<std::string> assigned;
  Below below{.plan = &input};
  const Scope scope{.environment = environment, .columns = &input.columns, .below = &below};
  std::vector<ItemValue> all;
  for (const Item& item : op.items) {
    TRY_ASSIGN(std::vector<ItemValue> own, values(item, scope));
    all.insert(all.end(), own.begin(), own.end());
  }
  for (const ItemValue& value : all) {
    std::string name = value.name.empty() ? value.stem : value.name;
    if (name.empty()) name = names.column();
    if (!assigned.insert(name).second) {
      if (!value.name.empty())
        return fail(DiagnosticCode::kWrongUse, value.expr->span, "a column '" + name + "' is there already");
      name = names.number(name);
    }
    names.taken.insert(name);
    const Column column{bindings_.new_column_id(), name, value.expr->type, value.expr->nullable};
    const auto old =
        std::find_if(columns.begin(), columns.end(), [&name](const Column& c) { return c.name == name; });
    if (old != columns.end())
      *old = column;
    else
      columns.push_back(column);
    assignments.push_back({column, value.expr});
  }
  TRY_ASSIGN(const Plan* rows, with_windows(below, op.span));
  return projection(*rows, std::move(columns), std::move(assignments), op.span);
}

Binder::Table Binder::project(const Operator& op, const Plan& input, const Environment* environment) {
  Columns columns;
  std::vector<Assignment> assignments;
  Names names;
  Below below{.plan = &input};
  const Scope scope{.environment = environment, .columns = &input.columns, .below = &below};
  std::vector<ItemValue> all;
  for (const Item& item : op.items) {
    TRY_ASSIGN(std::vector<ItemValue> own, values(item, scope));
    all.insert(all.end(), own.begin(), own.end());
  }
  for (const ItemValue& value : all) {
    std::string name;
    if (value.name.empty() && !value.plain) {
      name = value.stem.empty() ? names.column() : names.number(value.stem);
    } else {
      TRY_ASSIGN(name, names.claim(value.name.empty() ? value.stem : value.name, value.expr->span));
    }
    Column column{bindings_.new_column_id(), std::move(name), value.expr->type, value.expr->nullable};
    if (value.expr->kind == BoundKind::kColumn)
      column.id = value.expr->column;  // the same column under this name
    else
      assignments.push_back({column, value.expr});
    columns.push_back(std::move(column));
  }
  TRY_ASSIGN(const Plan* rows, with_windows(below, op.span));
  return projection(*rows, std::move(columns), std::move(assignments), op.span);
}

// The places of the columns that an item names; a name or pattern that names none is an error.
Expected<std::vector<size_t>> Binder::matching(const Item& item, const Columns& columns) {
  std::vector<size_t> found;
  const Expr& pattern = *item.expr;
  for (size_t i = 0; i < columns.size(); ++i) {
    const bool same = pattern.kind == ExprKind::kWildcard ? matches_pattern(columns[i].name, pattern.name)
                                                          : columns[i].name == pattern.name;
    if (same) found.push_back(i);
  }
  if (found.empty() && is_unknown(&columns)) return DiagnosticList::said();
  if (found.empty() && !open_.contains(&columns)) {
    return fail(DiagnosticCode::kUnknownName, pattern.span,
                "no column '" + pattern.name + "' here" + suggestion(pattern.name, names_of(columns)));
  }
  return found;
}

Binder::Table Binder::project_away(const Operator& op, const Plan& input) {
  std::set<size_t> gone;
  for (const Item& item : op.items) {
    TRY_ASSIGN(const std::vector<size_t> found, matching(item, input.columns));
    gone.insert(found.begin(), found.end());
  }
  Columns columns;
  for (size_t i = 0; i < input.columns.size(); ++i) {
    if (!gone.contains(i)) columns.push_back(input.columns[i]);
  }
  return projection(input, std::move(columns), {}, op.span);
}

Binder::Table Binder::project_keep(const Operator& op, const Plan& input) {
  std::set<size_t> kept;
  for (const Item& item : op.items) {
    TRY_ASSIGN(const std::vector<size_t> found, matching(item, input.columns));
    kept.insert(found.begin(), found.end());
  }
  Columns columns;
  for (size_t i : kept) columns.push_back(input.columns[i]);
  return projection(input, std::move(columns), {}, op.span);
}

// Names and patterns as constant texts, or arrays of them; one that names no column is none.
Binder::Table Binder::project_by_names(const Operator& op, const Plan& input,
                                       const Environment* environment) {
  Columns columns;
  for (const Item& item : op.items) {
    TRY_ASSIGN(const BoundExpr* value, scalar(*item.expr, {.environment = environment}));
    const auto* text = std::get_if<std::string>(&value->value);
    std::optional<std::vector<std::string>> patterns;
    if (value->kind == BoundKind::kLiteral && text != nullptr && value->type == Type::kString)
      patterns = {{*text}};
    if (value->kind == BoundKind::kLiteral && text != nullptr && value->type == Type::kDynamic)
      patterns = json_elements(*text);
    if (!patterns) {
      return fail(DiagnosticCode::kWrongUse, item.span,
                  "a constant name, or a constant array of names, is needed here");
    }
    for (const std::string& element : *patterns) {
      const std::optional<Value> name =
          value->type == Type::kString ? Value(element) : scalar_of_json(element, Type::kString);
      const auto* pattern = name ? std::get_if<std::string>(&*name) : nullptr;
      for (const Column& column : input.columns) {
        const auto same = [&column](const Column& c) { return c.id == column.id && c.name == column.name; };
        const bool wanted = pattern != nullptr && matches_pattern(column.name, *pattern);
        if (wanted && std::none_of(columns.begin(), columns.end(), same)) columns.push_back(column);
      }
    }
  }
  return projection(input, std::move(columns), {}, op.span);
}

Binder::Table Binder::project_rename(const Operator& op, const Plan& input) {
  Columns columns = input.columns;
  for (const Item& item : op.items) {
    if (item.name.empty() || item.expr->kind != ExprKind::kName) {
      return fail(DiagnosticCode::kWrongUse, item.span, "project-rename takes New = Old");
    }
    TRY_ASSIGN(const std::vector<size_t> found, matching({.expr = item.expr}, input.columns));
    if (!found.empty()) columns[found[0]].name = item.name;
  }
  std::set<std::string_view> names;
  for (const Column& column : columns) {
    if (names.insert(column.name).second) continue;
    return fail(DiagnosticCode::kWrongUse, op.span, "a column '" + column.name + "' is there already");
  }
  return projection(input, std::move(columns), {}, op.span);
}

// The named ones come first; asc and desc sort those of a pattern by name.
Binder::Table Binder::project_reorder(const Operator& op, const Plan& input) {
  std::vector<size_t> order;
  std::set<size_t> placed;
  for (const Item& item : op.items) {
    TRY_ASSIGN(std::vector<size_t> found, matching(item, input.columns));
    const auto by_name = [&input](size_t a, size_t b) {
      return input.columns[a].name < input.columns[b].name;
    };
    if (item.order != Order::kDefault) std::sort(found.begin(), found.end(), by_name);
    if (item.order == Order::kDescending) std::reverse(found.begin(), found.end());
    for (size_t i : found) {
      if (placed.insert(i).second) order.push_back(i);
    }
  }
  for (size_t i = 0; i < input.columns.size(); ++i) {
    if (!placed.contains(i)) order.push_back(i);
  }
  Columns columns;
  for (size_t i : order) columns.push_back(input.columns[i]);
  return projection(input, std::move(columns), {}, op.span);
}

}  // namespace linkgate::kql
