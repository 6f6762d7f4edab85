#include "kql/lower.h"

#include <algorithm>

#include "base/check.h"
#include "kql/aggregate.h"
#include "kql/convert.h"
#include "kql/lower_expression.h"
#include "kql/relation.h"

namespace linkgate::kql {
namespace {

using sql::Ref;
using sql::Source;

void add_columns(ColumnSet& set, const ColumnSet& more) { set.insert(more.begin(), more.end()); }

class PlanLowering {
 public:
  PlanLowering(sql::Tree& tree, const LowerOptions& options) : t_(tree), options_(options) {}

  // A relation with at least the columns `needed`.
  Relation lower(const Plan& plan, const ColumnSet& needed) {
    switch (plan.kind) {
      case PlanKind::kScan:
        return scan(plan, needed);
      case PlanKind::kRows:
        return rows(plan);
      case PlanKind::kRange:
        return range(plan);
      case PlanKind::kFilter:
        return filter(plan, needed);
      case PlanKind::kProject:
        return project(plan, needed);
      case PlanKind::kSummarize:
        return summarize(plan, needed);
      case PlanKind::kSort:
        return sort(plan, needed);
      case PlanKind::kLimit:
        return limit(plan, needed);
      case PlanKind::kJoin:
        return join(plan, needed);
      case PlanKind::kUnion:
        return unite(plan);
    }
    CHECK(false);
  }

  const sql::Select& result(const Plan& plan) {
    ColumnSet needed;
    for (const Column& column : plan.columns) needed.insert(column.id);
    Relation relation = lower(plan, needed);
    if (options_.row_limit > 0) {
      auto& limit = relation.select().limit;
      limit = std::min(limit.value_or(options_.row_limit), options_.row_limit);
    }
    return relation.close_as(plan.columns);
  }

  const sql::Select& closed_first_column(const Plan& plan, bool one_row) {
    Relation relation = lower(plan, {plan.columns[0].id});
    if (one_row) {
      if (relation.limited()) relation.nest({plan.columns[0].id});
      relation.select().limit = 1;
    }
    return relation.close_as({plan.columns[0]});
  }

 private:
  Ref lowered(const BoundExpr& expr, const Relation& relation) {
    return lower_expression(expr, t_, relation, options_.now_ticks, [this](const Plan& plan, bool one_row) {
      return &closed_first_column(plan, one_row);
    });
  }

