// Numbered rows, and rows that become several.

#include "kql/convert.h"
#include "kql/lower_state.h"

namespace linkgate::kql {

using sql::Ref;

Relation PlanLowering::number(const Plan& plan, const ColumnSet& needed) {
  ColumnSet below = needed;
  below.erase(plan.index->id);
  Relation relation = lower(*plan.inputs[0], below);
  if (!needed.contains(plan.index->id)) return relation;
  if (relation.limited()) relation.nest(below);
  const bool ordered = !relation.order().empty();
  const Ref number = relation.number_rows(below);
  relation.set(*plan.index, number);
  if (ordered) relation.set_order({{number, false, true}});
  return relation;
}

// The elements of a dynamic, each as JSON: those of an array; of a bag one a member; null and everything else
// is one element.
Ref PlanLowering::elements(Ref json, bool bags_as_pairs) {
  const auto text = [this](std::string_view value) { return t_.text(value); };
  const std::string member = t_.fresh("v");
  const auto part = [&](int64_t i) {
    return t_.call("tupleElement", {t_.column("", member), t_.integer(i)});
  };
  const Ref key = t_.call("replaceAll", {t_.call("toJSONString", {part(1)}), text("\\/"), text("/")});
  const Ref entry = t_.call("concat", {text(bags_as_pairs ? "[" : "{"), key, text(bags_as_pairs ? "," : ":"),
                                       part(2), text(bags_as_pairs ? "]" : "}")});
  return with_value(t_, json, [&](Ref value) {
    const Ref present = t_.call("ifNull", {value, text("null")});
    const Ref members = t_.call("JSONExtractKeysAndValuesRaw", {present});
    return t_.call("multiIf",
                   {t_.call("startsWith", {present, text("[")}), t_.call("JSONExtractArrayRaw", {present}),
                    t_.call("startsWith", {present, text("{")}),
                    t_.call("arrayMap", {t_.lambda(member, entry), members}), t_.call("array", {present})});
  });
}

// An array of (element, element, ..., place) for each row, of which arrayJoin makes rows.
Relation PlanLowering::expand(const Plan& plan, const ColumnSet& needed) {
  ColumnSet used, below = needed;
  for (const Assignment& a : plan.assignments) below.erase(a.column.id);
  if (plan.index) below.erase(plan.index->id);
  for (const Assignment& a : plan.assignments) add_columns(used, columns_of(*a.expr));
  const ColumnSet above = below;
  add_columns(below, used);
  Relation relation = lower(*plan.inputs[0], below);
  if (relation.limited()) relation.nest(below);
  relation.settle(used, below);
  std::vector<Ref> lists;
  for (const Assignment& a : plan.assignments)
    lists.push_back(elements(lowered(*a.expr, relation), plan.bags_as_pairs));
  Ref rows = t_.call("arrayZipUnaligned", std::move(lists));
  if (plan.limited)
    rows = t_.call("arraySlice", {rows, t_.integer(1), t_.integer(static_cast<int64_t>(plan.limit))});
  const bool ordered = !relation.order().empty();
  const bool indexed = ordered || (plan.index && needed.contains(plan.index->id));
  Ref row = nullptr, place = nullptr;
  if (indexed) {
    const Ref all = relation.keep(rows, above);
    const Ref both = relation.keep(
        t_.call("arrayJoin", {t_.call("arrayZip", {all, t_.call("arrayEnumerate", {all})})}), above);
    row = t_.call("tupleElement", {both, t_.integer(1)});
    place = t_.call("minus",
                    {t_.call("toInt64", {t_.call("tupleElement", {both, t_.integer(2)})}), t_.integer(1)});
  } else {
    row = relation.keep(t_.call("arrayJoin", {rows}), above);
  }
  for (size_t i = 0; i < plan.assignments.size(); ++i) {
    const Ref element = t_.call("tupleElement", {row, t_.integer(static_cast<int64_t>(i) + 1)});
    relation.set(plan.assignments[i].column, t_.call("nullIf", {element, t_.text("null")}));
  }
  if (plan.index && indexed) relation.set(*plan.index, place);
  if (ordered) {
    std::vector<sql::OrderKey> order = relation.order();
    order.push_back({place, false, true});
    relation.set_order(std::move(order));
  }
  return relation;
}

}  // namespace linkgate::kql
