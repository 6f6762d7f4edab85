// join and union.

#include <algorithm>

#include "base/check.h"
#include "kql/lower_state.h"

namespace linkgate::kql {

using sql::Ref;
using sql::Source;

PlanLowering::Side PlanLowering::side(const Plan& plan, size_t which, const ColumnSet& needed,
                                      bool optional) {
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

std::string_view PlanLowering::join_words(JoinKind kind, bool turned) {
  switch (kind) {
    case JoinKind::kInnerUnique:
    case JoinKind::kInner:
      return "ALL INNER";
    case JoinKind::kLeftOuter:
      return turned ? "ALL RIGHT" : "ALL LEFT";
    case JoinKind::kRightOuter:
      return turned ? "ALL LEFT" : "ALL RIGHT";
    case JoinKind::kFullOuter:
      return "ALL FULL";
    case JoinKind::kLeftSemi:
      return turned ? "RIGHT SEMI" : "LEFT SEMI";
    case JoinKind::kLeftAnti:
      return turned ? "RIGHT ANTI" : "LEFT ANTI";
    case JoinKind::kRightSemi:
      return turned ? "LEFT SEMI" : "RIGHT SEMI";
    case JoinKind::kRightAnti:
      return turned ? "LEFT ANTI" : "RIGHT ANTI";
  }
  CHECK(false);
}

Ref PlanLowering::join_condition(const Plan& plan, const Side& left, const std::string& left_alias,
                                 const Side& right, const std::string& right_alias) {
  std::vector<Ref> terms;
  for (size_t i = 0; i < plan.join_keys.size(); ++i) {
    const JoinKey& key = plan.join_keys[i];
    // Null matches null and NaN matches NaN.
    const bool special = key.left->nullable || key.right->nullable || key.left->type == Type::kReal;
    const bool as_real = key.left->type != key.right->type &&
                         (key.left->type == Type::kReal || key.right->type == Type::kReal);
    Ref a = t_.column(left_alias, left.keys[i]), b = t_.column(right_alias, right.keys[i]);
    if (as_real) a = t_.call("toFloat64", {a}), b = t_.call("toFloat64", {b});
    terms.push_back(t_.call(special ? "isNotDistinctFrom" : "equals", {a, b}));
  }
  return t_.call("and", std::move(terms));
}

// The engine keeps the side that is written last in memory and reads the other past it.
Relation PlanLowering::join(const Plan& plan, const ColumnSet& needed) {
  const JoinKind kind = plan.join;
  const bool left_optional = kind == JoinKind::kRightOuter || kind == JoinKind::kFullOuter;
  const bool right_optional = kind == JoinKind::kLeftOuter || kind == JoinKind::kFullOuter;
  const Side left = side(plan, 0, needed, left_optional);
  const Side right = side(plan, 1, needed, right_optional);
  Relation relation(t_);
  Source& from = relation.select().from;
  from.kind = Source::Kind::kJoin;
  from.join = join_words(kind, plan.left_in_memory);
  const std::string left_alias = t_.fresh("t"), right_alias = t_.fresh("t");
  from.selects = {left.select, right.select};
  from.alias = left_alias;
  from.right_alias = right_alias;
  if (plan.left_in_memory) {
    std::swap(from.selects[0], from.selects[1]);
    std::swap(from.alias, from.right_alias);
  }
  from.on = join_condition(plan, left, left_alias, right, right_alias);
  for (const auto& [one, alias] : {std::pair(&left, &left_alias), std::pair(&right, &right_alias)}) {
    for (const auto& [id, inside] : one->values) {
      if (!needed.contains(id)) continue;
      const Ref value = t_.column(*alias, Relation::alias_of(inside.column));
      if (inside.stored != nullptr)
        relation.set_stored(inside.column, value);
      else
        relation.set(inside.column, value);
    }
  }
  return relation;
}

// An input of a union in terms of the union's columns, filtered.
Relation PlanLowering::union_input(const Plan& plan, size_t which, const ColumnSet& needed,
                                   const std::vector<const BoundExpr*>& filters) {
  const std::vector<const BoundExpr*>& sources = plan.union_columns[which];
  ColumnSet used;
  for (size_t k = 0; k < sources.size(); ++k) {
    if (needed.contains(plan.columns[k].id)) add_columns(used, columns_of(*sources[k]));
  }
  Relation input = lower(*plan.inputs[which], used);
  if (input.limited()) input.nest(used);
  for (size_t k = 0; k < sources.size(); ++k) {
    const Column& column = plan.columns[k];
    if (!needed.contains(column.id)) continue;
    const BoundExpr& source = *sources[k];
    const ColumnValue* plain = source.kind == BoundKind::kColumn && source.type == column.type
                                   ? &input.value(source.column)
                                   : nullptr;
    if (plain != nullptr && plain->stored != nullptr)
      input.set_stored(column, plain->stored);
    else if (plain != nullptr)
      input.set(column, plain->expr);
    else
      input.set(column, t_.cast(lowered(source, input), column_type(column)));
  }
  const auto keep_those = [&](const BoundExpr& filter) {
    input.settle(columns_of(filter), needed);
    conjuncts(filter, input);
  };
  if (!plan.union_filters.empty()) keep_those(*plan.union_filters[which]);
  for (const BoundExpr* filter : filters) keep_those(*filter);
  return input;
}

// Every input closed with the same columns in the same order; the first names them. What filters the union
// filters each input, where it can still reach the primary key.
Relation PlanLowering::unite(const Plan& plan, const ColumnSet& needed,
                             const std::vector<const BoundExpr*>& filters) {
  ColumnSet inside = needed;
  for (const BoundExpr* filter : filters) add_columns(inside, columns_of(*filter));
  for (const BoundExpr* filter : plan.union_filters) add_columns(inside, columns_of(*filter));
  std::vector<Relation> inputs;
  for (size_t i = 0; i < plan.inputs.size(); ++i) inputs.push_back(union_input(plan, i, inside, filters));
  Relation relation(t_);
  Source& from = relation.select().from;
  from.kind = Source::Kind::kSelects;
  from.alias = t_.fresh("t");
  for (const Column& column : plan.columns) {
    if (!needed.contains(column.id)) continue;
    const bool stored = std::all_of(inputs.begin(), inputs.end(), [&column](const Relation& input) {
      return input.value(column.id).stored != nullptr;
    });
    for (Relation& input : inputs) {
      const ColumnValue& value = input.value(column.id);
      input.select().items.push_back({stored ? value.stored : value.expr, Relation::alias_of(column)});
    }
    const Ref united = t_.column(from.alias, Relation::alias_of(column));
    if (stored)
      relation.set_stored(column, united);
    else
      relation.set(column, united);
  }
  for (Relation& input : inputs) {
    if (input.select().items.empty()) input.select().items.push_back({t_.integer(1), "n"});
    from.selects.push_back(&input.select());
  }
  return relation;
}

}  // namespace linkgate::kql
