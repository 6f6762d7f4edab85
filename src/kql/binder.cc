#include "kql/binder.h"

#include <algorithm>

#include "kql/binder_depth.h"
#include "kql/binder_state.h"
#include "kql/limits.h"
#include "kql/plugin.h"

namespace linkgate::kql {

const Environment* Binder::extend(Environment environment) {
  environments_.push_back(std::move(environment));
  return &environments_.back();
}

const Environment* Binder::find(const Environment* environment, std::string_view name) {
  while (environment != nullptr && environment->name != name) environment = environment->outer;
  return environment;
}

// A let is bound where it stands, so that its errors are found there even if nothing uses it.
Expected<const Environment*> Binder::lets(const std::vector<Let>& lets, const Environment* outer) {
  const Environment* environment = outer;
  for (const Let& one : lets) {
    auto entry = let(one, environment);
    if (!entry) {
      if (errors_ == nullptr) return std::move(entry.error());
      note(std::move(entry.error()));
      entry = Environment{.outer = environment, .name = one.name, .broken = true};
    }
    environment = extend(*std::move(entry));
  }
  return environment;
}

Expected<Environment> Binder::let(const Let& let, const Environment* environment) {
  Environment entry{.outer = environment, .name = let.name};
  if (let.value->kind == ExprKind::kFunction || let.value->kind == ExprKind::kPattern) {
    entry.value = let.value;
    entry.definition = environment;
  } else if (is_tabular(*let.value, environment)) {
    if (is_graph(*let.value, environment))
      TRY(flow(*let.value, environment));
    else
      TRY(table(*let.value, environment));
    entry.value = let.value;
    entry.definition = environment;
  } else {
    const bool unknown = let.value->kind == ExprKind::kName && find(environment, let.value->name) == nullptr;
    if (unknown) return unknown_table(*let.value, environment);
    TRY_ASSIGN(entry.scalar, scalar(*let.value, {.environment = environment}));
  }
  return entry;
}

bool Binder::is_tabular(const Expr& expr, const Environment* environment) const {
  const Expr* e = &expr;
  while (true) {
    if (pattern_of(*e, environment) != nullptr) return true;
    switch (e->kind) {
      case ExprKind::kPipeline:
      case ExprKind::kDataTable:
      case ExprKind::kRange:
      case ExprKind::kPrint:
      case ExprKind::kUnion:
      case ExprKind::kSearch:
      case ExprKind::kFind:
      case ExprKind::kExternal:
        return true;
      case ExprKind::kMember:
        return names_database(*e);
      case ExprKind::kName: {
        const Environment* found = find(environment, e->name);
        if (found != nullptr && found->value != nullptr && found->value->kind == ExprKind::kFunction) {
          e = found->value->children[0];  // the name alone calls it, if it needs no arguments
          environment = found->definition;
          continue;
        }
        if (found != nullptr) return found->value != nullptr;
        return std::any_of(catalog_.tables.begin(), catalog_.tables.end(),
                           [e](const auto& t) { return t.name == e->name; });
      }
      case ExprKind::kCall: {
        if (e->name == "materialize" || e->name == "table") return true;
        const Environment* found = find(environment, e->name);
        if (found == nullptr || found->value == nullptr || found->value->kind != ExprKind::kFunction)
          return false;
        const Expr& function = *found->value;
        const Expr& body = *function.children[0];
        for (const ColumnDeclaration& parameter : function.columns) {
          if (body.kind == ExprKind::kName && body.name == parameter.name) return parameter.tabular;
        }
        for (const Let& let : function.lets) {
          if (body.kind == ExprKind::kName && body.name == let.name) return is_query(*let.value);
        }
        e = &body;
        environment = found->definition;
        continue;
      }
      default:
        return false;
    }
  }
}

bool Binder::is_query(const Expr& expr) {
  return expr.kind == ExprKind::kPipeline || expr.kind == ExprKind::kDataTable ||
         expr.kind == ExprKind::kRange || expr.kind == ExprKind::kPrint || expr.kind == ExprKind::kUnion ||
         expr.kind == ExprKind::kSearch || expr.kind == ExprKind::kFind || expr.kind == ExprKind::kExternal;
}

Binder::Table Binder::table(const Expr& expr, const Environment* environment) {
  const Depth depth(*this);
  if (depth.exceeded()) return depth.refusal(expr.span);
  const Within* within = std::exchange(within_, nullptr);  // a table of its own is no part of a subquery's
  const size_t lost = lost_tables_;
  auto found = table_body(expr, environment);
  within_ = within;
  if (found && lost != lost_tables_ && expr.kind == ExprKind::kUnion) unknown_.insert(&(*found)->columns);
  if (!found && errors_ != nullptr) return failed_table(expr.span, std::move(found.error()));
  return found;
}

Binder::Table Binder::table_body(const Expr& expr, const Environment* environment) {
  if (pattern_of(expr, environment) != nullptr) return pattern_table(expr, environment);
  switch (expr.kind) {
    case ExprKind::kName:
      return named_table(expr, environment);
    case ExprKind::kMember:
      if (names_database(expr)) return database_table(expr);
      break;
    case ExprKind::kCall:
      return called_table(expr, environment);
    case ExprKind::kPipeline: {
      TRY_ASSIGN(const Flow found, flow_body(expr, environment));
      return rows_of(found, expr);
    }
    case ExprKind::kDataTable:
      return datatable(expr, environment);
    case ExprKind::kRange:
      return range(expr, environment);
    case ExprKind::kPrint:
      return print_row(expr, environment);
    case ExprKind::kUnion:
      return union_of(expr.children, expr.parameters, nullptr, environment, expr.span);
    case ExprKind::kSearch:
      return search_tables(expr.operators[0], environment, expr.span);
    case ExprKind::kFind:
      return find_rows(expr.operators[0], environment);
    case ExprKind::kExternal:
      return external(expr, environment);
    case ExprKind::kUnread:
      return DiagnosticList::said();
    default:
      break;
  }
  return fail(DiagnosticCode::kWrongUse, expr.span, "a table is needed here, and this is a single value");
}

// Arguments at the places of their parameters: f(c=7, a=12) or by order; null where none was given.
Expected<std::vector<const Expr*>> Binder::placed_arguments(
    const Expr& call, const std::vector<ColumnDeclaration>& parameters) {
  std::vector<const Expr*> placed(parameters.size(), nullptr);
  size_t next = 0;
  for (const Expr* argument : call.children) {
    size_t at = next;
    if (argument->kind == ExprKind::kNamed) {
      const auto named = [argument](const ColumnDeclaration& p) { return p.name == argument->name; };
      at =
          static_cast<size_t>(std::find_if(parameters.begin(), parameters.end(), named) - parameters.begin());
      if (at == parameters.size()) {
        return fail(DiagnosticCode::kUnknownName, argument->span,
                    "'" + call.name + "' has no parameter '" + argument->name + "'");
      }
      argument = argument->children[0];
    } else {
      while (at < placed.size() && placed[at] != nullptr) ++at;
      next = at + 1;
    }
    if (at >= placed.size() || placed[at] != nullptr) {
      return fail(DiagnosticCode::kWrongUse, argument->span,
                  "'" + call.name + "' has no parameter for this argument");
    }
    placed[at] = argument;
  }
  return placed;
}

// The environment of a called function's body: its parameters, then its own lets.
Expected<const Environment*> Binder::call_environment(const Expr& call, const Environment& function,
                                                      const Scope& caller) {
  const Depth depth(*this);
  if (depth.exceeded()) return depth.refusal(call.span);
  if (function.value->kind != ExprKind::kFunction) {
    return fail(DiagnosticCode::kWrongUse, call.span, "'" + call.name + "' is not a function");
  }
  const std::vector<ColumnDeclaration>& parameters = function.value->columns;
  if (call.children.size() > parameters.size()) {
    return fail(DiagnosticCode::kWrongUse, call.span,
                "'" + call.name + "' takes " + std::to_string(parameters.size()) + " arguments");
  }
  TRY_ASSIGN(const std::vector<const Expr*> arguments, placed_arguments(call, parameters));
  const Environment* inside = function.definition;
  for (size_t i = 0; i < parameters.size(); ++i) {
    const ColumnDeclaration& parameter = parameters[i];
    Environment entry{.outer = inside, .name = parameter.name};
    const Expr* argument = arguments[i] != nullptr ? arguments[i] : parameter.default_value;
    if (argument == nullptr) {
      return fail(DiagnosticCode::kWrongUse, call.span,
                  "'" + call.name + "' lacks its argument '" + parameter.name + "'");
    }
    if (parameter.tabular) {
      entry.value = argument;
      entry.definition = caller.environment;
    } else {
      TRY_ASSIGN(const BoundExpr* value, scalar(*argument, caller));
      TRY_ASSIGN(entry.scalar, argument_as(value, parameter.type));
    }
    inside = extend(std::move(entry));
  }
  return lets(function.value->lets, inside);
}

Binder::Table Binder::one_row(Span span) { return bindings_.add({.kind = PlanKind::kRows}, span); }

Binder::Table Binder::datatable(const Expr& expr, const Environment* environment) {
  Plan plan{.kind = PlanKind::kRows};
  const size_t width = expr.columns.size();
  if (width == 0 || expr.children.size() % width != 0) {
    return fail(DiagnosticCode::kWrongUse, expr.span,
                "the number of values is not a multiple of the number of columns");
  }
  Names names;
  for (const ColumnDeclaration& column : expr.columns) {
    TRY_ASSIGN(std::string name, names.claim(column.name, column.span));
    plan.columns.push_back(
        {bindings_.new_column_id(), std::move(name), column.type, column.type == Type::kDynamic});
  }
  for (size_t i = 0; i < expr.children.size(); ++i) {
    Column& column = plan.columns[i % width];
    TRY_ASSIGN(const BoundExpr* cell, scalar(*expr.children[i], {.environment = environment}));
    if (cell->kind != BoundKind::kLiteral) {
      return fail(DiagnosticCode::kNotSupported, cell->span, "the values of datatable must be constants");
    }
    TRY(align_literal(cell, column.type));
    if (is_null(cell->value) && column.type == Type::kString) {
      TRY_ASSIGN(cell, literal(Type::kString, std::string(), cell->span));
    }
    column.nullable = column.nullable || is_null(cell->value);
    plan.cells.push_back(cell);
  }
  return bindings_.add(std::move(plan), expr.span);
}

Binder::Table Binder::range(const Expr& expr, const Environment* environment) {
  Plan plan{.kind = PlanKind::kRange};
  for (const Expr* bound : expr.children) {
    TRY_ASSIGN(const BoundExpr* value, scalar(*bound, {.environment = environment}));
    plan.cells.push_back(value);
  }
  Type type = plan.cells[0]->type == Type::kInt ? Type::kLong : plan.cells[0]->type;
  if (is_number(type)) {
    for (const BoundExpr* cell : plan.cells) type = common_type(type, cell->type).value_or(Type::kString);
  }
  const Type step = type == Type::kDateTime ? Type::kTimeSpan : type;
  const bool counts = is_number(type) && type != Type::kDecimal;
  if (!counts && type != Type::kDateTime && type != Type::kTimeSpan) {
    return fail(DiagnosticCode::kWrongType, expr.span, "range counts numbers, datetimes and timespans");
  }
  for (size_t i = 0; i < plan.cells.size(); ++i) {
    const Type wanted = i == 2 ? step : type;
    if (!common_type(plan.cells[i]->type, wanted)) {
      return fail(DiagnosticCode::kWrongType, plan.cells[i]->span,
                  "range needs " + with_article(wanted) + " here");
    }
    TRY_ASSIGN(plan.cells[i], converted(plan.cells[i], wanted));
  }
  plan.columns.push_back({bindings_.new_column_id(), expr.name, type, false});
  return bindings_.add(std::move(plan), expr.span);
}

// print a, b=c: one row whose nameless columns are print_0, print_1 by their place.
Binder::Table Binder::print_row(const Expr& expr, const Environment* environment) {
  TRY_ASSIGN(const Plan* row, one_row(expr.span));
  Below below{.plan = row};
  Columns columns;
  std::vector<Assignment> assignments;
  Names names;
  for (size_t i = 0; i < expr.items.size(); ++i) {
    const Item& item = expr.items[i];
    TRY_ASSIGN(const std::vector<ItemValue> own, values(item, {.environment = environment, .below = &below}));
    for (const ItemValue& value : own) {
      std::string name = value.name;
      if (name.empty() && own.size() > 1) {
        name = names.number(value.stem);
      } else {
        TRY_ASSIGN(name, names.claim(name.empty() ? "print_" + std::to_string(i) : name, item.span));
      }
      columns.push_back({bindings_.new_column_id(), std::move(name), value.expr->type, value.expr->nullable});
      assignments.push_back({columns.back(), value.expr});
    }
  }
  TRY_ASSIGN(const Plan* rows, with_windows(below, expr.span));
  return projection(*rows, std::move(columns), std::move(assignments), expr.span);
}

Binder::Table Binder::projection(const Plan& input, Columns columns, std::vector<Assignment> assignments,
                                 Span span) {
  return bindings_.add({.kind = PlanKind::kProject,
                        .columns = std::move(columns),
                        .inputs = {&input},
                        .assignments = std::move(assignments)},
                       span);
}

Expected<BoundQuery> bind(const Query& query, const Catalog& catalog, int64_t now_ticks,
                          const Answers& answers, const CompileOptions& options, Bindings& bindings) {
  return Binder(catalog, now_ticks, answers, options, bindings).run(query);
}

}  // namespace linkgate::kql
