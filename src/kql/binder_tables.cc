// Tables by their names.

#include <algorithm>

#include "base/ascii.h"
#include "kql/binder_state.h"
#include "kql/foreign_tables.h"
#include "kql/time_text.h"

namespace linkgate::kql {

Diagnostic Binder::unknown_table(const Expr& name, const Environment* environment) const {
  if (const std::string_view product = product_of_table(name.name); !product.empty()) {
    std::string ours;
    for (const CatalogTable& table : catalog_.tables) ours += (ours.empty() ? "" : ", ") + table.name;
    return fail(DiagnosticCode::kUnknownName, name.span,
                "'" + name.name + "' is a table of " + std::string(product) +
                    "; Linkgate has the tables of mail and clicks only: " + ours);
  }
  std::vector<std::string_view> names;
  for (const CatalogTable& table : catalog_.tables) names.push_back(table.name);
  for (const Environment* e = environment; e != nullptr; e = e->outer) names.push_back(e->name);
  Diagnostic error = fail(DiagnosticCode::kUnknownName, name.span,
                          "no table or let statement '" + name.name + "'" + suggestion(name.name, names));
  error.unresolved = "table or column expression";
  error.operator_name = operator_;
  return error;
}

Binder::Table Binder::named_table(const Expr& expr, const Environment* environment) {
  if (const Environment* found = find(environment, expr.name)) {
    if (found->broken) return DiagnosticList::said();
    if (found->value == nullptr) {
      return fail(DiagnosticCode::kWrongUse, expr.span, "'" + expr.name + "' is not a table");
    }
    if (found->value->kind == ExprKind::kFunction) return called_table(expr, environment);
    return table(*found->value, found->definition);
  }
  for (const CatalogTable& known : catalog_.tables) {
    if (known.name == expr.name) return scan(known, expr.span);
  }
  return unknown_table(expr, environment);
}

// database("linkgate").T: a table of the one database there is, whatever a let of its name is.
bool Binder::names_database(const Expr& expr) {
  if (expr.kind != ExprKind::kMember) return false;
  const Expr& call = *expr.children[0];
  return call.kind == ExprKind::kCall && call.name == "database" && call.children.size() == 1 &&
         call.children[0]->kind == ExprKind::kLiteral && call.children[0]->type == Type::kString;
}

Binder::Table Binder::database_table(const Expr& expr) {
  const Expr& call = *expr.children[0];
  const auto& database = std::get<std::string>(call.children[0]->value);
  std::string ours;
  bool known = false;
  for (const CatalogTable& table : catalog_.tables) {
    ours = table.database;
    if (!ascii::iequals(table.database, database)) continue;
    known = true;
    if (table.name == expr.name) return scan(table, expr.span);
  }
  if (known) return unknown_table(expr, nullptr);
  return fail(
      DiagnosticCode::kUnknownName, call.span,
      "no database '" + database.substr(0, 60) + "'" + (ours.empty() ? "" : "; there is '" + ours + "'"));
}

Binder::Table Binder::called_table(const Expr& expr, const Environment* environment) {
  if (const Environment* found = find(environment, expr.name); found != nullptr && found->value != nullptr) {
    TRY_ASSIGN(const Environment* inside, call_environment(expr, *found, {.environment = environment}));
    return table(*found->value->children[0], inside);
  }
  if (expr.name == "materialize" && expr.children.size() == 1) return table(*expr.children[0], environment);
  if (expr.name == "table" && expr.children.size() == 1 && expr.children[0]->kind == ExprKind::kLiteral &&
      expr.children[0]->type == Type::kString) {
    Expr named{
        .kind = ExprKind::kName, .span = expr.span, .name = std::get<std::string>(expr.children[0]->value)};
    return named_table(named, nullptr);
  }
  return fail(DiagnosticCode::kUnknownName, expr.span, "no function '" + expr.name + "' that gives a table");
}

Binder::Table Binder::scan(const CatalogTable& table, Span span) {
  Plan plan{.kind = PlanKind::kScan, .table = &table};
  for (const CatalogColumn& column : table.columns) {
    const bool nullable = column.type == Type::kDynamic || (column.nullable && column.type != Type::kString);
    plan.columns.push_back({bindings_.new_column_id(), column.name, column.type, nullable});
  }
  TRY_ASSIGN(const Plan* rows, bindings_.add(std::move(plan), span));
  return options_.timespan ? within_timespan(*rows, span) : rows;
}

// See CompileOptions::timespan. A filter right above the table, as where would be: it reaches the primary
// key.
Binder::Table Binder::within_timespan(const Plan& rows, Span span) {
  const auto time = std::find_if(rows.columns.begin(), rows.columns.end(), [](const Column& c) {
    return c.name == "Timestamp" && c.type == Type::kDateTime;
  });
  if (time == rows.columns.end()) return &rows;
  const std::pair<std::string_view, Time> ends[] = {{">=", options_.timespan->from},
                                                    {"<=", options_.timespan->to}};
  Args both;
  for (const auto& [op, end] : ends) {
    TRY_ASSIGN(const BoundExpr* moment, column(*time, span));
    TRY_ASSIGN(const BoundExpr* limit,
               literal(Type::kDateTime, int64_t{end.time_since_epoch().count() + kUnixEpochTicks}, span));
    TRY_ASSIGN(const BoundExpr* condition, compare(op, moment, limit, span));
    both.push_back(condition);
  }
  TRY_ASSIGN(const BoundExpr* inside, invoke("and", std::move(both), span));
  return bindings_.add(
      {.kind = PlanKind::kFilter, .columns = rows.columns, .inputs = {&rows}, .predicate = inside}, span);
}

}  // namespace linkgate::kql
