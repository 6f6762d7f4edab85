#pragma once
// States of aggregates as dynamic values, which can be kept and merged.
//
// A state of nothing is null.
//
// hll:     [k, [hashes]]: the k smallest of the values' 64-bit hashes, in order. Fewer than k: their number
//          is the number of values. k of them: the largest tells how dense the values are.
// tdigest: ["type", [values], [counts]]: the values in order, each once, with how often it came; a datetime
//          or timespan as ticks. Of more than kMostValues the last of each 1/kMostValues of the rows.

#include <string_view>

#include "kql/sql.h"
#include "kql/types.h"

namespace linkgate::kql {

inline constexpr int64_t kMostHashes = 16'384;  // a standard error of 0.8 %
inline constexpr int64_t kMostValues = 10'000;

// ---- hll
sql::Ref hash_of_value(sql::Tree& tree, sql::Ref value, Type type, bool nullable);  // UInt64
sql::Ref hashes_of(sql::Tree& tree, sql::Ref state);                                // Array(UInt64)
// The state that has the smallest of these.
sql::Ref hash_state(sql::Tree& tree, sql::Ref hashes);
// How many values `hashes`, in order and as many as a state has, stand for: Float64.
sql::Ref counted_by_hashes(sql::Tree& tree, sql::Ref hashes);

// ---- tdigest
sql::Ref digest_type(sql::Tree& tree, sql::Ref state);    // String
sql::Ref digest_values(sql::Tree& tree, sql::Ref state);  // Array(Float64)
sql::Ref digest_counts(sql::Tree& tree, sql::Ref state);  // Array(Int64)
// `sums` is (values in order, their counts), `type` a String.
sql::Ref digest_state(sql::Tree& tree, sql::Ref type, sql::Ref sums);

}  // namespace linkgate::kql
