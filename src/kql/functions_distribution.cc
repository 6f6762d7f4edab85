// The beta distribution, and what is made of it. Source: Abramowitz and Stegun, Handbook of Mathematical
// Functions, 26.5 (the incomplete beta function and its continued fraction) and 26.7 (Student's t).

#include <array>
#include <limits>

#include "kql/function.h"

namespace linkgate::kql {
namespace {

using sql::Ref;

constexpr double kMostParameter = 10'000;  // of alpha and beta, as documented
constexpr int64_t kFractionSteps = 400;    // converge for all parameters up to that
constexpr int64_t kHalvings = 60;          // of [0, 1]: more than a double's digits

Ref one_minus(LowerCall& l, Ref x) { return l.fn("minus", l.tree.real(1), x); }

// The continued fraction, by Lentz: (c, d, value) from step to step.
Ref beta_fraction(LowerCall& l, Ref x, Ref a, Ref b) {
  const std::string state = l.tree.fresh("v"), turn = l.tree.fresh("v");
  const Ref step = l.tree.column("", turn);
  const auto member = [&](int64_t i) {
    return l.fn("tupleElement", l.tree.column("", state), l.tree.integer(i));
  };
  const Ref m = l.fn("toFloat64", l.fn("intDiv", step, l.integer(2)));
  const Ref doubled = l.fn("plus", a, l.fn("multiply", m, l.integer(2)));
  const Ref even = l.fn("divide", l.fn("multiply", l.fn("multiply", m, l.fn("minus", b, m)), x),
                        l.fn("multiply", l.fn("minus", doubled, l.integer(1)), doubled));
  const Ref sum = l.fn("plus", l.fn("plus", a, b), m);
  const Ref odd =
      l.fn("divide", l.fn("multiply", l.fn("multiply", l.fn("negate", l.fn("plus", a, m)), sum), x),
           l.fn("multiply", doubled, l.fn("plus", doubled, l.integer(1))));
  const Ref term = l.fn("if", l.fn("equals", l.fn("modulo", step, l.integer(2)), l.integer(0)), even, odd);
  const auto sound = [&](Ref value) {  // a divisor that is nearly nothing is made a little
    constexpr double kLittle = 1e-300;
    return l.let(value, [&](Ref v) {
      return l.fn("if", l.fn("less", l.fn("abs", v), l.tree.real(kLittle)), l.tree.real(kLittle), v);
    });
  };
  const Ref next = l.let(term, [&](Ref aa) {
    const Ref c = sound(l.fn("plus", l.tree.real(1), l.fn("divide", aa, member(1))));
    const Ref d = sound(l.fn("plus", l.tree.real(1), l.fn("multiply", aa, member(2))));
    const Ref pair = l.fn("tuple", c, l.fn("divide", l.tree.real(1), d));
    return l.let(pair, [&](Ref cd) {
      const Ref c1 = l.fn("tupleElement", cd, l.integer(1)), d1 = l.fn("tupleElement", cd, l.integer(2));
      return l.fn("tuple", c1, d1, l.fn("multiply", member(3), l.fn("multiply", c1, d1)));
    });
  });
  const Ref steps = l.fn("range", l.integer(1), l.integer(kFractionSteps + 1));
  const auto real = [&](double value) { return l.fn("toFloat64", l.tree.real(value)); };
  const Ref folded = l.fn("arrayFold", l.tree.lambda("(" + state + ", " + turn + ")", next), steps,
                          l.fn("tuple", real(1e300), real(1), real(1)));
  return l.fn("tupleElement", folded, l.integer(3));
}

// I_x(a, b), for 0 <= x <= 1 and sound parameters: on the side of the mean where the fraction converges.
Ref incomplete_beta(LowerCall& l, Ref x, Ref a, Ref b) {
  const Ref mean =
      l.fn("divide", l.fn("plus", a, l.integer(1)), l.fn("plus", l.fn("plus", a, b), l.integer(2)));
  const Ref high = l.fn("greater", x, mean);
  const Ref sides = l.fn("if", high, l.fn("tuple", one_minus(l, x), b, a), l.fn("tuple", x, a, b));
  const Ref tail = l.let(sides, [&](Ref side) {
    const auto member = [&](int64_t i) { return l.fn("tupleElement", side, l.integer(i)); };
    const Ref y = member(1), p = member(2), q = member(3);
    const Ref gammas =
        l.fn("minus", l.fn("lgamma", l.fn("plus", p, q)), l.fn("plus", l.fn("lgamma", p), l.fn("lgamma", q)));
    const Ref powers = l.fn("plus", l.fn("multiply", p, l.fn("log", y)),
                            l.fn("multiply", q, l.fn("log1p", l.fn("negate", y))));
    const Ref front = l.fn("divide", l.fn("exp", l.fn("plus", gammas, powers)), p);
    const Ref nothing = l.fn("lessOrEquals", y, l.tree.real(0));
    return l.fn("if", nothing, l.tree.real(0), l.fn("multiply", front, beta_fraction(l, y, p, q)));
  });
  return l.let(tail, [&](Ref t) { return l.fn("if", high, one_minus(l, t), t); });
}

Ref nan_of(LowerCall& l) { return l.tree.real(std::numeric_limits<double>::quiet_NaN()); }
Ref in_unit(LowerCall& l, Ref x) {
  return l.fn("and", l.fn("greaterOrEquals", x, l.tree.real(0)), l.fn("lessOrEquals", x, l.tree.real(1)));
}
Ref sound_parameters(LowerCall& l) {
  const auto sound = [&](Ref a) {
    return l.fn("and", l.fn("greater", a, l.tree.real(0)),
                l.fn("lessOrEquals", a, l.tree.real(kMostParameter)));
  };
  return l.fn("and", sound(l[1]), sound(l[2]));
}
// An argument where it is sound, else one that computes without trouble.
Ref tame(LowerCall& l, Ref condition, size_t i) {
  const Ref value = l.nullable(i) ? l.fn("ifNull", l[i], l.tree.real(0.5)) : l[i];
  return l.fn("if", l.nullable(i) ? l.fn("ifNull", condition, l.integer(0)) : condition, value,
              l.tree.real(0.5));
}

Ref lower_beta_cdf(LowerCall& l) {
  const Ref sound = l.fn("and", in_unit(l, l[0]), sound_parameters(l));
  return l.let(sound, [&](Ref good) {
    const auto plain = [&](size_t i) { return tame(l, good, i); };
    const Ref share = l.let(plain(0), [&](Ref x) {
      return l.let(plain(1), [&](Ref a) {
        return l.let(plain(2), [&](Ref b) { return incomplete_beta(l, x, a, b); });
      });
    });
    return l.fn("multiIf", l.fn("isNull", good), l.null(), l.fn("assumeNotNull", good), share, nan_of(l));
  });
}

// By halving the interval that holds it.
Ref lower_beta_inv(LowerCall& l) {
  const std::string state = l.tree.fresh("v"), turn = l.tree.fresh("v");
  const auto member = [&](int64_t i) { return l.fn("tupleElement", l.tree.column("", state), l.integer(i)); };
  const Ref good = l.fn("and", in_unit(l, l[0]), sound_parameters(l));
  const Ref found = l.let(tame(l, good, 0), [&](Ref p) {
    return l.let(tame(l, good, 1), [&](Ref a) {
      return l.let(tame(l, good, 2), [&](Ref b) {
        const Ref middle = l.fn("divide", l.fn("plus", member(1), member(2)), l.integer(2));
        const Ref next = l.let(middle, [&](Ref x) {
          const Ref below = l.fn("less", incomplete_beta(l, x, a, b), p);
          return l.fn("if", below, l.fn("tuple", x, member(2)), l.fn("tuple", member(1), x));
        });
        const Ref ends = l.fn("tuple", l.fn("toFloat64", l.tree.real(0)), l.fn("toFloat64", l.tree.real(1)));
        const Ref halved = l.fn("arrayFold", l.tree.lambda("(" + state + ", " + turn + ")", next),
                                l.fn("range", l.integer(kHalvings)), ends);
        return l.fn("tupleElement", halved, l.integer(2));
      });
    });
  });
  const Ref inside = l.fn("ifNull", in_unit(l, l[0]), l.integer(0));
  const Ref sound = l.fn("ifNull", sound_parameters(l), l.integer(0));
  return l.fn("multiIf", l.fn("not", inside), l.null(), sound, l.fn("toNullable", found), nan_of(l));
}

// Welch's t-test, both tails: of two means with their variances and numbers of values.
Ref lower_welch_test(LowerCall& l) {
  const Ref first = l.fn("divide", l[1], l[2]), second = l.fn("divide", l[4], l[5]);
  const auto square = [&](Ref v) { return l.let(v, [&](Ref x) { return l.fn("multiply", x, x); }); };
  const auto freedom_of = [&](Ref share, Ref count) {
    return l.fn("divide", square(share), l.fn("minus", count, l.tree.real(1)));
  };
  const Ref spread = l.fn("plus", first, second);
  const Ref t2 = l.fn("divide", square(l.fn("minus", l[0], l[3])), spread);
  const Ref freedom =
      l.fn("divide", square(spread), l.fn("plus", freedom_of(first, l[2]), freedom_of(second, l[5])));
  bool nullable = false;
  for (size_t i = 0; i < l.size(); ++i) nullable = nullable || l.nullable(i);
  const auto plain = [&](Ref v) { return nullable ? l.fn("ifNull", v, l.tree.real(1)) : v; };
  const Ref share = l.let(plain(freedom), [&](Ref f) {
    return l.let(plain(t2), [&](Ref t) {
      const Ref x = l.fn("divide", f, l.fn("plus", f, t));
      return l.let(x, [&](Ref y) {
        return incomplete_beta(l, y, l.fn("divide", f, l.integer(2)), l.fn("toFloat64", l.tree.real(0.5)));
      });
    });
  });
  return nullable ? l.fn("if", l.fn("isNull", l.fn("plus", freedom, t2)), l.null(), share) : share;
}

constexpr auto kRows = std::to_array<FunctionRow>({
    {"beta_cdf", "real (real, real, real)", lower_beta_cdf},
    {"beta_inv", "real? (real, real, real)", lower_beta_inv},
    {"welch_test", "real (real, real, real, real, real, real)", lower_welch_test},
});

}  // namespace

std::span<const FunctionRow> distribution_rows() { return kRows; }

}  // namespace linkgate::kql
