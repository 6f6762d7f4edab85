#include "kql/relation.h"

#include <algorithm>

#include "base/ascii.h"
#include "base/check.h"
#include "kql/time_text.h"

namespace linkgate::kql {
namespace {
constexpr int kMaxInlineWeight = 12;  // nodes; a stored datetime's ticks are four
constexpr size_t kMaxAliasStem = 40;
}  // namespace

sql::Ref ticks_of_stored(sql::Tree& t, sql::Ref stored) {
  return t.call("plus", {t.call("reinterpretAsInt64", {stored}), t.long_value(kUnixEpochTicks)});
}

// The KQL name's letters and digits, for readers of the SQL, and the id, which makes it unique.
std::string Relation::alias_of(const Column& column) {
  std::string stem;
  for (char c : column.name.substr(0, kMaxAliasStem)) stem += ascii::is_alnum(c) ? c : '_';
  return "c" + std::to_string(column.id) + "_" + stem;
}

const ColumnValue& Relation::value(int id) const {
  const auto found = values_.find(id);
  CHECK(found != values_.end());
  return found->second;
}

void Relation::set(const Column& column, sql::Ref expr, sql::Ref stored) {
  values_[column.id] = {expr, stored, column, nullptr};
}

void Relation::set_parsed(const Column& column, sql::Ref text) { values_.at(column.id).parsed = text; }

void Relation::set_stored(const Column& column, sql::Ref stored) {
  set(column, ticks_of_stored(*tree_, stored), stored);
}

// The order shows only where rows are cut or come back.
void Relation::finish_order() {
  if (limited()) select_->order_by = order_;
}

void Relation::nest(const ColumnSet& needed) {
  const std::string table = tree_->fresh("t");
  std::map<int, ColumnValue> outside;
  for (const auto& [id, value] : values_) {
    if (!needed.contains(id)) continue;
    const std::string alias = alias_of(value.column);
    select_->items.push_back({value.stored != nullptr ? value.stored : value.expr, alias});
    const sql::Ref column = tree_->column(table, alias);
    outside[id] = {value.stored != nullptr ? ticks_of_stored(*tree_, column) : column,
                   value.stored != nullptr ? column : nullptr, value.column, nullptr};
    if (value.parsed == nullptr) continue;
    // The engine leaves out which of the two nobody reads.
    select_->items.push_back({value.parsed, alias + "_text"});
    outside[id].parsed = tree_->column(table, alias + "_text");
  }
  finish_order();
  for (sql::OrderKey& key : order_) {
    const std::string alias = tree_->fresh("s");
    select_->items.push_back({key.expr, alias});
    key.expr = tree_->column(table, alias);
  }
  if (select_->items.empty()) select_->items.push_back({tree_->integer(1), tree_->fresh("n")});
  sql::Select& outer = tree_->select();
  outer.from.kind = sql::Source::Kind::kSelects;
  outer.from.selects = {select_};
  outer.from.alias = table;
  select_ = &outer;
  values_ = std::move(outside);
}

Relation Relation::over(sql::Tree& tree, const sql::Select& inner) {
  Relation relation(tree);
  sql::Source& from = relation.select().from;
  from.kind = sql::Source::Kind::kSelects;
  from.selects = {&inner};
  from.alias = tree.fresh("t");
  return relation;
}

void Relation::settle(const ColumnSet& used, const ColumnSet& needed) {
  const bool large = std::any_of(used.begin(), used.end(), [this](int id) {
    const auto found = values_.find(id);
    return found != values_.end() && found->second.expr->weight > kMaxInlineWeight;
  });
  if (large) nest(needed);
}

sql::Ref Relation::number_rows(const ColumnSet& needed) {
  const sql::Ref number =
      order_.empty() ? tree_->call("rowNumberInAllBlocks", {}) : tree_->row_number(order_);
  order_.clear();
  return keep(tree_->call("toInt64", {number}), needed);
}

sql::Ref Relation::keep(sql::Ref expr, const ColumnSet& needed) {
  const std::string alias = tree_->fresh("x");
  select_->items.push_back({expr, alias});
  nest(needed);
  return tree_->column(select_->from.alias, alias);
}

void Relation::limit_each(uint64_t rows, std::vector<sql::Ref> by, const ColumnSet& needed) {
  select_->order_by = order_;
  select_->limit_by = std::move(by);
  select_->limit_by_rows = rows;
  nest(needed);
}

const sql::Select& Relation::close(const ColumnSet& needed, Outer outer) {
  for (const auto& [id, value] : values_) {
    if (!needed.contains(id)) continue;
    sql::Ref item = value.stored != nullptr ? value.stored : value.expr;
    const bool text = value.column.type == Type::kString;
    if (outer == Outer::kYes && !text && !value.column.nullable) item = tree_->call("toNullable", {item});
    select_->items.push_back({item, alias_of(value.column)});
  }
  if (select_->items.empty()) select_->items.push_back({tree_->integer(1), tree_->fresh("n")});
  finish_order();
  return *select_;
}

const sql::Select& Relation::close_as(const Columns& columns) {
  for (const Column& column : columns) {
    sql::Ref item = value(column.id).expr;
    // As text: a number of JSON has not as many digits for whoever reads it.
    if (column.type == Type::kDecimal) item = tree_->call("toString", {item});
    select_->items.push_back({item, alias_of(column)});
  }
  select_->order_by = order_;
  return *select_;
}

}  // namespace linkgate::kql
