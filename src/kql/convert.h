#pragma once
// One KQL type as another, in SQL. Source of the rules: Kusto documentation, tostring(), tolong(), ... and
// the recorded answers of the engine: no conversion throws, what does not convert is null.

#include "kql/sql.h"
#include "kql/types.h"

namespace linkgate::kql {

// A literal with the SQL type that expressions of `type` have.
sql::Ref lower_literal(sql::Tree& tree, Type type, const Value& value);
// "Int64", "Nullable(String)" for dynamic, ...: the SQL type of expressions (not of stored columns).
std::string_view sql_type(Type type);
std::string_view sql_nullable_type(Type type);

// tostring: never null, '' for null.
sql::Ref to_text(sql::Tree& tree, sql::Ref value, Type type, bool nullable);
// `value` of type `from` as `to`; null where it does not convert, except for strings.
sql::Ref convert(sql::Tree& tree, sql::Ref value, Type from, Type to, bool nullable);
// True where convert() may give null although its input is not.
bool conversion_can_fail(Type from, Type to);
// As JSON text of a dynamic; null stays null.
sql::Ref to_dynamic(sql::Tree& tree, sql::Ref value, Type type, bool nullable);

// `body(v)` where v stands for `value`, which is computed and written once.
template <typename Body>
sql::Ref with_value(sql::Tree& tree, sql::Ref value, Body body) {
  constexpr int kCheap = 3;
  if (value->weight <= kCheap) return body(value);
  const std::string name = tree.fresh("v");
  const sql::Ref lambda = tree.lambda(name, body(tree.column("", name)));
  return tree.call("arrayElement",
                   {tree.call("arrayMap", {lambda, tree.call("array", {value})}), tree.integer(1)});
}

}  // namespace linkgate::kql
