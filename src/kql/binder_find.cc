// find: the rows of several tables that a predicate is true for, under columns that all of them can have.

#include <algorithm>

#include "kql/binder_state.h"

namespace linkgate::kql {

// What find knows before it looks at rows: its tables, and the columns of its answer.
struct Binder::Found {
  struct Wanted {
    std::string name;
    Type type = Type::kString;
    bool any_type = false;  // `type` is what a table's own becomes; false: only a column of this type
  };
  std::vector<UnionInput> tables;
  bool everywhere = false;         // the predicate looks at all columns, or at none
  std::vector<std::string> named;  // columns that the predicate names, in its order
  std::vector<Wanted> wanted;
  bool packs = false;  // the other columns stand in a bag
};

namespace {

constexpr std::string_view kSource = "source_", kPack = "pack_";

const Column* with_name(const Columns& columns, std::string_view name) {
  const auto same = [name](const Column& c) { return c.name == name; };
  const auto found = std::find_if(columns.begin(), columns.end(), same);
  return found == columns.end() ? nullptr : &*found;
}

// The types that columns of this name have, in the order of the tables.
std::vector<Type> types_of(std::string_view name, const std::vector<UnionInput>& tables) {
  std::vector<Type> types;
  for (const UnionInput& table : tables) {
    const Column* column = with_name(table.plan->columns, name);
    if (column != nullptr && std::find(types.begin(), types.end(), column->type) == types.end())
      types.push_back(column->type);
  }
  return types;
}

}  // namespace

// Tables that have none of the columns that the predicate names have no part in it.
void Binder::named_columns(const Expr& predicate, Found& found) {
  std::vector<const Expr*> open = {&predicate};
  while (!open.empty()) {
    const Expr* expr = open.back();
    open.pop_back();
    if (expr->kind == ExprKind::kStar) found.everywhere = true;
    if (expr->kind == ExprKind::kPipeline) continue;  // a table of its own
    const bool is_column = expr->kind == ExprKind::kName && !types_of(expr->name, found.tables).empty();
    if (is_column && std::find(found.named.begin(), found.named.end(), expr->name) == found.named.end())
      found.named.push_back(expr->name);
    open.insert(open.end(), expr->children.rbegin(), expr->children.rend());
  }
  if (found.everywhere || found.named.empty()) return;
  std::erase_if(found.tables, [&found](const UnionInput& table) {
    return std::none_of(found.named.begin(), found.named.end(), [&table](const std::string& name) {
      return with_name(table.plan->columns, name) != nullptr;
    });
  });
}

// project: the listed ones. project-smart: those that all tables have, and those that the predicate names.
Expected<> Binder::chosen_columns(const Operator& op, Found& found) {
  if (op.name == "project") {
    for (const Item& item : op.items) {
      if (item.expr->kind == ExprKind::kCall) {
        found.packs = true;
        continue;
      }
      const std::string& name = item.expr->name;
      const std::vector<Type> types = types_of(name, found.tables);
      if (types.empty())
        return fail(DiagnosticCode::kUnknownName, item.span,
                    "no column '" + name + "' in any of these tables");
      if (!item.type && types.size() > 1) {
        return fail(DiagnosticCode::kWrongUse, item.span,
                    "'" + name + "' has several types in these tables; say which, as in " + name + ":" +
                        std::string(to_string(types[0])));
      }
      found.wanted.push_back({name, item.type.value_or(types[0]), item.type.has_value()});
    }
    return {};
  }
  found.packs = true;
  const auto want = [&found](const std::string& name, Type type) {
    const auto same = [&](const Found::Wanted& w) { return w.name == name && w.type == type; };
    if (std::none_of(found.wanted.begin(), found.wanted.end(), same)) found.wanted.push_back({name, type});
  };
  for (const Column& column : found.tables[0].plan->columns) {
    const auto has_it = [&column](const UnionInput& table) {
      const Column* same = with_name(table.plan->columns, column.name);
      return same != nullptr && same->type == column.type;
    };
    if (std::all_of(found.tables.begin(), found.tables.end(), has_it)) want(column.name, column.type);
  }
  for (const std::string& name : found.named) {
    for (const Type type : types_of(name, found.tables)) want(name, type);
  }
  return {};
}

// The table's rows with columns, all of them null, for those of the predicate that it lacks.
Binder::Table Binder::with_missing(const Plan& table, const Found& found, Span span) {
  Columns columns = table.columns;
  std::vector<Assignment> nulls;
  for (const std::string& name : found.named) {
    if (with_name(table.columns, name) != nullptr) continue;
    const Type type = types_of(name, found.tables)[0];
    const bool text = type == Type::kString;
    TRY_ASSIGN(const BoundExpr* null, literal(type, text ? Value(std::string()) : Value(), span));
    columns.push_back({bindings_.new_column_id(), name, type, !text});
    nulls.push_back({columns.back(), null});
  }
  return nulls.empty() ? Table(&table) : projection(table, std::move(columns), std::move(nulls), span);
}

// The rows with the wanted columns, null where the table has none of them, and with the bag of its others.
Binder::Table Binder::found_rows(const Operator& op, const Plan& rows, const Columns& own,
                                 const Found& found) {
  Columns columns;
  std::vector<Assignment> computed;
  const auto add = [&](const std::string& name, const BoundExpr* value) {
    columns.push_back({bindings_.new_column_id(), name, value->type, value->nullable});
    computed.push_back({columns.back(), value});
  };
  std::set<int> shown;
  for (const Found::Wanted& wanted : found.wanted) {
    const Column* known = with_name(own, wanted.name);
    const bool text = wanted.type == Type::kString;
    TRY_ASSIGN(const BoundExpr* value, literal(wanted.type, text ? Value(std::string()) : Value(), op.span));
    if (known != nullptr && (wanted.any_type || known->type == wanted.type)) {
      TRY_ASSIGN(value, column(*known, op.span));
      TRY_ASSIGN(value, converted(value, wanted.type));
      shown.insert(known->id);
    }
    add(wanted.name, value);
  }
  if (found.packs) {
    Args members;
    for (const Column& known : own) {
      if (shown.contains(known.id)) continue;
      TRY_ASSIGN(const BoundExpr* key, literal(Type::kString, known.name, op.span));
      TRY_ASSIGN(const BoundExpr* value, column(known, op.span));
      members.push_back(key);
      members.push_back(value);
    }
    TRY_ASSIGN(const BoundExpr* bag, invoke("bag_pack", std::move(members), op.span));
    add(std::string(kPack), bag);
  }
  return projection(rows, std::move(columns), std::move(computed), op.span);
}

Binder::Table Binder::find_rows(const Operator& op, const Environment* environment) {
  UnionOptions options{.source_column = std::string(kSource)};
  for (const Parameter& parameter : op.parameters) {
    if (parameter.name == "withsource" && parameter.value->kind == ExprKind::kName) {
      options.source_column = parameter.value->name;
    } else if (parameter.name != "datascope" && !parameter.name.starts_with("hint.")) {
      return fail(DiagnosticCode::kWrongUse, parameter.span,
                  "no such parameter or value of find: '" + parameter.name + "'");
    }
  }
  const Expr all{.kind = ExprKind::kWildcard, .span = op.span, .name = "*"};
  Found found;
  TRY_ASSIGN(found.tables, union_inputs(op.tables.empty() ? std::vector<const Expr*>{&all} : op.tables, false,
                                        environment));
  if (found.tables.empty())
    return fail(DiagnosticCode::kUnknownName, op.span, "none of the tables of this find is there");
  named_columns(*op.expr, found);
  TRY(chosen_columns(op, found));
  const auto complete = [&found](const UnionInput& table) {
    return table.plan->columns.size() <= found.wanted.size();
  };
  if (op.name != "project" && std::all_of(found.tables.begin(), found.tables.end(), complete))
    found.packs = false;
  std::vector<UnionInput> answers;
  for (const UnionInput& table : found.tables) {
    TRY_ASSIGN(const Plan* rows, with_missing(*table.plan, found, op.span));
    TRY_ASSIGN(rows, where(op, *rows, environment));
    TRY_ASSIGN(rows, found_rows(op, *rows, table.plan->columns, found));
    answers.push_back({rows, table.name});
  }
  return unite(answers, options, op.span);
}

}  // namespace linkgate::kql
