// decimal: Decimal(76,20) in SQL, 36 digits before the point and 20 behind it. What grows over that is null:
// the engine would throw in some places and wrap in others.

#include <array>

#include "kql/function.h"

namespace linkgate::kql {
namespace {

using sql::Ref;

constexpr int64_t kScale = 20;
constexpr double kTooLarge = 1e36;

template <const char* kFunction>
Ref lower_plain(LowerCall& l) {
  return l.all(kFunction);
}
constexpr char kPlus[] = "plus", kMinus[] = "minus", kNegate[] = "negate", kAbs[] = "abs", kRound[] = "round",
               kCeil[] = "ceil";
constexpr char kLess[] = "less", kLessEqual[] = "lessOrEquals", kGreater[] = "greater",
               kGreaterEqual[] = "greaterOrEquals";

Ref lower_between(LowerCall& l) {
  return l.fn("and", l.fn("greaterOrEquals", l[0], l[1]), l.fn("lessOrEquals", l[0], l[2]));
}

// `value` where the same done to reals says that it is in range, else null.
Ref in_range(LowerCall& l, std::string_view operation, Ref a, Ref b, Ref value) {
  const Ref about = l.fn("abs", l.fn(operation, l.fn("toFloat64", a), l.fn("toFloat64", b)));
  const Ref sound = l.fn("ifNull", l.fn("less", about, l.tree.real(kTooLarge)), l.integer(0));
  return l.fn("if", sound, value, l.null());
}

Ref zero(LowerCall& l) { return l.fn("toDecimal256", l.integer(0), l.integer(kScale)); }

// A product has the digits of both behind the point, of which those that a decimal has stay.
Ref product(LowerCall& l, Ref a, Ref b) {
  return in_range(l, "multiply", a, b,
                  l.tree.cast(l.fn("multiply", a, b), sql_nullable_type(Type::kDecimal)));
}
Ref lower_times(LowerCall& l) { return product(l, l[0], l[1]); }

// The engine throws at a division by zero, also in the branch that is not taken and behind a null.
Ref quotient(LowerCall& l, Ref a, Ref b) {
  const Ref one = l.fn("toDecimal256", l.integer(1), l.integer(kScale));
  const Ref sound = l.fn("if", l.fn("ifNull", l.fn("equals", b, zero(l)), l.integer(1)), one, b);
  const Ref quotient = l.fn("divideDecimal", a, sound, l.integer(kScale));
  const Ref value = l.fn("if", l.fn("isNull", b), l.null(), quotient);
  return in_range(l, "divide", a, b, value);
}
Ref lower_divide(LowerCall& l) { return quotient(l, l[0], l[1]); }

Ref multiples(LowerCall& l, Ref value, Ref size) {
  return product(l, size, l.fn("floor", quotient(l, value, size)));
}

Ref lower_modulo(LowerCall& l) { return l.fn("minus", l[0], multiples(l, l[0], l.fn("abs", l[1]))); }
Ref lower_bin(LowerCall& l) {
  return l.fn("if", l.fn("greater", l[1], zero(l)), multiples(l, l[0], l[1]), l.null());
}

Ref lower_convert(LowerCall& l) { return convert(l.tree, l[0], l.arg(0).type, l.call.type, l.nullable(0)); }

constexpr auto kNone = Naming::kNone;
constexpr auto kFirst = Naming::kFirstArgument;

constexpr auto kRows = std::to_array<FunctionRow>({
    {"<", "bool (decimal, decimal)", lower_plain<kLess>, kNone, nullptr, nullptr, true},
    {"<=", "bool (decimal, decimal)", lower_plain<kLessEqual>, kNone, nullptr, nullptr, true},
    {">", "bool (decimal, decimal)", lower_plain<kGreater>, kNone, nullptr, nullptr, true},
    {">=", "bool (decimal, decimal)", lower_plain<kGreaterEqual>, kNone, nullptr, nullptr, true},
    {"between", "bool (decimal, decimal, decimal)", lower_between, kNone, nullptr, nullptr, true},
    {"+", "decimal (decimal, decimal)", lower_plain<kPlus>, kNone, nullptr, nullptr, true},
    {"-", "decimal (decimal, decimal)", lower_plain<kMinus>, kNone, nullptr, nullptr, true},
    {"*", "decimal? (decimal, decimal)", lower_times, kNone, nullptr, nullptr, true},
    {"/", "decimal? (decimal, decimal)", lower_divide, kNone, nullptr, nullptr, true},
    {"%", "decimal? (decimal, decimal)", lower_modulo, kNone, nullptr, nullptr, true},
    {"negate", "decimal (decimal)", lower_plain<kNegate>, kNone, nullptr, nullptr, true},
    {"abs", "decimal (decimal)", lower_plain<kAbs>, Naming::kFirstArgument},
    {"round", "decimal (decimal, int|long?#)", lower_plain<kRound>, kFirst},
    {"ceiling", "decimal (decimal)", lower_plain<kCeil>, Naming::kFirstArgument},
    {"bin", "decimal? (decimal, decimal)", lower_bin, kFirst},
    {"floor", "decimal? (decimal, decimal)", lower_bin, kFirst},
    {"todecimal", "decimal (bool|int|long|decimal)", lower_convert, kFirst},
    {"todecimal", "decimal? (any)", lower_convert, kFirst},
});

}  // namespace

std::span<const FunctionRow> decimal_rows() { return kRows; }

}  // namespace linkgate::kql
