// Aggregates whose results are states (sql_sketch.h), and the schema of dynamic values.

#include <array>

#include "kql/aggregate.h"
#include "kql/lower_native.h"
#include "kql/sql_json.h"
#include "kql/sql_sketch.h"

namespace linkgate::kql {
namespace {

using sql::Ref;
using Shape = AggregateShape;

Ref lower_hll(LowerAggregate& l) {
  const Ref hash = hash_of_value(l.tree, l[0], l.arg(0).type, l.arg(0).nullable);
  return hash_state(l.tree, l.aggregate("groupUniqArray", {hash}));
}
Ref lower_hll_merge(LowerAggregate& l) {
  return hash_state(l.tree, l.aggregate("groupUniqArrayArray", {hashes_of(l.tree, l[0])}));
}

Ref lower_tdigest(LowerAggregate& l) {
  const bool weighted = l.args.size() > 1;
  const Type type = l.arg(0).type;
  const Ref number = l.fn("toFloat64", l.arg(0).nullable ? l.fn("ifNull", l[0], l.tree.integer(0)) : l[0]);
  Ref weight = weighted ? l.fn("greatest", l.fn("ifNull", l[1], l.tree.integer(0)), l.tree.integer(0))
                        : l.tree.integer(1);
  if (l.arg(0).nullable) weight = l.fn("if", l.fn("isNull", l[0]), l.tree.integer(0), weight);
  if (type == Type::kReal) weight = l.fn("if", l.fn("isNaN", number), l.tree.integer(0), weight);
  // Ticks are too long for a double; the digits beyond are less than two microseconds.
  const Ref sums = l.aggregate("sumMap", {l.fn("array", number), l.fn("array", l.fn("toInt64", weight))});
  return digest_state(l.tree, l.tree.text(to_string(type)), sums);
}
Ref lower_tdigest_merge(LowerAggregate& l) {
  const Ref sums = l.aggregate("sumMap", {digest_values(l.tree, l[0]), digest_counts(l.tree, l[0])});
  return digest_state(l.tree, l.aggregate("max", {digest_type(l.tree, l[0])}), sums);
}

Ref lower_buildschema(LowerAggregate& l) {
  const Ref json = l.fn("ifNull", to_dynamic(l.tree, l[0], l.arg(0).type, true), l.tree.text("null"));
  const Ref members = l.aggregate("groupArray", {json});
  return native_call(l.tree, "buildschema", {l.fn("assumeNotNull", json_array(l.tree, members))});
}

constexpr auto kRows = std::to_array<AggregateRow>({
    {"hll", "dynamic! (any, int|long?#)", "hll", lower_hll},
    {"hll_if", "dynamic! (any, bool, int|long?#)", "hll_if", lower_hll, Shape::kWithIf},
    {"hll_merge", "dynamic! (dynamic)", "hll_merge", lower_hll_merge},
    {"tdigest", "dynamic! (long|real|datetime|timespan, int|long?)", "tdigest", lower_tdigest},
    {"tdigest_merge", "dynamic! (dynamic)", "merge_tdigests", lower_tdigest_merge},
    {"merge_tdigest", "dynamic! (dynamic)", "merge_tdigests", lower_tdigest_merge},
    {"buildschema", "dynamic? (dynamic)", "schema", lower_buildschema},
});

}  // namespace

std::span<const AggregateRow> sketch_aggregate_rows() { return kRows; }

}  // namespace linkgate::kql
