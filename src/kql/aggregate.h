#pragma once
// Aggregates: one row each, in aggregates.cc. The signature is that of functions (function.h); `*` stands for
// all columns and is written as a last parameter "any..." with `star`.

#include <span>
#include <string_view>
#include <vector>

#include "kql/function.h"

namespace linkgate::kql {

struct LowerAggregate;
using LowerAggregateFunction = sql::Ref (*)(LowerAggregate&);

enum class AggregateShape : uint8_t {
  kPlain,        // one result
  kWithIf,       // the argument that is declared a bool is a condition (countif, sumif, ...)
  kArgExtreme,   // arg_max, arg_min: (expression, columns or *); result columns take the columns' names
  kTakeAny,      // take_any: columns or *, result columns as above
  kPercentiles,  // one result for each of the constants after the first argument
  kWeightedPercentiles  // or after the first two
};

struct AggregateRow {
  std::string_view name;
  std::string_view signature;
  std::string_view prefix;  // names the result: prefix_argument, or prefix_ where the argument is no column
  LowerAggregateFunction lower;
  AggregateShape shape = AggregateShape::kPlain;
  bool ordered = false;  // the result shows the order of the rows
};

struct Aggregate {
  std::string_view name;
  std::string_view prefix;
  LowerAggregateFunction lower = nullptr;
  AggregateShape shape = AggregateShape::kPlain;
  bool ordered = false;
  Function function;  // its types
};

std::span<const Aggregate> aggregates();
std::span<const AggregateRow> statistic_rows();
std::span<const AggregateRow> sketch_aggregate_rows();
std::vector<const Aggregate*> find_aggregates(std::string_view name);
std::vector<std::string_view> aggregate_names();

// What a lowering is given; SQL types as in LowerCall.
struct LowerAggregate {
  sql::Tree& tree;
  const AggregateCall& call;
  std::span<const sql::Ref> args;
  sql::Ref condition = nullptr;  // kWithIf: never null
  sql::Ref row = nullptr;        // rises in the order of the rows; null: they have none
  bool grouped = false;          // false: no `by`, so that the group may be empty

  sql::Ref operator[](size_t i) const { return args[i]; }
  const BoundExpr& arg(size_t i) const { return *call.args[i]; }
  template <typename... Args>
  sql::Ref fn(std::string_view name, Args... list) {
    return tree.call(name, std::vector<sql::Ref>{list...});
  }
  // The engine's aggregate, as nameIf(..., condition) where there is a condition.
  sql::Ref aggregate(std::string name, std::vector<sql::Ref> list, std::vector<sql::Ref> params = {}) {
    if (condition != nullptr) name += "If", list.push_back(condition);
    return tree.aggregate(name, std::move(params), std::move(list));
  }
};

}  // namespace linkgate::kql
