// dynamic: JSON text, and null for JSON's null.

#include <array>

#include "kql/function.h"
#include "kql/json.h"

namespace linkgate::kql {
namespace {

using sql::Ref;

Ref null_of_null(LowerCall& l, Ref json) {
  return l.fn("nullIf", l.fn("nullIf", json, l.text("")), l.text("null"));
}

// d.x, d["x"], d[0], d[-1]: what is not there is null. The engine counts from 1 and would find members of
// objects by number.
Ref lower_member(LowerCall& l) {
  if (l.arg(1).type == Type::kString) return null_of_null(l, l.fn("JSONExtractRaw", l[0], l[1]));
  return l.let(l[0], [&l](Ref array) {
    const auto* constant = std::get_if<int64_t>(&l.arg(1).value);
    const Ref at = constant != nullptr
                       ? l.integer(*constant < 0 ? *constant : *constant + 1)
                       : l.fn("if", l.fn("less", l[1], l.integer(0)), l[1], l.fn("plus", l[1], l.integer(1)));
    const Ref member = null_of_null(l, l.fn("JSONExtractRaw", array, at));
    return l.fn("if", l.fn("startsWith", array, l.text("[")), member, l.null());
  });
}

// Bad JSON is a string; nothing is null.
Ref lower_parse_json(LowerCall& l) {
  return l.let(l[0], [&l](Ref text) {
    const Ref parsed = l.fn("nullIf", l.fn("JSONExtractRaw", text), l.text("null"));
    const Ref as_text = to_dynamic(l.tree, text, Type::kString, false);
    return l.fn("multiIf", l.fn("equals", text, l.text("")), l.null(), l.fn("isValidJSON", text), parsed,
                as_text);
  });
}
std::optional<Value> fold_parse_json(std::span<const BoundExpr* const> args, int64_t) {
  const auto* text = std::get_if<std::string>(&args[0]->value);
  if (text == nullptr) return std::nullopt;
  if (text->empty()) return Value();
  const auto compact = compact_json(*text);
  if (!compact) return dynamic_of(Type::kString, *text);
  return *compact == "null" ? Value() : Value(*compact);
}
Ref lower_same(LowerCall& l) { return l[0]; }

Ref is_array(LowerCall& l, Ref json) { return l.fn("startsWith", json, l.text("[")); }
Ref members(LowerCall& l, Ref json) {
  return l.fn("JSONExtractArrayRaw", l.fn("ifNull", json, l.text("[]")));
}
Ref array_text(LowerCall& l, Ref list) {
  return l.fn("toNullable",
              l.fn("concat", l.text("["), l.fn("arrayStringConcat", list, l.text(",")), l.text("]")));
}
// `then` for arrays, null for everything else.
Ref if_array(LowerCall& l, Ref json, Ref then) {
  return l.fn("if", l.fn("ifNull", is_array(l, json), l.integer(0)), l.fn("toNullable", then), l.null());
}

Ref lower_array_length(LowerCall& l) {
  return l.let(l[0], [&l](Ref json) {
    return if_array(l, json, l.fn("toInt64", l.fn("JSONLength", l.fn("assumeNotNull", json))));
  });
}
Ref lower_array_reverse(LowerCall& l) {
  return l.let(l[0], [&l](Ref json) {
    return if_array(l, json, array_text(l, l.fn("arrayReverse", members(l, json))));
  });
}
Ref lower_array_concat(LowerCall& l) {
  std::vector<Ref> lists;
  for (size_t i = 0; i < l.size(); ++i) lists.push_back(members(l, l[i]));
  return array_text(l, l.tree.call("arrayConcat", std::move(lists)));
}
// Both ends belong to the slice; negative ones count from the end.
Ref lower_array_slice(LowerCall& l) {
  return l.let(l[0], [&l](Ref json) {
    const Ref length = l.fn("toInt64", l.fn("JSONLength", l.fn("assumeNotNull", json)));
    const auto place = [&](size_t i) {
      return l.fn("if", l.fn("less", l[i], l.integer(0)), l.fn("plus", length, l[i]), l[i]);
    };
    const Ref first = l.fn("greatest", place(1), l.integer(0));
    const Ref count =
        l.fn("greatest", l.fn("plus", l.fn("minus", place(2), first), l.integer(1)), l.integer(0));
    return if_array(
        l, json,
        array_text(l, l.fn("arraySlice", members(l, json), l.fn("plus", first, l.integer(1)), count)));
  });
}
Ref json_of(LowerCall& l, size_t i) {
  return l.fn("ifNull", to_dynamic(l.tree, l[i], l.arg(i).type, l.nullable(i)), l.text("null"));
}
Ref lower_array_index_of(LowerCall& l) {
  return l.let(l[0], [&l](Ref json) {
    return if_array(
        l, json,
        l.fn("minus", l.fn("toInt64", l.fn("indexOf", members(l, json), json_of(l, 1))), l.integer(1)));
  });
}
Ref lower_set_has_element(LowerCall& l) {
  return l.let(l[0],
               [&l](Ref json) { return if_array(l, json, l.fn("has", members(l, json), json_of(l, 1))); });
}
Ref lower_strcat_array(LowerCall& l) {
  const std::string name = l.tree.fresh("v");
  const Ref member = l.fn("nullIf", l.tree.column("", name), l.text("null"));
  const Ref texts =
      l.fn("arrayMap", l.tree.lambda(name, to_text(l.tree, member, Type::kDynamic, true)), members(l, l[0]));
  return l.fn("arrayStringConcat", texts, l[1]);
}
Ref lower_pack_array(LowerCall& l) {
  std::vector<Ref> parts;
  for (size_t i = 0; i < l.size(); ++i) parts.push_back(json_of(l, i));
  if (parts.empty()) return l.fn("toNullable", l.text("[]"));
  return array_text(l, l.tree.call("array", std::move(parts)));
}
// bag_pack(key, value, ...)
Ref lower_bag_pack(LowerCall& l) {
  std::vector<Ref> parts;
  for (size_t i = 0; i + 1 < l.size(); i += 2) {
    const Ref key =
        to_dynamic(l.tree, to_text(l.tree, l[i], l.arg(i).type, l.nullable(i)), Type::kString, false);
    parts.push_back(l.fn("concat", l.fn("assumeNotNull", key), l.text(":"), json_of(l, i + 1)));
  }
  const Ref list = parts.empty()
                       ? l.text("")
                       : l.fn("arrayStringConcat", l.tree.call("array", std::move(parts)), l.text(","));
  return l.fn("toNullable", l.fn("concat", l.text("{"), list, l.text("}")));
}
std::optional<ArgumentProblem> check_pairs(std::span<const BoundExpr* const> args) {
  if (args.size() % 2 == 0) return std::nullopt;
  return ArgumentProblem{args.back()->span, "keys and values come in pairs"};
}
Ref lower_bag_keys(LowerCall& l) {
  return l.let(l[0], [&l](Ref json) {
    const Ref keys = l.fn("toJSONString", l.fn("JSONExtractKeys", l.fn("assumeNotNull", json)));
    const Ref text = l.fn("toNullable", l.fn("replaceAll", keys, l.text("\\/"), l.text("/")));
    return l.fn("if", l.fn("ifNull", l.fn("startsWith", json, l.text("{")), l.integer(0)), text, l.null());
  });
}
Ref lower_bag_has_key(LowerCall& l) {
  return l.fn("toBool", l.fn("JSONHas", l.fn("ifNull", l[0], l.text("{}")), l[1]));
}

Ref lower_gettype(LowerCall& l) {
  const Type type = l.arg(0).type;
  if (type != Type::kDynamic) {
    if (!l.nullable(0)) return l.text(to_string(type));
    return l.fn("if", l.fn("isNull", l[0]), l.text("null"), l.text(to_string(type)));
  }
  return l.let(l[0], [&l](Ref json) {
    const Ref kind = l.fn("toString", l.fn("JSONType", l.fn("ifNull", json, l.text("null"))));
    std::vector<Ref> from, to;
    constexpr std::pair<std::string_view, std::string_view> kNames[] = {
        {"Object", "dictionary"}, {"Array", "array"}, {"String", "string"}, {"Bool", "bool"},
        {"Int64", "long"},        {"UInt64", "long"}, {"Double", "double"}};
    for (const auto& [engine, kusto] : kNames) from.push_back(l.text(engine)), to.push_back(l.text(kusto));
    return l.fn("transform", kind, l.tree.call("array", std::move(from)), l.tree.call("array", std::move(to)),
                l.text("null"));
  });
}

// What mv-expand's `to typeof(long)` makes of a text: nothing.
Ref lower_not_a_text(LowerCall& l) {
  return l.let(l[0],
               [&l](Ref json) { return l.fn("if", l.fn("startsWith", json, l.text("\"")), l.null(), json); });
}

constexpr auto kFirst = Naming::kFirstArgument;
constexpr auto kNone = Naming::kNone;

constexpr auto kRows = std::to_array<FunctionRow>({
    {"[]", "dynamic (dynamic, string)", lower_member, kNone, nullptr, nullptr, true},
    {"[]", "dynamic (dynamic, int|long)", lower_member, kNone, nullptr, nullptr, true},
    {"not a text", "dynamic (dynamic)", lower_not_a_text, kNone, nullptr, nullptr, true},
    {"parse_json", "dynamic (string)", lower_parse_json, kFirst, fold_parse_json},
    {"parse_json", "dynamic (dynamic)", lower_same, kFirst},
    {"parsejson", "dynamic (string)", lower_parse_json, kFirst, fold_parse_json},
    {"parsejson", "dynamic (dynamic)", lower_same, kFirst},
    {"todynamic", "dynamic (string)", lower_parse_json, kFirst, fold_parse_json},
    {"todynamic", "dynamic (dynamic)", lower_same, kFirst},
    {"toobject", "dynamic (string)", lower_parse_json, kFirst, fold_parse_json},
    {"array_length", "long? (dynamic)", lower_array_length},
    {"arraylength", "long? (dynamic)", lower_array_length},
    {"array_reverse", "dynamic (dynamic)", lower_array_reverse},
    {"array_concat", "dynamic (dynamic, dynamic...)", lower_array_concat},
    {"array_slice", "dynamic (dynamic, int|long, int|long)", lower_array_slice},
    {"array_index_of", "long? (dynamic, any)", lower_array_index_of},
    {"set_has_element", "bool? (dynamic, any)", lower_set_has_element},
    {"strcat_array", "string (dynamic, string)", lower_strcat_array},
    {"pack_array", "dynamic (any...)", lower_pack_array},
    {"bag_pack", "dynamic (any...)", lower_bag_pack, kNone, nullptr, check_pairs},
    {"pack", "dynamic (any...)", lower_bag_pack, kNone, nullptr, check_pairs},
    {"pack_dictionary", "dynamic (any...)", lower_bag_pack, kNone, nullptr, check_pairs},
    {"bag_keys", "dynamic (dynamic)", lower_bag_keys},
    {"bag_has_key", "bool! (dynamic, string)", lower_bag_has_key},
    {"gettype", "string (any)", lower_gettype},
});

}  // namespace

std::span<const FunctionRow> dynamic_rows() { return kRows; }

}  // namespace linkgate::kql
