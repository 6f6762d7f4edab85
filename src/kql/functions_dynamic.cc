// dynamic: JSON text, and null for JSON's null.

#include <algorithm>
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
    // The engine counts places in 32 bits.
    const int64_t place = constant == nullptr ? 0 : std::clamp<int64_t>(*constant, -INT32_MAX, INT32_MAX - 1);
    const Ref at = constant != nullptr
                       ? l.integer(place < 0 ? place : place + 1)
                       : l.fn("if", l.fn("less", l[1], l.integer(0)), l[1], l.fn("plus", l[1], l.integer(1)));
    const Ref member = null_of_null(l, l.fn("JSONExtractRaw", array, at));
    return l.fn("if", l.fn("startsWith", array, l.text("[")), member, l.null());
  });
}

// Bad JSON is a string; nothing is null. Writing JSON anew costs far more than looking whether it is written
// as a dynamic is already: without blanks, escapes and exponents.
Ref lower_parse_json(LowerCall& l) {
  static constexpr std::string_view kToWriteAnew = R"([\x00-\x20\\]|[0-9][eE])";
  return l.let(l[0], [&l](Ref text) {
    const Ref anew = l.fn("match", text, l.text(kToWriteAnew));
    const Ref parsed = l.fn("nullIf", l.fn("if", anew, l.fn("JSONExtractRaw", text), text), l.text("null"));
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
    {"gettype", "string (any)", lower_gettype, Naming::kNone, nullptr, nullptr, false, "", "type_"},
});

}  // namespace

std::span<const FunctionRow> dynamic_rows() { return kRows; }

}  // namespace linkgate::kql
