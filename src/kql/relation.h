#pragma once
// The SELECT that is being built for a plan: which slots are taken, and what each KQL column is in its terms.

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "kql/bound.h"
#include "kql/sql.h"

namespace linkgate::kql {

// A column of the plan in terms of the SELECT's FROM. A stored datetime stays the column it is (`stored`)
// through nested SELECTs, so that a comparison with a constant reaches the engine as one that its primary key
// and partitions understand.
struct ColumnValue {
  sql::Ref expr = nullptr;    // with the SQL type that convert.h gives for `type`
  sql::Ref stored = nullptr;  // the DateTime64 column behind `expr`, or null
  Column column;
  sql::Ref parsed = nullptr;  // the text that `expr` is parse_json of, or null
};

class Relation {
 public:
  explicit Relation(sql::Tree& tree) : tree_(&tree), select_(&tree.select()) {}

  // A SELECT from `inner`, without any column yet.
  static Relation over(sql::Tree& tree, const sql::Select& inner);

  sql::Select& select() { return *select_; }
  const std::map<int, ColumnValue>& values() const { return values_; }
  const ColumnValue& value(int id) const;
  void set(const Column& column, sql::Ref expr, sql::Ref stored = nullptr);
  // `column`, which is set, is parse_json of this text: members of it can be read from there.
  void set_parsed(const Column& column, sql::Ref text);
  // A DateTime64 column: its ticks are computed where they are needed.
  void set_stored(const Column& column, sql::Ref stored);

  const std::vector<sql::OrderKey>& order() const { return order_; }
  void set_order(std::vector<sql::OrderKey> order) { order_ = std::move(order); }
  bool limited() const { return select_->limit.has_value(); }

  // Makes the SELECT built so far the FROM of a new one. Columns outside `needed` end here.
  void nest(const ColumnSet& needed);
  // Nests where one of `used` has become so large that writing it out again would double the text at every
  // use.
  void settle(const ColumnSet& used, const ColumnSet& needed);

  // Nests, with one more column, which stands for `expr` and is computed once a row.
  sql::Ref keep(sql::Ref expr, const ColumnSet& needed);
  // Nests, with a column that numbers the rows, in their order where they have one; that is gone then.
  sql::Ref number_rows(const ColumnSet& needed);

  // Nests, with `rows` at most of those that have `by` equal: the first in their order.
  void limit_each(uint64_t rows, std::vector<sql::Ref> by, const ColumnSet& needed);

  enum class Outer : uint8_t { kNo, kYes };
  // Closes the SELECT as one side of a join, with items named by `alias_of`; kYes: columns become nullable,
  // strings apart.
  const sql::Select& close(const ColumnSet& needed, Outer outer);
  // Closes the SELECT with these columns in this order, as KQL values, under their aliases.
  const sql::Select& close_as(const Columns& columns);

  static std::string alias_of(const Column& column);

 private:
  void finish_order();

  sql::Tree* tree_;
  sql::Select* select_;
  std::map<int, ColumnValue> values_;
  std::vector<sql::OrderKey> order_;
};

sql::Ref ticks_of_stored(sql::Tree& tree, sql::Ref stored);

}  // namespace linkgate::kql
