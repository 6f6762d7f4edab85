// The aggregates.

#include <algorithm>
#include <array>

#include "kql/aggregate.h"
#include "kql/sql_json.h"

namespace linkgate::kql {
namespace {

using sql::Ref;
using Shape = AggregateShape;

Ref lower_count(LowerAggregate& l) { return l.fn("toInt64", l.aggregate("count", {})); }
Ref lower_dcount(LowerAggregate& l) { return l.fn("toInt64", l.aggregate("uniqExact", {l[0]})); }

// Of nothing, or of nulls alone, sum is 0 and avg is NaN.
Ref lower_sum(LowerAggregate& l) {
  const Ref sum = l.aggregate("sum", {l[0]});
  return l.arg(0).nullable ? l.fn("ifNull", sum, l.tree.integer(0)) : sum;
}
Ref lower_avg(LowerAggregate& l) {
  const Ref mean = l.aggregate("avg", {l[0]});
  return l.arg(0).nullable ? l.fn("ifNull", mean, l.tree.real(std::numeric_limits<double>::quiet_NaN()))
                           : mean;
}
Ref lower_avg_decimal(LowerAggregate& l) {
  const Ref count = l.aggregate("count", {l[0]});
  const Ref sound = l.fn("toDecimal256", l.fn("greatest", count, l.tree.integer(1)), l.tree.integer(0));
  const Ref sum =
      l.fn("ifNull", l.aggregate("sum", {l[0]}), l.fn("toDecimal256", l.tree.integer(0), l.tree.integer(20)));
  return l.fn("if", l.fn("equals", count, l.tree.integer(0)), l.tree.null(),
              l.fn("divideDecimal", sum, sound, l.tree.integer(20)));
}
// Ticks are too long for the engine's mean, which is a Float64.
Ref lower_avg_ticks(LowerAggregate& l) {
  const Ref sum = l.aggregate("sum", {l.fn("toInt128", l[0])});
  const Ref count = l.aggregate("count", {l[0]});
  return l.fn(
      "if", l.fn("equals", count, l.tree.integer(0)), l.tree.null(),
      l.fn("toInt64", l.fn("intDivOrZero", l.fn("ifNull", sum, l.tree.integer(0)), l.fn("toInt128", count))));
}

// The engine's extreme of nothing is 0, not null; of strings it is '', as it should be.
// NaN is the extreme of every group that has one.
Ref extreme(LowerAggregate& l, std::string name) {
  if (l.arg(0).type == Type::kReal) {
    const Ref has_nan = l.aggregate("max", {l.fn("isNaN", l[0])});
    return l.fn("if", has_nan, l.tree.real(std::numeric_limits<double>::quiet_NaN()),
                l.aggregate(name + "OrNull", {l[0]}));
  }
  return l.aggregate(l.arg(0).type == Type::kString ? name : name + "OrNull", {l[0]});
}
Ref lower_min(LowerAggregate& l) { return extreme(l, "min"); }
Ref lower_max(LowerAggregate& l) { return extreme(l, "max"); }

Ref spread(LowerAggregate& l, std::string name) {
  const Ref value = l.fn("ifNull", l.aggregate(std::move(name), {l[0]}), l.tree.real(0));
  return with_value(l.tree, value, [&l](Ref v) { return l.fn("if", l.fn("isNaN", v), l.tree.real(0), v); });
}
Ref lower_stdev(LowerAggregate& l) { return spread(l, "stddevSamp"); }
Ref lower_stdevp(LowerAggregate& l) { return spread(l, "stddevPop"); }
Ref lower_variance(LowerAggregate& l) { return spread(l, "varSamp"); }
Ref lower_variancep(LowerAggregate& l) { return spread(l, "varPop"); }

// An array among the values stands for its members.
Ref flattened(LowerAggregate& l, Ref list) {
  if (l.arg(0).type != Type::kDynamic) return list;
  const std::string name = l.tree.fresh("v");
  const Ref json = l.fn("assumeNotNull", l.tree.column("", name));
  const Ref is_array = l.fn("startsWith", json, l.tree.text("["));
  const Ref members = l.fn("if", is_array, l.fn("JSONExtractArrayRaw", json), l.fn("array", json));
  return l.fn("arrayFlatten", l.fn("arrayMap", l.tree.lambda(name, members), list));
}

// The values' JSON in the order of the rows where they have one; nulls are left out unless they are asked
// for.
Ref values(LowerAggregate& l, bool with_nulls = false) {
  Ref json = to_dynamic(l.tree, l[0], l.arg(0).type, l.arg(0).nullable);
  if (with_nulls) json = l.fn("ifNull", json, l.tree.text("null"));
  if (l.row == nullptr) return flattened(l, l.aggregate("groupArray", {json}));
  const std::string pair = l.tree.fresh("v");
  const auto part = [&](int64_t i) {
    return l.tree.lambda(pair, l.fn("tupleElement", l.tree.column("", pair), l.tree.integer(i)));
  };
  const Ref pairs = l.aggregate("groupArray", {l.fn("tuple", l.row, json)});
  const Ref sorted = l.fn("arrayMap", part(2), l.fn("arraySort", part(1), pairs));
  const std::string value = l.tree.fresh("v");
  const Ref present =
      l.fn("arrayFilter", l.tree.lambda(value, l.fn("isNotNull", l.tree.column("", value))), sorted);
  return flattened(l, present);
}

constexpr int64_t kMaxElements = 1'048'576;

// An optional constant limits the number of elements; it comes after the value and, in the _if forms, the
// condition.
Ref as_array(LowerAggregate& l, Ref members) {
  const size_t limit_at = l.condition != nullptr ? 2 : 1;
  const bool limited = l.args.size() > limit_at;
  const Ref limit = limited ? l[limit_at] : l.tree.integer(kMaxElements);
  const Ref kept = l.fn("arraySlice", members, l.tree.integer(1), limit);
  const Ref list = l.fn("arrayStringConcat", kept, l.tree.text(","));
  return l.fn("toNullable", l.fn("concat", l.tree.text("["), list, l.tree.text("]")));
}
// A list of dynamics keeps its nulls.
Ref lower_make_list(LowerAggregate& l) { return as_array(l, values(l, l.arg(0).type == Type::kDynamic)); }
Ref lower_make_list_with_nulls(LowerAggregate& l) { return as_array(l, values(l, true)); }
Ref lower_make_set(LowerAggregate& l) { return as_array(l, l.fn("arrayDistinct", values(l))); }

// The bags as one: of a name that several have, the first decides. What is no bag adds nothing.
Ref lower_make_bag(LowerAggregate& l) {
  const Ref properties = each(l.tree, values(l), [&l](Ref bag) { return json_properties(l.tree, bag); });
  const size_t limit_at = l.condition != nullptr ? 2 : 1;
  const Ref limit = l.args.size() > limit_at ? l[limit_at] : l.tree.integer(kMaxElements);
  return json_bag(l.tree, l.fn("arraySlice", l.fn("arrayFlatten", properties), l.tree.integer(1), limit));
}

// NaN wins in both directions. (E, a, b) of the row whose E is extreme: one row's values together, never
// column by column. A null E loses.
Ref arg_extreme(LowerAggregate& l, std::string name, bool largest) {
  std::vector<Ref> row;
  for (size_t i = 0; i < l.args.size(); ++i) {
    const BoundExpr& arg = l.arg(i);
    // An empty group's row is null throughout, which the engine knows of nullable members only.
    const bool wrap = !l.grouped && arg.type != Type::kString && !arg.nullable;
    row.push_back(wrap ? l.fn("toNullable", l[i]) : l[i]);
  }
  std::vector<Ref> key;
  if (l.arg(0).nullable) key.push_back(l.fn(largest ? "isNotNull" : "isNull", l[0]));
  const Ref value = l.arg(0).nullable ? l.fn("assumeNotNull", l[0]) : l[0];
  if (l.arg(0).type == Type::kReal) {
    const Ref is_nan = l.fn("isNaN", value);
    key.push_back(largest ? is_nan : l.fn("not", is_nan));
  }
  key.push_back(value);
  const Ref extreme = l.aggregate(
      std::move(name), {l.tree.call("tuple", std::move(row)), l.tree.call("tuple", std::move(key))});
  return l.args.size() == 1 ? l.fn("tupleElement", extreme, l.tree.integer(1)) : extreme;
}
Ref lower_arg_max(LowerAggregate& l) { return arg_extreme(l, "argMax", true); }
Ref lower_arg_min(LowerAggregate& l) { return arg_extreme(l, "argMin", false); }

Ref lower_take_any(LowerAggregate& l) {
  if (l.args.size() == 1) {
    const bool wrap = !l.grouped && l.arg(0).type != Type::kString && !l.arg(0).nullable;
    return l.aggregate("any", {wrap ? l.fn("toNullable", l[0]) : l[0]});
  }
  std::vector<Ref> row;
  for (size_t i = 0; i < l.args.size(); ++i) {
    const bool wrap = !l.grouped && l.arg(i).type != Type::kString && !l.arg(i).nullable;
    row.push_back(wrap ? l.fn("toNullable", l[i]) : l[i]);
  }
  return l.aggregate("any", {l.tree.call("tuple", std::move(row))});
}

Ref lower_take_any_if(LowerAggregate& l) { return l.aggregate("any", {l[0]}); }

constexpr auto kRows = std::to_array<AggregateRow>({
    {"count", "long! ()", "count", lower_count},
    {"count", "long! (int|long|real|string|datetime|timespan|guid|dynamic)", "count",
     lower_count},  // rows, nulls too
    {"cnt", "long! ()", "cnt", lower_count},
    {"countif", "long! (bool)", "countif", lower_count, Shape::kWithIf},
    {"dcount", "long! (scalar, int|long?#)", "dcount", lower_dcount},
    {"dcount", "long! (dynamic, int|long?#)", "dcount", lower_dcount},
    {"dcountif", "long! (any, bool, int|long?#)", "dcountif", lower_dcount, Shape::kWithIf},
    {"count_distinct", "long! (any)", "count_distinct", lower_dcount},
    {"count_distinctif", "long! (any, bool)", "count_distinctif", lower_dcount, Shape::kWithIf},
    {"sum", "long! (int|long)", "sum", lower_sum},
    {"sum", "real! (real)", "sum", lower_sum},
    {"sum", "decimal! (decimal)", "sum", lower_sum},
    {"sum", "timespan! (timespan)", "sum", lower_sum},
    {"sumif", "long! (int|long, bool)", "sumif", lower_sum, Shape::kWithIf},
    {"sumif", "real! (real, bool)", "sumif", lower_sum, Shape::kWithIf},
    {"sumif", "decimal! (decimal, bool)", "sumif", lower_sum, Shape::kWithIf},
    {"sumif", "timespan! (timespan, bool)", "sumif", lower_sum, Shape::kWithIf},
    {"avg", "real! (number)", "avg", lower_avg},
    {"avg", "decimal? (decimal)", "avg", lower_avg_decimal},
    {"avg", "timespan? (timespan)", "avg", lower_avg_ticks},
    {"avg", "datetime? (datetime)", "avg", lower_avg_ticks},
    {"avgif", "real! (number, bool)", "avgif", lower_avg, Shape::kWithIf},
    {"avgif", "decimal? (decimal, bool)", "avgif", lower_avg_decimal, Shape::kWithIf},
    {"avgif", "timespan? (timespan, bool)", "avgif", lower_avg_ticks, Shape::kWithIf},
    {"avgif", "datetime? (datetime, bool)", "avgif", lower_avg_ticks, Shape::kWithIf},
    {"min", "T? (scalar)", "min", lower_min},
    {"max", "T? (scalar)", "max", lower_max},
    {"minif", "T? (scalar, bool)", "minif", lower_min, Shape::kWithIf},
    {"maxif", "T? (scalar, bool)", "maxif", lower_max, Shape::kWithIf},
    {"stdev", "real! (number)", "stdev", lower_stdev},
    {"stdevp", "real! (number)", "stdevp", lower_stdevp},
    {"stdevif", "real! (number, bool)", "stdevif", lower_stdev, Shape::kWithIf},
    {"variance", "real! (number)", "variance", lower_variance},
    {"variancep", "real! (number)", "variancep", lower_variancep},
    {"varianceif", "real! (number, bool)", "varianceif", lower_variance, Shape::kWithIf},
    {"variancepif", "real! (number, bool)", "variancepif", lower_variancep, Shape::kWithIf},
    {"stdevpif", "real! (number, bool)", "stdevpif", lower_stdevp, Shape::kWithIf},
    {"make_list", "dynamic! (any, int|long?#)", "list", lower_make_list, Shape::kPlain, true},
    {"make_list_if", "dynamic! (any, bool, int|long?#)", "list", lower_make_list, Shape::kWithIf, true},
    {"make_set", "dynamic! (any, int|long?#)", "set", lower_make_set, Shape::kPlain, true},
    {"make_set_if", "dynamic! (any, bool, int|long?#)", "set", lower_make_set, Shape::kWithIf, true},
    {"make_list_with_nulls", "dynamic! (any, int|long?#)", "list", lower_make_list_with_nulls, Shape::kPlain,
     true},
    {"make_bag", "dynamic! (dynamic, int|long?#)", "bag", lower_make_bag, Shape::kPlain, true},
    {"make_bag_if", "dynamic! (dynamic, bool, int|long?#)", "bag", lower_make_bag, Shape::kWithIf, true},
    {"make_dictionary", "dynamic! (dynamic, int|long?#)", "dictionary", lower_make_bag, Shape::kPlain, true},
    {"makelist", "dynamic! (any, int|long?#)", "list", lower_make_list, Shape::kPlain, true},
    {"makeset", "dynamic! (any, int|long?#)", "set", lower_make_set, Shape::kPlain, true},
    {"arg_max", "dynamic? (scalar, any...)", "max", lower_arg_max, Shape::kArgExtreme},
    {"arg_min", "dynamic? (scalar, any...)", "min", lower_arg_min, Shape::kArgExtreme},
    {"argmax", "dynamic? (scalar, any...)", "max", lower_arg_max, Shape::kArgExtreme},
    {"argmin", "dynamic? (scalar, any...)", "min", lower_arg_min, Shape::kArgExtreme},
    {"take_any", "T? (any, any...)", "take_any", lower_take_any, Shape::kTakeAny},
    {"any", "T? (any, any...)", "any", lower_take_any, Shape::kTakeAny},
    {"take_anyif", "T? (T, bool)", "", lower_take_any_if, Shape::kWithIf},
    {"anyif", "T? (T, bool)", "anyif", lower_take_any_if, Shape::kWithIf},
});

std::vector<Aggregate> build() {
  std::vector<Aggregate> all;
  for (std::span<const AggregateRow> rows :
       {std::span<const AggregateRow>(kRows), statistic_rows(), sketch_aggregate_rows()}) {
    for (const AggregateRow& row : rows) {
      all.push_back({row.name, row.prefix, row.lower, row.shape, row.ordered,
                     parse_signature({row.name, row.signature, nullptr})});
    }
  }
  return all;
}

}  // namespace

std::span<const Aggregate> aggregates() {
  static const std::vector<Aggregate> all = build();
  return all;
}

std::vector<const Aggregate*> find_aggregates(std::string_view name) {
  std::vector<const Aggregate*> found;
  for (const Aggregate& row : aggregates()) {
    if (row.name == name) found.push_back(&row);
  }
  return found;
}

std::vector<std::string_view> aggregate_names() {
  std::vector<std::string_view> names;
  for (const Aggregate& row : aggregates()) {
    if (std::find(names.begin(), names.end(), row.name) == names.end()) names.push_back(row.name);
  }
  return names;
}

}  // namespace linkgate::kql
