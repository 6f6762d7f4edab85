// Numbers.

#include <array>
#include <limits>

#include "kql/function.h"

namespace linkgate::kql {
namespace {

using sql::Ref;

Ref lower_abs(LowerCall& l) {
  return l.arg(0).type == Type::kReal ? l.all("abs") : l.fn("toInt64", l.all("abs"));
}
Ref lower_sign(LowerCall& l) {  // of NaN 0
  const Ref sign = l.fn("toFloat64", l.all("sign"));
  return l.arg(0).type == Type::kReal ? l.fn("if", l.fn("isNaN", l[0]), l.tree.real(0), sign) : sign;
}
Ref lower_sqrt(LowerCall& l) { return l.all("sqrt"); }
Ref lower_pow(LowerCall& l) { return l.all("pow"); }
Ref lower_exp(LowerCall& l) { return l.all("exp"); }
Ref lower_exp2(LowerCall& l) { return l.all("exp2"); }
Ref lower_exp10(LowerCall& l) { return l.all("exp10"); }
Ref lower_log(LowerCall& l) { return l.all("log"); }
Ref lower_log2(LowerCall& l) { return l.all("log2"); }
Ref lower_log10(LowerCall& l) { return l.all("log10"); }
Ref lower_sin(LowerCall& l) { return l.all("sin"); }
Ref lower_cos(LowerCall& l) { return l.all("cos"); }
Ref lower_tan(LowerCall& l) { return l.all("tan"); }
Ref lower_asin(LowerCall& l) { return l.all("asin"); }
Ref lower_acos(LowerCall& l) { return l.all("acos"); }
Ref lower_atan(LowerCall& l) { return l.all("atan"); }
Ref lower_atan2(LowerCall& l) { return l.all("atan2"); }
Ref lower_pi(LowerCall& l) { return l.all("pi"); }
Ref lower_radians(LowerCall& l) { return l.all("radians"); }
Ref lower_degrees(LowerCall& l) { return l.all("degrees"); }
Ref lower_ceiling(LowerCall& l) { return l.all("ceil"); }
Ref lower_isnan(LowerCall& l) { return l.fn("ifNull", l.all("isNaN"), l.integer(0)); }
Ref lower_isinf(LowerCall& l) { return l.fn("ifNull", l.all("isInfinite"), l.integer(0)); }
Ref lower_isfinite(LowerCall& l) { return l.fn("ifNull", l.all("isFinite"), l.integer(0)); }
Ref lower_same(LowerCall& l) { return l[0]; }
Ref lower_cot(LowerCall& l) { return l.fn("divide", l.integer(1), l.all("tan")); }
Ref lower_gamma(LowerCall& l) { return l.all("tgamma"); }
Ref lower_loggamma(LowerCall& l) { return l.all("lgamma"); }
Ref lower_erf(LowerCall& l) { return l.all("erf"); }
Ref lower_erfc(LowerCall& l) { return l.all("erfc"); }
// The density of the beta distribution, null where the parameters or x are out of their ranges.
Ref lower_beta_pdf(LowerCall& l) {
  const Ref one = l.tree.real(1);
  const auto power = [&](Ref base, Ref exponent) { return l.fn("pow", base, l.fn("minus", exponent, one)); };
  const Ref beta = l.fn("exp", l.fn("minus", l.fn("plus", l.fn("lgamma", l[1]), l.fn("lgamma", l[2])),
                                    l.fn("lgamma", l.fn("plus", l[1], l[2]))));
  const Ref density =
      l.fn("divide", l.fn("multiply", power(l[0], l[1]), power(l.fn("minus", one, l[0]), l[2])), beta);
  const Ref zero = l.tree.real(0);
  const Ref sound = l.fn("and", l.fn("greaterOrEquals", l[0], zero), l.fn("lessOrEquals", l[0], one),
                         l.fn("greater", l[1], zero), l.fn("greater", l[2], zero));
  return l.fn("if", sound, l.fn("toNullable", density), l.null());
}
// around(value, centre, distance): both ends belong to it.
Ref lower_around(LowerCall& l) {
  return l.fn("and", l.fn("greaterOrEquals", l[0], l.fn("minus", l[1], l[2])),
              l.fn("lessOrEquals", l[0], l.fn("plus", l[1], l[2])));
}

// Half away from zero; the engine's own round goes to the even neighbour.
Ref lower_round(LowerCall& l) {
  const Ref scale = l.size() > 1 ? l.fn("exp10", l[1]) : l.tree.real(1);
  const Ref scaled = l.fn("multiply", l.fn("abs", l[0]), scale);
  const Ref rounded = l.fn("divide", l.fn("floor", l.fn("plus", scaled, l.tree.real(0.5))), scale);
  return l.fn("multiply", l.fn("sign", l[0]), rounded);
}

Ref lower_bin_whole(LowerCall& l) {
  if (is_sound_literal(l.arg(1))) return l.fn("minus", l[0], l.fn("positiveModulo", l[0], l[1]));
  const Ref down = l.fn("minus", l[0], l.fn("positiveModuloOrNull", l[0], l[1]));
  return l.fn("if", l.fn("greater", l[1], l.integer(0)), l.fn("toNullable", l.fn("toInt64", down)), l.null());
}
Ref lower_bin_real(LowerCall& l) {
  const Ref down = l.fn("multiply", l.fn("floor", l.fn("divide", l[0], l[1])), l[1]);
  if (is_sound_literal(l.arg(1))) return down;
  return l.fn("if", l.fn("greater", l[1], l.integer(0)), l.fn("toNullable", down), l.null());
}
// bin_at(value, size, fixed): bins that one of their edges meets `fixed`.
Ref lower_bin_at_whole(LowerCall& l) {
  return l.fn("minus", l[0], l.fn("positiveModuloOrNull", l.fn("minus", l[0], l[2]), l[1]));
}
Ref lower_bin_at_real(LowerCall& l) {
  const Ref steps = l.fn("floor", l.fn("divide", l.fn("minus", l[0], l[2]), l[1]));
  return l.fn("plus", l[2], l.fn("multiply", steps, l[1]));
}

std::optional<Value> fold_bin(std::span<const BoundExpr* const> args, int64_t) {
  const auto* value = std::get_if<int64_t>(&args[0]->value);
  const auto* size = std::get_if<int64_t>(&args[1]->value);
  if (value == nullptr || size == nullptr || *size <= 0) return std::nullopt;
  const int64_t rest = *value % *size;
  int64_t down = 0;
  if (__builtin_sub_overflow(*value, rest < 0 ? rest + *size : rest, &down)) return std::nullopt;
  return Value(down);
}

// Nulls do not take part.
Ref extreme_of(LowerCall& l, std::string_view function, std::string_view aggregate) {
  if (l.call.type == Type::kReal) {
    std::vector<Ref> nans;
    for (Ref arg : l.args) nans.push_back(l.fn("ifNull", l.fn("isNaN", arg), l.integer(0)));
    const Ref nan = l.tree.real(std::numeric_limits<double>::quiet_NaN());
    return l.fn("if", l.tree.call("or", std::move(nans)), nan,
                l.fn("arrayReduce", l.text(aggregate), l.all("array")));
  }
  bool nullable = false;
  for (size_t i = 0; i < l.size(); ++i) nullable = nullable || l.nullable(i);
  if (!nullable) return l.all(function);
  return l.fn("arrayReduce", l.text(aggregate), l.all("array"));
}
Ref lower_max_of(LowerCall& l) { return extreme_of(l, "greatest", "max"); }
Ref lower_min_of(LowerCall& l) { return extreme_of(l, "least", "min"); }

Ref lower_bit_and(LowerCall& l) { return l.all("bitAnd"); }
Ref lower_bit_or(LowerCall& l) { return l.all("bitOr"); }
Ref lower_bit_xor(LowerCall& l) { return l.all("bitXor"); }
Ref lower_bit_not(LowerCall& l) { return l.all("bitNot"); }
Ref lower_shift_left(LowerCall& l) {
  return l.fn("bitShiftLeft", l[0], l.fn("positiveModulo", l[1], l.integer(64)));
}
Ref lower_shift_right(LowerCall& l) {
  return l.fn("bitShiftRight", l[0], l.fn("positiveModulo", l[1], l.integer(64)));
}

constexpr auto kFirst = Naming::kFirstArgument;

constexpr auto kRows = std::to_array<FunctionRow>({
    {"abs", "long (int|long)", lower_abs, Naming::kFirstArgument},
    {"abs", "real (real)", lower_abs, Naming::kFirstArgument},
    {"abs", "timespan (timespan)", lower_abs, Naming::kFirstArgument},
    {"sign", "real (number)", lower_sign},
    {"sqrt", "real (number)", lower_sqrt, Naming::kFirstArgument},
    {"pow", "real (number, number)", lower_pow, Naming::kFirstArgument},
    {"exp", "real (number)", lower_exp, Naming::kFirstArgument},
    {"exp2", "real (number)", lower_exp2, Naming::kFirstArgument},
    {"exp10", "real (number)", lower_exp10, Naming::kFirstArgument},
    {"log", "real (number)", lower_log, Naming::kFirstArgument},
    {"log2", "real (number)", lower_log2, Naming::kFirstArgument},
    {"log10", "real (number)", lower_log10, Naming::kFirstArgument},
    {"sin", "real (number)", lower_sin, Naming::kFirstArgument},
    {"cos", "real (number)", lower_cos, Naming::kFirstArgument},
    {"tan", "real (number)", lower_tan, Naming::kFirstArgument},
    {"asin", "real (number)", lower_asin, Naming::kFirstArgument},
    {"acos", "real (number)", lower_acos, Naming::kFirstArgument},
    {"atan", "real (number)", lower_atan, Naming::kFirstArgument},
    {"atan2", "real (real, real)", lower_atan2, Naming::kFirstArgument},
    {"cot", "real (number)", lower_cot},
    {"gamma", "real (number)", lower_gamma, Naming::kFirstArgument},
    {"loggamma", "real (number)", lower_loggamma, Naming::kFirstArgument},
    {"erf", "real (number)", lower_erf, Naming::kFirstArgument},
    {"erfc", "real (number)", lower_erfc, Naming::kFirstArgument},
    {"beta_pdf", "real? (real, real, real)", lower_beta_pdf},
    {"around", "bool (long, long, long)", lower_around},
    {"around", "bool (real, real, real)", lower_around},
    {"around", "bool (datetime, datetime, timespan)", lower_around},
    {"around", "bool (timespan, timespan, timespan)", lower_around},
    {"pi", "real! ()", lower_pi},
    {"radians", "real (number)", lower_radians},
    {"degrees", "real (number)", lower_degrees},
    {"ceiling", "int (int)", lower_same, Naming::kFirstArgument},
    {"ceiling", "long (long)", lower_same, Naming::kFirstArgument},
    {"ceiling", "real (real)", lower_ceiling, Naming::kFirstArgument},
    {"isnan", "bool! (number)", lower_isnan},
    {"isinf", "bool! (number)", lower_isinf},
    {"isfinite", "bool! (number)", lower_isfinite},
    {"round", "real (real, int|long?)", lower_round, kFirst},
    {"bin", "long/ (int|long, int|long)", lower_bin_whole, kFirst, fold_bin},
    {"bin", "real/ (real, real)", lower_bin_real, kFirst},
    {"bin", "datetime/ (datetime, timespan)", lower_bin_whole, kFirst, fold_bin},
    {"bin", "timespan/ (timespan, timespan)", lower_bin_whole, kFirst, fold_bin},
    {"floor", "long/ (int|long, int|long)", lower_bin_whole, kFirst, fold_bin},
    {"floor", "real/ (real, real)", lower_bin_real, kFirst},
    {"floor", "datetime/ (datetime, timespan)", lower_bin_whole, kFirst, fold_bin},
    {"floor", "timespan/ (timespan, timespan)", lower_bin_whole, kFirst, fold_bin},
    {"bin_at", "long? (int|long, int|long, int|long)", lower_bin_at_whole, kFirst},
    {"bin_at", "real (real, real, real)", lower_bin_at_real, kFirst},
    {"bin_at", "datetime? (datetime, timespan, datetime)", lower_bin_at_whole, kFirst},
    {"bin_at", "timespan? (timespan, timespan, timespan)", lower_bin_at_whole, kFirst},
    {"max_of", "T& (T, T, T...)", lower_max_of},
    {"min_of", "T& (T, T, T...)", lower_min_of},
    {"binary_and", "long (long, long)", lower_bit_and, Naming::kFirstArgument},
    {"binary_or", "long (long, long)", lower_bit_or, Naming::kFirstArgument},
    {"binary_xor", "long (long, long)", lower_bit_xor, Naming::kFirstArgument},
    {"binary_not", "long (long)", lower_bit_not, Naming::kFirstArgument},
    {"binary_shift_left", "long (long, long)", lower_shift_left, Naming::kFirstArgument},
    {"binary_shift_right", "long (long, long)", lower_shift_right, Naming::kFirstArgument},
});

}  // namespace

std::span<const FunctionRow> math_rows() { return kRows; }

}  // namespace linkgate::kql
