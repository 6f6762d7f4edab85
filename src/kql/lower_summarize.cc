#include <algorithm>

#include "kql/aggregate.h"
#include "kql/lower_state.h"

namespace linkgate::kql {

using sql::Ref;
using sql::Source;

Relation PlanLowering::summarize(const Plan& plan, const ColumnSet& needed) {
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
  const bool ordered =
      std::any_of(wanted.begin(), wanted.end(), [](const AggregateCall* a) { return a->aggregate->ordered; });
  if (input.limited()) input.nest(used);
  input.settle(used, used);
  const Ref row = ordered && !input.order().empty() ? input.number_rows(used) : nullptr;
  sql::Select& grouped = input.select();
  Relation relation = Relation::over(t_, grouped);
  const Source& from = relation.select().from;
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

void PlanLowering::aggregate(const AggregateCall& a, const Plan& plan, Ref row, Relation& input,
                             Relation& relation) {
  std::vector<Ref> args;
  for (const BoundExpr* arg : a.args) args.push_back(lowered(*arg, input));
  Ref condition = nullptr;
  if (a.aggregate->shape == AggregateShape::kWithIf) {
    const auto& parameters = a.aggregate->function.parameters;
    const auto is_bool = [](const ParameterSpec& p) {
      return p.types == 1U << static_cast<unsigned>(Type::kBool);
    };
    const auto at =
        static_cast<size_t>(std::find_if(parameters.begin(), parameters.end(), is_bool) - parameters.begin());
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

}  // namespace linkgate::kql
