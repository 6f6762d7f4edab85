#pragma once
// Patterns of a table's rows: values in some of its columns, any in the others. Source: Kusto documentation,
// basket, diffpatterns and autocluster; T. Uno, M. Kiyomi, H. Arimura, "LCM ver. 2" (2004), for finding each
// pattern once.

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

namespace linkgate::functions {

// Of a column whose value does not matter.
inline constexpr uint32_t kAnyValue = std::numeric_limits<uint32_t>::max();

struct PatternRow {
  double first = 0;  // how much it weighs, in each of two tables; of one table `second` is 0
  double second = 0;
  std::vector<uint32_t> values;  // one a column
};

struct Pattern {
  std::vector<uint32_t> values;
  double first = 0;  // what its rows weigh
  double second = 0;
  size_t set() const;  // columns with a value
};

struct PatternSearch {
  // A pattern is looked for where its rows weigh so much of either table.
  double least_first = 0;
  double least_second = 0;
  size_t most_columns = 0;   // that are set on their own; those that follow from them are set besides
  size_t most_patterns = 0;  // more: none
};

// All patterns that no pattern of the same rows says more than, in no order; nullopt: there are too many.
std::optional<std::vector<Pattern>> frequent_patterns(const std::vector<PatternRow>& rows,
                                                      const PatternSearch& search);

// From each of the `seeds` heaviest rows on, columns are given up or taken back as long as that raises
// share^size_weight * (set columns / columns)^(1 - size_weight). The best first; none where that gives back
// rows that are all different and equally heavy.
std::vector<Pattern> grown_patterns(const std::vector<PatternRow>& rows, double size_weight, size_t seeds);

// Of patterns of which one contains another the one that stands first.
std::vector<Pattern> without_related(const std::vector<Pattern>& patterns);

}  // namespace linkgate::functions
