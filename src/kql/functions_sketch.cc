// What is asked of the states of aggregates (sql_sketch.h).

#include <array>

#include "kql/function.h"
#include "kql/sql_json.h"
#include "kql/sql_sketch.h"
#include "kql/sql_time.h"

namespace linkgate::kql {
namespace {

using sql::Ref;

Ref all_hashes(LowerCall& l) {
  std::vector<Ref> lists;
  for (Ref state : l.args) lists.push_back(hashes_of(l.tree, state));
  return lists.size() == 1 ? lists[0] : l.tree.call("arrayConcat", std::move(lists));
}
Ref lower_hll_merge(LowerCall& l) { return hash_state(l.tree, all_hashes(l)); }
Ref lower_dcount_hll(LowerCall& l) {
  const Ref count = l.fn("toInt64", counted_by_hashes(l.tree, hashes_of(l.tree, l[0])));
  return l.fn("if", is_json_array(l.tree, l[0]), l.fn("toNullable", count), l.null());
}
// How many values all states have: of the smallest hashes of all together, those that each has.
Ref lower_dcount_all(LowerCall& l) {
  const Ref united = hashes_of(l.tree, lower_hll_merge(l));
  return l.let(united, [&l](Ref hashes) {
    std::vector<Ref> lists = {hashes};
    for (Ref state : l.args) lists.push_back(hashes_of(l.tree, state));
    const Ref shared = l.fn("length", l.tree.call("arrayIntersect", std::move(lists)));
    const Ref share = l.fn("divide", shared, l.fn("greatest", l.fn("length", hashes), l.integer(1)));
    return l.fn("toInt64", l.fn("round", l.fn("multiply", counted_by_hashes(l.tree, hashes), share)));
  });
}

Ref lower_tdigest_merge(LowerCall& l) {
  std::vector<Ref> values, counts, types;  // a state of nothing has no type
  for (Ref state : l.args) {
    types.push_back(digest_type(l.tree, state));
    values.push_back(digest_values(l.tree, state));
    counts.push_back(digest_counts(l.tree, state));
  }
  const Ref sums = l.fn("arrayReduce", l.text("sumMap"), l.tree.call("array", std::move(values)),
                        l.tree.call("array", std::move(counts)));
  return digest_state(l.tree, l.fn("arrayReduce", l.text("max"), l.tree.call("array", std::move(types))),
                      sums);
}
Ref cumulated(LowerCall& l) { return l.fn("arrayCumSum", digest_counts(l.tree, l[0])); }

// A number of a digest as what it was: whole, a real, or the text of a time.
Ref value_json(LowerCall& l, Ref number) {
  const Ref type = digest_type(l.tree, l[0]);
  const Ref whole = l.fn("toInt64", number);
  const auto json = [&](Ref value, Type t) {
    return l.fn("assumeNotNull", to_dynamic(l.tree, value, t, false));
  };
  return l.fn("multiIf", l.fn("equals", type, l.text("real")), json(number, Type::kReal),
              l.fn("equals", type, l.text("datetime")), json(whole, Type::kDateTime),
              l.fn("equals", type, l.text("timespan")), json(whole, Type::kTimeSpan),
              json(whole, Type::kLong));
}
// Nearest rank: the first value up to which there are that many.
Ref value_at(LowerCall& l, Ref percent) {
  return l.let(cumulated(l), [&](Ref up_to) {
    const Ref total = l.fn("arrayElement", up_to, l.integer(-1));
    constexpr double kHair = 1e-9;
    const Ref rank = l.fn(
        "ceil",
        l.fn("minus", l.fn("divide", l.fn("multiply", percent, total), l.integer(100)), l.tree.real(kHair)));
    const Ref wanted = l.fn("greatest", rank, l.integer(1));
    const Ref place =
        over(l.tree, "arrayFirstIndex", up_to, [&](Ref sum) { return l.fn("greaterOrEquals", sum, wanted); });
    const Ref found = l.fn("arrayElement", digest_values(l.tree, l[0]), place);
    const Ref json = l.let(found, [&](Ref number) { return value_json(l, number); });
    return l.fn("if", l.fn("equals", place, l.integer(0)), l.text("null"), json);
  });
}
Ref lower_percentile(LowerCall& l) { return l.fn("nullIf", value_at(l, l[1]), l.text("null")); }
Ref lower_percentiles_array(LowerCall& l) {
  if (l.arg(1).type == Type::kDynamic) {
    const Ref levels =
        each(l.tree, json_numbers(l.tree, l[1]), [&](Ref x) { return l.fn("ifNull", x, l.tree.real(0)); });
    return json_array(l.tree, each(l.tree, levels, [&](Ref level) { return value_at(l, level); }));
  }
  std::vector<Ref> members;
  for (size_t i = 1; i < l.size(); ++i) members.push_back(value_at(l, l[i]));
  return json_array(l.tree, l.tree.call("array", std::move(members)));
}
// How many are not above the value: a share of all, or their number.
Ref rank_of(LowerCall& l, bool percent) {
  const Ref number = l.fn("toFloat64", l[1]);
  const Ref below = over(l.tree, "arrayCount", digest_values(l.tree, l[0]),
                         [&](Ref v) { return l.fn("lessOrEquals", v, number); });
  const Ref rank = l.let(below, [&](Ref place) {
    const Ref sum = l.fn("toFloat64", l.fn("arrayElement", cumulated(l), place));
    const Ref counted = l.fn("if", l.fn("equals", place, l.integer(0)), l.tree.real(0), sum);
    if (!percent) return counted;
    const Ref total = l.fn("arraySum", digest_counts(l.tree, l[0]));
    return l.fn("divide", l.fn("multiply", counted, l.integer(100)), total);
  });
  return l.fn("if", is_json_array(l.tree, l[0]), l.fn("toNullable", rank), l.null());
}
Ref lower_rank(LowerCall& l) { return rank_of(l, false); }
Ref lower_percent_rank(LowerCall& l) { return rank_of(l, true); }

constexpr auto kNone = Naming::kNone;

constexpr auto kRows = std::to_array<FunctionRow>({
    {"hll_merge", "dynamic (dynamic, dynamic, dynamic...)", lower_hll_merge, kNone, nullptr, nullptr, false,
     "", "hll_merged_result"},
    {"dcount_hll", "long? (dynamic)", lower_dcount_hll, kNone, nullptr, nullptr, false, "", "dcount_hll_"},
    {"dcount of all", "long! (dynamic, dynamic...)", lower_dcount_all, kNone, nullptr, nullptr, true},
    {"tdigest_merge", "dynamic (dynamic, dynamic, dynamic...)", lower_tdigest_merge, kNone, nullptr, nullptr,
     false, "", "tdigests_merge_result"},
    {"merge_tdigest", "dynamic (dynamic, dynamic, dynamic...)", lower_tdigest_merge, kNone, nullptr, nullptr,
     false, "", "tdigests_merge_result"},
    {"percentile_tdigest", "dynamic (dynamic, real)", lower_percentile, kNone, nullptr, nullptr, false, "",
     "percentile_tdigest_"},
    {"percentiles_array_tdigest", "dynamic (dynamic, real, real...)", lower_percentiles_array, kNone, nullptr,
     nullptr, false, "", "percentile_tdigest_"},
    {"percentiles_array_tdigest", "dynamic (dynamic, dynamic)", lower_percentiles_array, kNone, nullptr,
     nullptr, false, "", "percentile_tdigest_"},
    {"rank_tdigest", "real? (dynamic, long|real|datetime|timespan)", lower_rank},
    {"percentrank_tdigest", "real? (dynamic, long|real|datetime|timespan)", lower_percent_rank},
});

}  // namespace

std::span<const FunctionRow> sketch_rows() { return kRows; }

}  // namespace linkgate::kql
