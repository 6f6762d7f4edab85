#pragma once
// The lowering's inside: one class, its methods by subject in lower*.cc.

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "kql/bound.h"
#include "kql/lower.h"
#include "kql/lower_expression.h"
#include "kql/relation.h"
#include "kql/sql.h"

namespace linkgate::kql {

struct LowerWindow;

class PlanLowering {
 public:
  PlanLowering(sql::Tree& tree, const LowerOptions& options) : t_(tree), options_(options) {}

  // The whole query: its columns in their order, under aliases.
  const sql::Select& result(const Plan& plan);

 private:
  // A relation with at least the columns `needed`.
  Relation lower(const Plan& plan, const ColumnSet& needed);
  sql::Ref lowered(const BoundExpr& expr, const Relation& relation);
  const sql::Select& closed_first_column(const Plan& plan, bool one_row);

  // ---- sources (lower_sources.cc)
  Relation scan(const Plan& plan, const ColumnSet& needed);
  sql::Ref stored_column(const std::string& table, const CatalogColumn& column);
  Relation rows(const Plan& plan);
  Relation lines(const Plan& plan);
  Relation range(const Plan& plan);
  static std::string_view column_type(const Column& column);

  // ---- row by row (lower.cc)
  Relation filter(const Plan& plan, const ColumnSet& needed);
  void conjuncts(const BoundExpr& predicate, Relation& relation);
  Relation project(const Plan& plan, const ColumnSet& needed);
  Relation sort(const Plan& plan, const ColumnSet& needed);
  Relation limit(const Plan& plan, const ColumnSet& needed);

  // ---- several rows of one (lower_expand.cc)
  Relation number(const Plan& plan, const ColumnSet& needed);
  Relation expand(const Plan& plan, const ColumnSet& needed);
  Relation parse(const Plan& plan, const ColumnSet& needed);  // lower_parse.cc
  sql::Ref elements(sql::Ref json, bool bags_as_pairs);

  // ---- scan (lower_steps.cc)
  Relation steps(const Plan& plan, const ColumnSet& needed);
  Relation numbered_groups(const Plan& plan, const Columns& carried, Relation input);
  void keep_last_matches(const Plan& plan, Relation& relation, const ColumnSet& kept);

  // ---- make-series (lower_series.cc)
  Relation series(const Plan& plan, const ColumnSet& needed);
  Relation collected(const Plan& plan, const ColumnSet& needed);
  sql::Ref bound_of(const BoundExpr& expr, const Relation& relation);
  sql::Ref place_count(const Plan& plan, sql::Ref start, sql::Ref places, const Relation& relation);
  sql::Ref joined(sql::Ref list);

  // ---- window functions (lower_window.cc)
  Relation window(const Plan& plan, const ColumnSet& needed);
  LowerWindow window_call(const Plan& plan, size_t i, const Relation& relation, std::vector<sql::Ref>& args);
  void marks(const Plan& plan, Relation& relation, ColumnSet& kept);
  void groups(const Plan& plan, Relation& relation, ColumnSet& kept);

  // ---- groups (lower_summarize.cc)
  Relation summarize(const Plan& plan, const ColumnSet& needed);
  void aggregate(const AggregateCall& a, const Plan& plan, sql::Ref row, Relation& input, Relation& relation);

  // ---- several tables (lower_join.cc)
  // One side of a join, closed, with its keys as items of their own.
  struct Side {
    const sql::Select* select = nullptr;
    std::vector<std::string> keys;
    std::map<int, ColumnValue> values;
  };
  Side side(const Plan& plan, size_t which, const ColumnSet& needed, bool optional);
  // `turned`: the right side stands first.
  static std::string_view join_words(JoinKind kind, bool turned);
  sql::Ref join_condition(const Plan& plan, const Side& left, const std::string& left_alias,
                          const Side& right, const std::string& right_alias);
  Relation join(const Plan& plan, const ColumnSet& needed);
  Relation unite(const Plan& plan, const ColumnSet& needed, const std::vector<const BoundExpr*>& filters);
  Relation union_input(const Plan& plan, size_t which, const ColumnSet& needed,
                       const std::vector<const BoundExpr*>& filters);

  sql::Tree& t_;
  const LowerOptions& options_;
};

inline void add_columns(ColumnSet& set, const ColumnSet& more) { set.insert(more.begin(), more.end()); }

}  // namespace linkgate::kql
