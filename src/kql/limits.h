#pragma once
// Every limit of the compiler. A query over one of them is refused with DiagnosticCode::kTooLarge.

#include <cstddef>

namespace linkgate::kql {

inline constexpr size_t kMaxTextBytes = 256 * 1024;
inline constexpr size_t kMaxTokens = 100'000;
// Depth of the syntax tree, and with it of every recursion of parser, printer and binder.
inline constexpr int kMaxSyntaxDepth = 150;
// Depth of the bound tree: a let is bound again at each of its uses, so that short texts can name deep trees.
inline constexpr int kMaxBoundDepth = 400;
inline constexpr size_t kMaxBoundNodes = 60'000;
// Of one query that are said.
inline constexpr size_t kMaxDiagnostics = 20;
// Operators from the first to the last of one plan; each may become a nested SELECT.
inline constexpr int kMaxPlanDepth = 200;
inline constexpr int kMaxColumns = 2'000;
// Questions that one query may put to the data before it has columns (evaluate bag_unpack and pivot).
inline constexpr int kMaxQuestions = 32;
// Results of one query: statements, and branches of fork and facet.
inline constexpr size_t kMaxResults = 64;
// Edges of a path that -[e*least..most]- stands for: each length becomes a join of its own.
inline constexpr long kMaxPathEdges = 16;
// Rows that one scan goes through: it holds them all, and each costs some tens of microseconds.
inline constexpr long kMaxScanRows = 100'000;
// Of one externaldata.
inline constexpr size_t kMaxExternalAddresses = 32;
// Rows of externaldata, as they stand in the SQL that carries them, once for each place where it stands:
// beside the bytes of the next limit.
inline constexpr size_t kMaxExternalSqlBytes = 32u << 20;
// The engine's default max_query_size is 256 KiB, its max_parser_depth 1,000.
inline constexpr size_t kMaxSqlBytes = 256 * 1024 - 1;
inline constexpr int kMaxSqlDepth = 400;

}  // namespace linkgate::kql
