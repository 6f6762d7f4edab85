// Where rows come from: stored tables, constants, counted ranges.

#include "base/check.h"
#include "kql/convert.h"
#include "kql/lower_state.h"

namespace linkgate::kql {

using sql::Ref;
using sql::Source;

std::string_view PlanLowering::column_type(const Column& column) {
  return column.nullable ? sql_nullable_type(column.type) : sql_type(column.type);
}

Relation PlanLowering::scan(const Plan& plan, const ColumnSet& needed) {
  Relation relation(t_);
  Source& from = relation.select().from;
  from.kind = Source::Kind::kTable;
  from.database = plan.table->database;
  from.table = plan.table->table;
  from.final = plan.table->replacing;
  from.alias = t_.fresh("t");
  for (size_t i = 0; i < plan.columns.size(); ++i) {
    const Column& column = plan.columns[i];
    if (!needed.contains(column.id)) continue;
    const Ref stored = stored_column(from.alias, plan.table->columns[i]);
    if (column.type == Type::kDateTime)
      relation.set_stored(column, stored);
    else if (column.type == Type::kDynamic)
      relation.set(column, t_.call("nullIf", {stored, t_.text("null")}));
    else
      relation.set(column, stored);
  }
  return relation;
}

Ref PlanLowering::stored_column(const std::string& table, const CatalogColumn& column) {
  return t_.column(table, column.stored.empty() ? column.name : column.stored);
}

// FROM (SELECT arrayJoin([(...), ...]) AS r): an array keeps the order of the rows and needs no table
// function.
Relation PlanLowering::rows(const Plan& plan) {
  const size_t width = plan.columns.size();
  if (width == 0) return Relation(t_);  // one row of nothing: SELECT without FROM
  if (plan.lines != nullptr) return lines(plan);
  std::vector<Ref> tuples, cells;
  for (const BoundExpr* cell : plan.cells) {
    const size_t column = cells.size();
    CHECK(cell->kind == BoundKind::kLiteral);
    cells.push_back(t_.cast(lower_literal(t_, cell->type, cell->value), column_type(plan.columns[column])));
    if (cells.size() < width) continue;
    tuples.push_back(t_.call("tuple", std::move(cells)));
    cells.clear();
  }
  std::string type = "Array(Tuple(";
  for (size_t i = 0; i < width; ++i) type += (i > 0 ? ", " : "") + std::string(column_type(plan.columns[i]));
  sql::Select& inner = t_.select();
  const std::string row = t_.fresh("r");
  inner.items.push_back(
      {t_.call("arrayJoin", {t_.cast(t_.call("array", std::move(tuples)), type + "))")}), row});
  Relation relation = Relation::over(t_, inner);
  const Source& from = relation.select().from;
  for (size_t i = 0; i < width; ++i) {
    relation.set(plan.columns[i], t_.call("tupleElement", {t_.column(from.alias, row),
                                                           t_.integer(static_cast<int64_t>(i) + 1)}));
  }
  return relation;
}

// FROM (SELECT JSONExtract(line, 'Tuple(...)') AS r FROM (SELECT arrayJoin(splitByChar('\n', text)) AS line
// FROM values('text String', '...'))). The text is an argument of a table function because a constant of some
// other expression becomes part of its column's name, which the engine copies at each step.
Relation PlanLowering::lines(const Plan& plan) {
  sql::Select& split = t_.select();
  split.from.kind = Source::Kind::kFunction;
  split.from.function = t_.call("values", {t_.text("text String"), t_.data(*plan.lines)});
  split.from.alias = t_.fresh("t");
  const std::string line = t_.fresh("r"), row = t_.fresh("r");
  const Ref text = t_.column(split.from.alias, "text");
  split.items.push_back({t_.call("arrayJoin", {t_.call("splitByChar", {t_.text("\n"), text})}), line});
  std::string type = "Tuple(";
  for (size_t i = 0; i < plan.columns.size(); ++i) type += i > 0 ? ", Nullable(String)" : "Nullable(String)";
  sql::Select& read = t_.select();
  read.from.kind = Source::Kind::kSelects;
  read.from.selects = {&split};
  read.from.alias = t_.fresh("t");
  read.items.push_back(
      {t_.call("JSONExtract", {t_.column(read.from.alias, line), t_.text(type + ")")}), row});
  Relation relation = Relation::over(t_, read);
  const std::string& from = relation.select().from.alias;
  for (size_t i = 0; i < plan.columns.size(); ++i) {
    const Ref cell = t_.call("tupleElement", {t_.column(from, row), t_.integer(static_cast<int64_t>(i) + 1)});
    relation.set(plan.columns[i], t_.cast(cell, column_type(plan.columns[i])));
  }
  return relation;
}

// numbers(n) and arithmetic; no rows where the step leads away from the end.
Relation PlanLowering::range(const Plan& plan) {
  const Relation nothing(t_);
  const Ref first = lowered(*plan.cells[0], nothing);
  const Ref distance = t_.call("minus", {lowered(*plan.cells[1], nothing), first});
  const Ref step = lowered(*plan.cells[2], nothing);
  const Ref zero = t_.integer(0);
  const Ref towards = t_.call("equals", {t_.call("less", {distance, zero}), t_.call("less", {step, zero})});
  const Ref sound = t_.call("and", {t_.call("notEquals", {step, zero}),
                                    t_.call("or", {t_.call("equals", {distance, zero}), towards})});
  const bool real = plan.columns[0].type == Type::kReal;
  const Ref steps = real ? t_.call("floor", {t_.call("divide", {distance, step})})
                         : t_.call("intDivOrZero", {distance, step});
  const Ref count = t_.call("if", {sound, t_.call("plus", {steps, t_.integer(1)}), zero});
  Relation relation(t_);
  Source& from = relation.select().from;
  from.kind = Source::Kind::kFunction;
  from.function = t_.call("numbers", {t_.call("toUInt64", {t_.call("ifNull", {count, zero})})});
  from.alias = t_.fresh("t");
  const Ref number = t_.call("toInt64", {t_.column(from.alias, "number")});
  relation.set(plan.columns[0], t_.call("plus", {first, t_.call("multiply", {number, step})}));
  return relation;
}

}  // namespace linkgate::kql