  Relation scan(const Plan& plan, const ColumnSet& needed) {
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

  Ref stored_column(const std::string& table, const CatalogColumn& column) {
    return t_.column(table, column.stored.empty() ? column.name : column.stored);
  }

  // FROM (SELECT arrayJoin([(...), ...]) AS r): an array keeps the order of the rows and needs no table
  // function.
  Relation rows(const Plan& plan) {
    const size_t width = plan.columns.size();
    if (width == 0) return Relation(t_);  // one row of nothing: SELECT without FROM
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
    for (size_t i = 0; i < width; ++i)
      type += (i > 0 ? ", " : "") + std::string(column_type(plan.columns[i]));
    sql::Select& inner = t_.select();
    const std::string row = t_.fresh("r");
    inner.items.push_back(
        {t_.call("arrayJoin", {t_.cast(t_.call("array", std::move(tuples)), type + "))")}), row});
    Relation relation(t_);
    Source& from = relation.select().from;
    from.kind = Source::Kind::kSelects;
    from.selects = {&inner};
    from.alias = t_.fresh("t");
    for (size_t i = 0; i < width; ++i) {
      relation.set(plan.columns[i], t_.call("tupleElement", {t_.column(from.alias, row),
                                                             t_.integer(static_cast<int64_t>(i) + 1)}));
    }
    return relation;
  }

  static std::string_view column_type(const Column& column) {
    return column.nullable ? sql_nullable_type(column.type) : sql_type(column.type);
  }

  // numbers(n) and arithmetic; no rows where the step leads away from the end.
  Relation range(const Plan& plan) {
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

  Relation filter(const Plan& plan, const ColumnSet& needed) {
    const ColumnSet used = columns_of(*plan.predicate);
    ColumnSet below = needed;
    add_columns(below, used);
    Relation relation = lower(*plan.inputs[0], below);
    if (relation.limited()) relation.nest(below);
    relation.settle(used, below);
    conjuncts(*plan.predicate, relation);
    return relation;
  }

  // a and b: two entries of WHERE. Dropping a row for a null term is what `and` does as well.
  void conjuncts(const BoundExpr& predicate, Relation& relation) {
    if (predicate.kind == BoundKind::kCall && predicate.function->name == "and") {
      for (const BoundExpr* arg : predicate.args) conjuncts(*arg, relation);
    } else {
      relation.select().where.push_back(lowered(predicate, relation));
    }
  }

  Relation project(const Plan& plan, const ColumnSet& needed) {
    ColumnSet below = needed, used;
    std::vector<const Assignment*> wanted;
    for (const Assignment& a : plan.assignments) {
      below.erase(a.column.id);
      if (needed.contains(a.column.id)) wanted.push_back(&a);
    }
    for (const Assignment* a : wanted) add_columns(used, columns_of(*a->expr));
    add_columns(below, used);
    Relation relation = lower(*plan.inputs[0], below);
    relation.settle(used, below);
    std::vector<std::pair<Column, Ref>> computed;
    for (const Assignment* a : wanted) computed.emplace_back(a->column, lowered(*a->expr, relation));
    for (const auto& [column, expr] : computed) relation.set(column, expr);
    return relation;
  }

  Relation summarize(const Plan& plan, const ColumnSet& needed) {
    ColumnSet used;
    std::vector<const AggregateCall*> wanted;
    for (const AggregateCall& a : plan.aggregates) {
      const auto is_needed = [&needed](const Column& c) { return needed.contains(c.id); };
      if (std::any_of(a.columns.begin(), a.columns.end(), is_needed)) wanted.push_back(&a);
    }
    for (const Assignment& key : plan.assignments) add_columns(used, columns_of(*key.expr));
    for (const AggregateCall* a : wanted) {
      for (const BoundExpr* arg : a->args) add_columns(used, columns_of(*arg));
    }
    Relation input = lower(*plan.inputs[0], used);
    const bool ordered = std::any_of(wanted.begin(), wanted.end(),
                                     [](const AggregateCall* a) { return a->aggregate->ordered; });
    if (input.limited()) input.nest(used);
    input.settle(used, used);
    const Ref row = ordered && !input.order().empty() ? input.number_rows(used) : nullptr;
    sql::Select& grouped = input.select();
    Relation relation(t_);
    Source& from = relation.select().from;
    from.kind = Source::Kind::kSelects;
    from.selects = {&grouped};
    from.alias = t_.fresh("t");
    for (const Assignment& key : plan.assignments) {
      const Ref expr = lowered(*key.expr, input);
      const std::string alias = Relation::alias_of(key.column);
      grouped.items.push_back({expr, alias});
      grouped.group_by.push_back(expr);
      relation.set(key.column, t_.column(from.alias, alias));
    }
    for (const AggregateCall* a : wanted) aggregate(*a, plan, row, input, relation);
    if (grouped.items.empty()) {  // nothing of it is looked at, but its one row may be counted
      grouped.items.push_back({t_.aggregate("count", {}, {}), t_.fresh("n")});
    }
    return relation;
  }

  void aggregate(const AggregateCall& a, const Plan& plan, Ref row, Relation& input, Relation& relation) {
    std::vector<Ref> args;
    for (const BoundExpr* arg : a.args) args.push_back(lowered(*arg, input));
    Ref condition = nullptr;
    if (a.aggregate->shape == AggregateShape::kWithIf) {
      const size_t at = args.size() == 1 ? 0 : 1;
      condition = a.args[at]->nullable ? t_.call("ifNull", {args[at], t_.integer(0)}) : args[at];
    }
    LowerAggregate call{t_, a, args, condition, row, !plan.assignments.empty()};
    const std::string alias = a.columns.size() == 1 ? Relation::alias_of(a.columns[0]) : t_.fresh("a");
    input.select().items.push_back({a.aggregate->lower(call), alias});
    const Ref result = t_.column(relation.select().from.alias, alias);
    for (size_t i = 0; i < a.columns.size(); ++i) {
      relation.set(a.columns[i],
                   a.columns.size() == 1
                       ? result
                       : t_.call("tupleElement", {result, t_.integer(static_cast<int64_t>(i) + 1)}));
    }
  }

  Relation sort(const Plan& plan, const ColumnSet& needed) {
    ColumnSet used, below = needed;
    for (const SortKey& key : plan.sort_keys) add_columns(used, columns_of(*key.expr));
    add_columns(below, used);
    Relation relation = lower(*plan.inputs[0], below);
    if (relation.limited()) relation.nest(below);
    relation.settle(used, below);
    std::vector<sql::OrderKey> order;
    for (const SortKey& key : plan.sort_keys) {
      order.push_back({lowered(*key.expr, relation), key.descending, key.nulls_first});
    }
    relation.set_order(std::move(order));
    return relation;
  }

  Relation limit(const Plan& plan, const ColumnSet& needed) {
    Relation relation = lower(*plan.inputs[0], needed);
    if (relation.limited()) relation.nest(needed);
    relation.select().limit = plan.limit;
    return relation;
  }

  // One side of a join, closed, with its keys as items of their own.
  struct Side {
    const sql::Select* select = nullptr;
    std::vector<std::string> keys;
    std::map<int, ColumnValue> values;
  };

  Side side(const Plan& plan, size_t which, const ColumnSet& needed, bool optional) {
    ColumnSet used, kept;
    std::vector<const BoundExpr*> keys;
    for (const JoinKey& key : plan.join_keys) keys.push_back(which == 0 ? key.left : key.right);
    for (const BoundExpr* key : keys) add_columns(used, columns_of(*key));
    for (const Column& column : plan.inputs[which]->columns) {
      if (needed.contains(column.id)) kept.insert(column.id);
    }
    ColumnSet below = kept;
    add_columns(below, used);
    Relation relation = lower(*plan.inputs[which], below);
    const bool unique = plan.join == JoinKind::kInnerUnique && which == 0;
    if (relation.limited() && unique) relation.nest(below);
    relation.settle(used, below);
    Side found;
    for (const BoundExpr* key : keys) {
      const Ref expr = lowered(*key, relation);
      found.keys.push_back(t_.fresh("k"));
      relation.select().items.push_back({expr, found.keys.back()});
      if (unique) relation.select().limit_by.push_back(expr);
    }
    found.values = relation.values();
    found.select = &relation.close(kept, optional ? Relation::Outer::kYes : Relation::Outer::kNo);
    return found;
  }

  static std::string_view join_words(JoinKind kind) {
    switch (kind) {
      case JoinKind::kInnerUnique:
      case JoinKind::kInner:
        return "ALL INNER";
      case JoinKind::kLeftOuter:
        return "ALL LEFT";
      case JoinKind::kRightOuter:
        return "ALL RIGHT";
      case JoinKind::kFullOuter:
        return "ALL FULL";
      case JoinKind::kLeftSemi:
        return "LEFT SEMI";
      case JoinKind::kLeftAnti:
        return "LEFT ANTI";
      case JoinKind::kRightSemi:
        return "RIGHT SEMI";
      case JoinKind::kRightAnti:
        return "RIGHT ANTI";
    }
    CHECK(false);
  }

  Relation join(const Plan& plan, const ColumnSet& needed) {
    const JoinKind kind = plan.join;
    const bool left_optional = kind == JoinKind::kRightOuter || kind == JoinKind::kFullOuter;
    const bool right_optional = kind == JoinKind::kLeftOuter || kind == JoinKind::kFullOuter;
    const Side left = side(plan, 0, needed, left_optional);
    const Side right = side(plan, 1, needed, right_optional);
    Relation relation(t_);
    Source& from = relation.select().from;
    from.kind = Source::Kind::kJoin;
    from.join = join_words(kind);
    from.selects = {left.select, right.select};
    from.alias = t_.fresh("t");
    from.right_alias = t_.fresh("t");
    std::vector<Ref> terms;
    for (size_t i = 0; i < plan.join_keys.size(); ++i) {
      const JoinKey& key = plan.join_keys[i];
      // Null matches null and NaN matches NaN.
      const bool special = key.left->nullable || key.right->nullable || key.left->type == Type::kReal;
      terms.push_back(
          t_.call(special ? "isNotDistinctFrom" : "equals",
                  {t_.column(from.alias, left.keys[i]), t_.column(from.right_alias, right.keys[i])}));
    }
    from.on = terms.size() == 1 ? terms[0] : t_.call("and", std::move(terms));
    for (size_t which = 0; which < 2; ++which) {
      const std::string& table = which == 0 ? from.alias : from.right_alias;
      const Side& from_side = which == 0 ? left : right;
      for (const auto& [id, inside] : from_side.values) {
        if (!needed.contains(id)) continue;
        const Ref value = t_.column(table, Relation::alias_of(inside.column));
        if (inside.stored != nullptr)
          relation.set_stored(inside.column, value);
        else
          relation.set(inside.column, value);
      }
    }
    return relation;
  }

  // Every input closed with the same columns in the same order, as KQL values; the first names them.
  Relation unite(const Plan& plan) {
    Relation relation(t_);
    Source& from = relation.select().from;
    from.kind = Source::Kind::kSelects;
    from.alias = t_.fresh("t");
    for (size_t i = 0; i < plan.inputs.size(); ++i) {
      ColumnSet used;
      for (const BoundExpr* expr : plan.union_columns[i]) add_columns(used, columns_of(*expr));
      Relation input = lower(*plan.inputs[i], used);
      if (input.limited()) input.nest(used);
      for (size_t k = 0; k < plan.columns.size(); ++k) {
        const Column& column = plan.columns[k];
        const Ref value = t_.cast(lowered(*plan.union_columns[i][k], input), column_type(column));
        input.select().items.push_back({value, Relation::alias_of(column)});
      }
      from.selects.push_back(&input.select());
    }
    for (const Column& column : plan.columns)
      relation.set(column, t_.column(from.alias, Relation::alias_of(column)));
    return relation;
  }

  sql::Tree& t_;
  const LowerOptions& options_;
};

}  // namespace

Expected<const sql::Select*> lower(const Plan& plan, sql::Tree& tree, const LowerOptions& options) {
  return &PlanLowering(tree, options).result(plan);
}

}  // namespace linkgate::kql
