// The operators: arithmetic, comparison, logic.

#include <array>
#include <cmath>

#include "kql/function.h"
#include "kql/time_text.h"

namespace linkgate::kql {
namespace {

using sql::Ref;

// a == b with nulls: null beside a value is a plain no, null beside null is null. Nothing is wrapped around
// what cannot be null, or no index would be used.
Ref equality(LowerCall& l, std::string_view function, int64_t beside_null) {
  const Ref plain = l.fn(function, l[0], l[1]);
  if (!l.nullable(0) && !l.nullable(1)) return plain;
  const Ref total = l.fn("ifNull", plain, l.integer(beside_null));
  if (!l.nullable(0) || !l.nullable(1)) return total;
  const Ref both = l.fn("and", l.fn("isNull", l[0]), l.fn("isNull", l[1]));
  return l.fn("if", both, l.null(), total);
}
Ref lower_equal(LowerCall& l) { return equality(l, "equals", 0); }
Ref lower_not_equal(LowerCall& l) { return equality(l, "notEquals", 1); }

Ref lower_less(LowerCall& l) { return l.all("less"); }
Ref lower_less_equal(LowerCall& l) { return l.all("lessOrEquals"); }
Ref lower_greater(LowerCall& l) { return l.all("greater"); }
Ref lower_greater_equal(LowerCall& l) { return l.all("greaterOrEquals"); }
Ref lower_and(LowerCall& l) { return l.all("and"); }
Ref lower_or(LowerCall& l) { return l.all("or"); }
Ref lower_not(LowerCall& l) { return l.all("not"); }

Ref lower_between(LowerCall& l) {
  return l.fn("and", l.fn("greaterOrEquals", l[0], l[1]), l.fn("lessOrEquals", l[0], l[2]));
}

Ref lower_in(LowerCall& l) {
  bool constant = true;
  for (size_t i = 1; i < l.size(); ++i)
    constant = constant && l.arg(i).kind == BoundKind::kLiteral && !is_null(l.arg(i).value);
  Ref found = nullptr;
  if (constant) {
    found = l.fn("in", l[0], l.tree.call("tuple", {l.args.begin() + 1, l.args.end()}));
    return l.nullable(0) ? l.fn("ifNull", found, l.integer(0)) : found;
  }
  std::vector<Ref> terms;
  for (size_t i = 1; i < l.size(); ++i)
    terms.push_back(l.fn("ifNull", l.fn("equals", l[0], l[i]), l.integer(0)));
  return terms.size() == 1 ? terms[0] : l.tree.call("or", std::move(terms));
}

// Among the members of a computed array: strings as strings, everything else as JSON text.
Ref lower_in_array(LowerCall& l) {
  const Ref array = l.fn("ifNull", l[1], l.text("[]"));
  if (l.arg(0).type == Type::kString)
    return l.fn("has", l.fn("JSONExtract", array, l.text("Array(String)")), l[0]);
  const Ref member = l.fn("ifNull", to_dynamic(l.tree, l[0], l.arg(0).type, l.nullable(0)), l.text(""));
  return l.fn("has", l.fn("JSONExtractArrayRaw", array), member);
}

Ref folded(LowerCall& l, Ref text) { return l.fn("lowerUTF8", text); }

Ref lower_in_folded(LowerCall& l) {
  std::vector<Ref> terms;
  for (size_t i = 1; i < l.size(); ++i) terms.push_back(folded(l, l[i]));
  bool constant = true;
  for (size_t i = 1; i < l.size(); ++i) constant = constant && l.arg(i).kind == BoundKind::kLiteral;
  if (constant) return l.fn("in", folded(l, l[0]), l.tree.call("tuple", std::move(terms)));
  for (Ref& term : terms) term = l.fn("equals", folded(l, l[0]), term);
  return terms.size() == 1 ? terms[0] : l.tree.call("or", std::move(terms));
}

Ref lower_in_folded_array(LowerCall& l) {
  const Ref array = l.fn("JSONExtract", l.fn("ifNull", l[1], l.text("[]")), l.text("Array(String)"));
  const std::string name = l.tree.fresh("v");
  const Ref lambda = l.tree.lambda(name, folded(l, l.tree.column("", name)));
  return l.fn("has", l.fn("arrayMap", lambda, array), folded(l, l[0]));
}

Ref lower_plus(LowerCall& l) { return l.all("plus"); }
Ref lower_minus(LowerCall& l) { return l.all("minus"); }
Ref lower_times(LowerCall& l) { return l.all("multiply"); }
Ref lower_divide(LowerCall& l) { return l.all("divide"); }
Ref lower_negate(LowerCall& l) {
  return l.fn("negate", l.arg(0).type == Type::kInt ? l.fn("toInt64", l[0]) : l[0]);
}

// Towards zero, and null for a division by zero; by -1 it is the negative, which wraps where the engine's
// division would not.
Ref lower_whole_divide(LowerCall& l) {
  if (is_sound_literal(l.arg(1))) return l.fn("intDiv", l[0], l[1]);
  const Ref minus_one = l.fn("equals", l[1], l.integer(-1));
  return l.fn("if", minus_one, l.fn("negate", l.fn("toInt64", l[0])), l.fn("intDivOrNull", l[0], l[1]));
}

// Never negative.
Ref lower_modulo(LowerCall& l) {
  return l.fn("toInt64",
              l.fn(is_sound_literal(l.arg(1)) ? "positiveModulo" : "positiveModuloOrNull", l[0], l[1]));
}
Ref lower_real_modulo(LowerCall& l) {
  const Ref size = l.fn("abs", l[1]);
  return l.fn("minus", l[0], l.fn("multiply", size, l.fn("floor", l.fn("divide", l[0], size))));
}

Ref rounded_ticks(LowerCall& l, Ref ticks) {
  return l.fn("accurateCastOrNull", l.fn("round", ticks), l.text("Int64"));
}
Ref lower_scale_span(LowerCall& l) { return rounded_ticks(l, l.fn("multiply", l[0], l[1])); }
Ref lower_shrink_span(LowerCall& l) { return rounded_ticks(l, l.fn("divide", l[0], l[1])); }

const int64_t* whole(const BoundExpr& e) { return std::get_if<int64_t>(&e.value); }

// Whole numbers and ticks wrap, as in the engine.
template <typename Operation>
std::optional<Value> fold_whole(std::span<const BoundExpr* const> args, Operation operation) {
  const int64_t* a = whole(*args[0]);
  const int64_t* b = args.size() > 1 ? whole(*args[1]) : a;
  if (a == nullptr || b == nullptr) return std::nullopt;
  return Value(static_cast<int64_t>(operation(static_cast<uint64_t>(*a), static_cast<uint64_t>(*b))));
}
std::optional<Value> fold_plus(std::span<const BoundExpr* const> args, int64_t) {
  return fold_whole(args, [](uint64_t a, uint64_t b) { return a + b; });
}
std::optional<Value> fold_minus(std::span<const BoundExpr* const> args, int64_t) {
  return fold_whole(args, [](uint64_t a, uint64_t b) { return a - b; });
}
// A datetime outside of the years 1 to 9999 is null.
std::optional<Value> in_range(std::optional<Value> ticks) {
  if (!ticks) return ticks;
  const int64_t value = std::get<int64_t>(*ticks);
  return value < 0 || value > kMaxDateTimeTicks ? Value() : *ticks;
}
std::optional<Value> fold_later(std::span<const BoundExpr* const> args, int64_t now) {
  return in_range(fold_plus(args, now));
}
std::optional<Value> fold_earlier(std::span<const BoundExpr* const> args, int64_t now) {
  return in_range(fold_minus(args, now));
}
std::optional<Value> fold_times(std::span<const BoundExpr* const> args, int64_t) {
  return fold_whole(args, [](uint64_t a, uint64_t b) { return a * b; });
}
std::optional<Value> fold_negate(std::span<const BoundExpr* const> args, int64_t) {
  if (const auto* real = std::get_if<double>(&args[0]->value)) return Value(-*real);
  return fold_whole(args, [](uint64_t a, uint64_t) { return 0 - a; });
}

constexpr auto kNone = Naming::kNone;

constexpr auto kRows = std::to_array<FunctionRow>({
    {"==", "bool& (T, T)", lower_equal},
    {"!=", "bool& (T, T)", lower_not_equal},
    {"<", "bool (number, number)", lower_less},
    {"<", "bool (datetime, datetime)", lower_less},
    {"<", "bool (timespan, timespan)", lower_less},
    {"<=", "bool (number, number)", lower_less_equal},
    {"<=", "bool (datetime, datetime)", lower_less_equal},
    {"<=", "bool (timespan, timespan)", lower_less_equal},
    {">", "bool (number, number)", lower_greater},
    {">", "bool (datetime, datetime)", lower_greater},
    {">", "bool (timespan, timespan)", lower_greater},
    {">=", "bool (number, number)", lower_greater_equal},
    {">=", "bool (datetime, datetime)", lower_greater_equal},
    {">=", "bool (timespan, timespan)", lower_greater_equal},
    {"between", "bool (number, number, number)", lower_between},
    {"between", "bool (datetime, datetime, datetime)", lower_between},
    {"between", "bool (timespan, timespan, timespan)", lower_between},
    {"and", "bool (bool, bool...)", lower_and},
    {"or", "bool (bool, bool...)", lower_or},
    {"not", "bool (bool)", lower_not},
    {"in", "bool! (T, T...)", lower_in},
    {"in", "bool! (scalar, dynamic)", lower_in_array},
    {"in~", "bool! (string, string...)", lower_in_folded},
    {"in~", "bool! (string, dynamic)", lower_in_folded_array},
    {"+", "long (int|long, int|long)", lower_plus, kNone, fold_plus},
    {"+", "real (number, number)", lower_plus},
    {"+", "timespan (timespan, timespan)", lower_plus, kNone, fold_plus},
    {"+", "datetime (datetime, timespan)", lower_plus, kNone, fold_later},
    {"+", "datetime (timespan, datetime)", lower_plus, kNone, fold_later},
    {"-", "long (int|long, int|long)", lower_minus, kNone, fold_minus},
    {"-", "real (number, number)", lower_minus},
    {"-", "timespan (timespan, timespan)", lower_minus, kNone, fold_minus},
    {"-", "timespan (datetime, datetime)", lower_minus, kNone, fold_minus},
    {"-", "datetime (datetime, timespan)", lower_minus, kNone, fold_earlier},
    {"*", "long (int|long, int|long)", lower_times, kNone, fold_times},
    {"*", "real (number, number)", lower_times},
    {"*", "timespan (timespan, int|long)", lower_times, kNone, fold_times},
    {"*", "timespan (int|long, timespan)", lower_times, kNone, fold_times},
    {"*", "timespan? (timespan, real)", lower_scale_span},
    {"*", "timespan? (real, timespan)", lower_scale_span},
    {"/", "long/ (int|long, int|long)", lower_whole_divide},
    {"/", "real (number, number)", lower_divide},
    {"/", "real (timespan, timespan)", lower_divide},
    {"/", "timespan/ (timespan, int|long)", lower_whole_divide},
    {"/", "timespan? (timespan, real)", lower_shrink_span},
    {"%", "long/ (int|long, int|long)", lower_modulo},
    {"%", "real (number, number)", lower_real_modulo},
    {"%", "timespan/ (timespan, timespan)", lower_modulo},
    {"%", "timespan/ (datetime, timespan)", lower_modulo},
    {"negate", "long (int|long)", lower_negate, kNone, fold_negate},
    {"negate", "real (real)", lower_negate, kNone, fold_negate},
    {"negate", "timespan (timespan)", lower_negate, kNone, fold_negate},
});

}  // namespace

// All but not(), which is called like a function.
std::span<const FunctionRow> operator_rows() {
  static const auto rows = [] {
    auto marked = kRows;
    for (FunctionRow& row : marked) row.is_operator = row.name != "not";
    return marked;
  }();
  return rows;
}

}  // namespace linkgate::kql
