// make-series: the places of a group and the values at them as arrays, then one array with a value for every
// place.

#include "kql/convert.h"
#include "kql/lower_state.h"

namespace linkgate::kql {
namespace {

constexpr int64_t kMaxPlaces = 1'048'576;  // of a series in Kusto

}  // namespace

using sql::Ref;
using sql::Source;

// FROM (SELECT keys, groupArray(place), groupArray(value), ... GROUP BY keys): values as JSON, never null, so
// that the arrays are of one length. The arrays stand for the columns until they are complete.
Relation PlanLowering::collected(const Plan& plan, const ColumnSet& needed) {
  ColumnSet used = {plan.axis.id};
  for (const Assignment& key : plan.keys) used.insert(key.column.id);
  for (const Assignment& a : plan.assignments) {
    if (needed.contains(a.column.id)) add_columns(used, columns_of(*a.expr));
  }
  Relation input = lower(*plan.inputs[0], used);
  if (input.limited()) input.nest(used);
  input.settle(used, used);
  sql::Select& grouped = input.select();
  Relation relation = Relation::over(t_, grouped);
  const Source& from = relation.select().from;
  const auto collect = [&](const Column& column, Ref expr) {
    grouped.items.push_back({expr, Relation::alias_of(column)});
    relation.set(column, t_.column(from.alias, Relation::alias_of(column)));
  };
  for (const Assignment& key : plan.keys) {
    const Ref value = lowered(*key.expr, input);
    collect(key.column, value);
    grouped.group_by.push_back(value);
  }
  const Ref place = input.value(plan.axis.id).expr;
  collect(*plan.index,
          t_.aggregate("groupArray", {}, {plan.axis.nullable ? t_.call("assumeNotNull", {place}) : place}));
  for (const Assignment& a : plan.assignments) {
    if (!needed.contains(a.column.id)) continue;
    const Ref json = to_dynamic(t_, lowered(*a.expr, input), a.expr->type, a.expr->nullable);
    collect(a.column, t_.aggregate("groupArray", {}, {t_.call("ifNull", {json, t_.text("null")})}));
  }
  return relation;
}

Ref PlanLowering::bound_of(const BoundExpr& expr, const Relation& relation) {
  const Ref value = lowered(expr, relation);
  return expr.nullable ? t_.call("ifNull", {value, t_.integer(0)}) : value;
}

// How many places there are from `start` on.
Ref PlanLowering::place_count(const Plan& plan, Ref start, Ref places, const Relation& relation) {
  const bool real = plan.axis.type == Type::kReal;
  const Ref step = bound_of(*plan.step, relation), one = t_.integer(1);
  const Ref end = plan.to != nullptr ? bound_of(*plan.to, relation) : t_.call("arrayMax", {places});
  const Ref distance = t_.call("minus", {end, start});
  Ref count = nullptr;
  if (plan.to == nullptr || plan.to_inclusive) {
    const Ref steps = real ? t_.call("floor", {t_.call("divide", {distance, step})})
                           : t_.call("intDivOrZero", {distance, step});
    const Ref whole = t_.call("plus", {steps, one});
    count = t_.call("if", {t_.call("less", {distance, t_.integer(0)}), t_.integer(0), whole});
  } else {
    count = real
                ? t_.call("ceil", {t_.call("divide", {distance, step})})
                : t_.call("intDivOrZero", {t_.call("minus", {t_.call("plus", {distance, step}), one}), step});
  }
  const Ref sound = t_.call("greater", {step, t_.integer(0)});
  const Ref bounded = t_.call("least", {t_.call("greatest", {count, t_.integer(0)}), t_.integer(kMaxPlaces)});
  return t_.call("if", {sound, t_.call("toUInt64", {bounded}), t_.call("toUInt64", {t_.integer(0)})});
}

Ref PlanLowering::joined(Ref list) {
  return t_.call(
      "toNullable",
      {t_.call("concat", {t_.text("["), t_.call("arrayStringConcat", {list, t_.text(",")}), t_.text("]")})});
}

Relation PlanLowering::series(const Plan& plan, const ColumnSet& needed) {
  Relation relation = collected(plan, needed);
  ColumnSet all;
  for (const auto& [id, value] : relation.values()) all.insert(id);
  if (plan.keys.empty() && !plan.nonempty) {  // no rows, no series
    relation.select().where.push_back(t_.call("notEmpty", {relation.value(plan.index->id).expr}));
  }
  const Ref first = plan.from != nullptr ? bound_of(*plan.from, relation)
                                         : t_.call("arrayMin", {relation.value(plan.index->id).expr});
  const Ref frame =
      relation.keep(with_value(t_, first,
                               [&](Ref start) {
                                 const Ref places = relation.value(plan.index->id).expr;
                                 return t_.call("tuple", {start, place_count(plan, start, places, relation)});
                               }),
                    all);
  const Ref start = t_.call("tupleElement", {frame, t_.integer(1)});
  const Ref count = t_.call("tupleElement", {frame, t_.integer(2)});
  const Ref step = bound_of(*plan.step, relation);
  const bool real = plan.axis.type == Type::kReal;

  const std::string place = t_.fresh("v");
  const Ref distance = t_.call("minus", {t_.column("", place), start});
  const Ref steps = real ? t_.call("round", {t_.call("divide", {distance, step})})
                         : t_.call("intDivOrZero", {distance, step});
  const Ref positions = t_.call(
      "arrayMap", {t_.lambda(place, t_.call("toUInt32", {steps})), relation.value(plan.index->id).expr});
  for (size_t i = 0; i < plan.assignments.size(); ++i) {
    const Column& column = plan.assignments[i].column;
    if (!needed.contains(column.id)) continue;
    const Ref filled = t_.call(
        "arrayResize",
        {t_.call("arrayReduce", {t_.text("groupArrayInsertAt"), relation.value(column.id).expr, positions}),
         count});
    const BoundExpr& fallback = *plan.cells[i];
    const Ref missing = t_.call(
        "ifNull",
        {to_dynamic(t_, lowered(fallback, relation), fallback.type, fallback.nullable), t_.text("null")});
    const std::string value = t_.fresh("v");
    const Ref present = t_.column("", value);
    const Ref body = t_.call("if", {t_.call("equals", {present, t_.text("")}), missing, present});
    relation.set(column, joined(t_.call("arrayMap", {t_.lambda(value, body), filled})));
  }
  if (needed.contains(plan.index->id)) {
    const std::string number = t_.fresh("v");
    const Ref at =
        t_.call("plus", {start, t_.call("multiply", {t_.call("toInt64", {t_.column("", number)}), step})});
    const Ref json = t_.call("assumeNotNull", {to_dynamic(t_, at, plan.axis.type, false)});
    relation.set(*plan.index,
                 joined(t_.call("arrayMap", {t_.lambda(number, json), t_.call("range", {count})})));
  }
  return relation;
}

}  // namespace linkgate::kql
