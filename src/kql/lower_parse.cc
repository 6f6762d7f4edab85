#include "kql/lower_state.h"

namespace linkgate::kql {

using sql::Ref;

// The groups of a match are one array, computed once; without a match it is empty, and its elements are ''.
Relation PlanLowering::parse(const Plan& plan, const ColumnSet& needed) {
  const ColumnSet used = columns_of(*plan.predicate);
  ColumnSet above = needed;
  above.erase(plan.index->id);
  for (const Column& column : plan.parsed) above.erase(column.id);
  ColumnSet below = above;
  add_columns(below, used);
  Relation relation = lower(*plan.inputs[0], below);
  if (relation.limited()) relation.nest(below);
  relation.settle(used, below);
  const Ref text = lowered(*plan.predicate, relation);
  if (plan.groups.empty()) {
    relation.set(*plan.index, t_.call("match", {text, t_.text(plan.pattern)}));
    return relation;
  }
  const Ref groups = relation.keep(t_.call("extractGroups", {text, t_.text(plan.pattern)}), above);
  relation.set(*plan.index, t_.call("notEmpty", {groups}));
  for (size_t i = 0; i < plan.parsed.size(); ++i)
    relation.set(plan.parsed[i], t_.call("arrayElement", {groups, t_.integer(plan.groups[i])}));
  return relation;
}

}  // namespace linkgate::kql
