#pragma once
// dynamic values in SQL: JSON text taken apart into arrays of members, and put together again. Nothing here
// is ever null unless it says so; what is no array has no members, and what is no bag no properties.

#include "kql/convert.h"
#include "kql/sql.h"

namespace linkgate::kql {

// The members of a JSON array as JSON text: Array(String).
sql::Ref json_members(sql::Tree& tree, sql::Ref json);
// The array that has these members: Nullable(String), as every dynamic is.
sql::Ref json_array(sql::Tree& tree, sql::Ref members);
// The properties of a bag in their order: Array(Tuple(name, JSON)).
sql::Ref json_properties(sql::Tree& tree, sql::Ref json);
// The bag that has these properties, of which the first of each name counts.
sql::Ref json_bag(sql::Tree& tree, sql::Ref properties);
// A string's JSON: String.
sql::Ref json_string(sql::Tree& tree, sql::Ref text);
// A member as a value of its own: null for JSON's null.
sql::Ref json_value(sql::Tree& tree, sql::Ref member);
// 1 or 0.
sql::Ref is_json_array(sql::Tree& tree, sql::Ref json);
sql::Ref is_json_bag(sql::Tree& tree, sql::Ref json);
// A member as a number: Nullable(Float64).
sql::Ref json_number(sql::Tree& tree, sql::Ref member);
// A whole array as numbers, null for what is none: Array(Nullable(Float64)).
sql::Ref json_numbers(sql::Tree& tree, sql::Ref json);

// name(v -> body(v), list): arrayMap, arrayFilter, arrayExists, ...
template <typename Body>
sql::Ref over(sql::Tree& tree, std::string_view name, sql::Ref list, Body body) {
  const std::string variable = tree.fresh("v");
  return tree.call(name, {tree.lambda(variable, body(tree.column("", variable))), list});
}
template <typename Body>
sql::Ref each(sql::Tree& tree, sql::Ref list, Body body) {
  return over(tree, "arrayMap", list, body);
}
// arrayMap over 1..length of `list`.
template <typename Body>
sql::Ref each_place(sql::Tree& tree, sql::Ref list, Body body) {
  return each(tree, tree.call("arrayEnumerate", {list}), body);
}
inline sql::Ref part_of_tuple(sql::Tree& tree, sql::Ref tuple, int64_t at) {
  return tree.call("tupleElement", {tuple, tree.integer(at)});
}

}  // namespace linkgate::kql
