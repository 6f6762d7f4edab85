// Percentiles, covariances and bits.

#include <algorithm>
#include <array>
#include <cmath>

#include "kql/aggregate.h"
#include "kql/json.h"

namespace linkgate::kql {
namespace {

using sql::Ref;
using Shape = AggregateShape;

std::optional<double> number_of(const Value& value) {
  if (const auto* whole = std::get_if<int64_t>(&value)) return static_cast<double>(*whole);
  if (const auto* real = std::get_if<double>(&value)) return *real;
  return std::nullopt;
}

// Nearest rank: element ceil(p*n). The engine's exact quantile takes floor(p*n)+1, which is one more where
// p*n is whole; a level that is a hair lower makes them agree. Weighted, it takes ceil(p*sum) itself.
Ref level_of(LowerAggregate& l, double percent) {
  constexpr double kHair = 1e-12;
  return l.tree.real(std::isnan(percent) ? 0.0 : std::clamp(percent / 100 - kHair, 0.0, 1.0));
}
Ref one_percentile(LowerAggregate& l, double percent) {
  return l.aggregate("quantileExactOrNull", {l[0]}, {level_of(l, percent)});
}
// A row stands for as many as its weight; without weight for none.
Ref one_weighted(LowerAggregate& l, double percent) {
  const Ref weight =
      l.fn("toUInt64", l.fn("greatest", l.fn("ifNull", l[1], l.tree.integer(0)), l.tree.integer(0)));
  const Ref found = l.aggregate("quantileExactWeightedOrNull", {l[0], weight}, {level_of(l, percent)});
  return found;
}

template <typename One>
Ref several(LowerAggregate& l, size_t first, One one) {
  std::vector<Ref> results;
  for (size_t i = first; i < l.args.size(); ++i)
    results.push_back(one(l, number_of(l.arg(i).value).value_or(0)));
  return results.size() == 1 ? results[0] : l.tree.call("tuple", std::move(results));
}
Ref lower_percentile(LowerAggregate& l) { return several(l, 1, one_percentile); }
Ref lower_weighted(LowerAggregate& l) { return several(l, 2, one_weighted); }

// The levels as constants, or as one constant array.
template <typename One>
Ref as_array(LowerAggregate& l, size_t first, One one) {
  std::vector<double> levels;
  for (size_t i = first; i < l.args.size(); ++i) {
    const Value& value = l.arg(i).value;
    if (const auto number = number_of(value)) levels.push_back(*number);
    if (l.arg(i).type != Type::kDynamic || is_null(value)) continue;
    for (const std::string& member :
         json_elements(std::get<std::string>(value)).value_or(std::vector<std::string>())) {
      const auto level = scalar_of_json(member, Type::kReal);
      levels.push_back(level ? number_of(*level).value_or(0) : 0);
    }
  }
  std::vector<Ref> members;
  for (double level : levels) {
    members.push_back(
        l.fn("ifNull", to_dynamic(l.tree, one(l, level), l.arg(0).type, true), l.tree.text("null")));
  }
  if (members.empty()) return l.fn("toNullable", l.tree.text("[]"));
  const Ref list = l.fn("arrayStringConcat", l.tree.call("array", std::move(members)), l.tree.text(","));
  return l.fn("toNullable", l.fn("concat", l.tree.text("["), list, l.tree.text("]")));
}
Ref lower_percentiles_array(LowerAggregate& l) { return as_array(l, 1, one_percentile); }
Ref lower_weighted_array(LowerAggregate& l) { return as_array(l, 2, one_weighted); }

// Of less than two rows a covariance is 0, as a variance is.
Ref spread(LowerAggregate& l, std::string name) {
  const Ref value = l.fn("ifNull", l.aggregate(std::move(name), {l[0], l[1]}), l.tree.real(0));
  return with_value(l.tree, value, [&l](Ref v) { return l.fn("if", l.fn("isNaN", v), l.tree.real(0), v); });
}
Ref lower_covariance(LowerAggregate& l) { return spread(l, "covarSamp"); }
Ref lower_covariancep(LowerAggregate& l) { return spread(l, "covarPop"); }

Ref lower_all_and(LowerAggregate& l) { return l.aggregate("groupBitAndOrNull", {l[0]}); }
Ref lower_all_or(LowerAggregate& l) { return l.aggregate("groupBitOrOrNull", {l[0]}); }
Ref lower_all_xor(LowerAggregate& l) { return l.aggregate("groupBitXorOrNull", {l[0]}); }

constexpr auto kRows = std::to_array<AggregateRow>({
    {"percentile", "T? (long|real|datetime|timespan, number#)", "percentile", lower_percentile,
     Shape::kPercentiles},
    {"percentiles", "T? (long|real|datetime|timespan, number#, number#...)", "percentile", lower_percentile,
     Shape::kPercentiles},
    {"percentilew", "T? (long|real|datetime|timespan, int|long, number#)", "percentile", lower_weighted,
     Shape::kWeightedPercentiles},
    {"percentilesw", "T? (long|real|datetime|timespan, int|long, number#, number#...)", "percentile",
     lower_weighted, Shape::kWeightedPercentiles},
    {"percentiles_array", "dynamic! (long|real|datetime|timespan, number#, number#...)", "percentiles",
     lower_percentiles_array},
    {"percentiles_array", "dynamic! (long|real|datetime|timespan, dynamic#)", "percentiles",
     lower_percentiles_array},
    {"percentilesw_array", "dynamic! (long|real|datetime|timespan, int|long, number#, number#...)",
     "percentiles", lower_weighted_array},
    {"percentilesw_array", "dynamic! (long|real|datetime|timespan, int|long, dynamic#)", "percentiles",
     lower_weighted_array},
    {"covariance", "real! (number, number)", "covariance", lower_covariance},
    {"covariancep", "real! (number, number)", "covariancep", lower_covariancep},
    {"covarianceif", "real! (number, number, bool)", "covarianceif", lower_covariance, Shape::kWithIf},
    {"covariancepif", "real! (number, number, bool)", "covariancepif", lower_covariancep, Shape::kWithIf},
    {"binary_all_and", "T? (int|long)", "", lower_all_and},
    {"binary_all_or", "T? (int|long)", "", lower_all_or},
    {"binary_all_xor", "T? (int|long)", "", lower_all_xor},
});

}  // namespace

std::span<const AggregateRow> statistic_rows() { return kRows; }

}  // namespace linkgate::kql
