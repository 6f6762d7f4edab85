// join and union.

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

std::string_view PlanLowering::join_words(JoinKind kind) {
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

Relation PlanLowering::join(const Plan& plan, const ColumnSet& needed) {
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
Relation PlanLowering::unite(const Plan& plan) {
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

}  // namespace linkgate::kql
