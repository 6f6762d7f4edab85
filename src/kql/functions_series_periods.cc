// Series that repeat themselves, outliers, and the Fourier transform. Source: the Kusto documentation, page
// by page; it does not say how periods are scored. Here a period's score is how alike the series is to
// itself that far on: its autocorrelation, from 0 to 1.

#include <array>

#include "base/ascii.h"
#include "kql/function.h"
#include "kql/series_period.h"
#include "kql/sql_json.h"

namespace linkgate::kql {
namespace {

using sql::Ref;

constexpr int64_t kLeastPeriod = 4;
constexpr int64_t kMostPeriods = 10'000;  // that are told
constexpr double kSeasonThreshold = 0.7;
constexpr double kAsGood = 0.9;  // of a score: what differs by less is chance
constexpr int64_t kCycles = 3;   // that are seen of a period
constexpr int64_t kOff = 8;      // a multiple may be off by so much of the period: an eighth

Ref at(LowerCall& l, Ref list, Ref place) { return l.fn("arrayElement", list, place); }
Ref length_of(LowerCall& l, Ref list) { return l.fn("toInt64", l.fn("length", list)); }
Ref real_json(LowerCall& l, Ref value) {
  return l.fn("ifNull", to_dynamic(l.tree, value, Type::kReal, true), l.text("null"));
}
Ref series_json(LowerCall& l, Ref list) {
  return json_array(l.tree, each(l.tree, list, [&l](Ref x) { return real_json(l, x); }));
}
Ref whole_numbers(LowerCall& l, Ref json) {
  return each(l.tree, json_numbers(l.tree, json), [&l](Ref x) { return l.fn("ifNull", x, l.tree.real(0)); });
}
Ref centred(LowerCall& l, Ref list) {
  return l.let(l.fn("arrayAvg", list),
               [&](Ref mean) { return each(l.tree, list, [&](Ref x) { return l.fn("minus", x, mean); }); });
}
Ref no_text(LowerCall& l) { return l.tree.cast(l.null(), "Nullable(String)"); }

// Of a series whose mean is 0.
Ref likeness(LowerCall& l, Ref series, Ref distance) {
  const Ref count = l.fn("minus", l.fn("toInt64", l.fn("length", series)), distance);
  const Ref places =
      l.fn("range", l.integer(1),
           l.fn("toUInt64", l.fn("greatest", l.fn("plus", count, l.integer(1)), l.integer(1))));
  const Ref products =
      l.fn("arraySum", each(l.tree, places, [&](Ref i) {
             return l.fn("multiply", at(l, series, i), at(l, series, l.fn("plus", i, distance)));
           }));
  const Ref power = l.fn("arraySum", each(l.tree, series, [&l](Ref x) { return l.fn("multiply", x, x); }));
  const Ref mean = l.fn("divide", products, l.fn("greatest", count, l.integer(1)));
  return l.let(l.fn("divide", mean, l.fn("divide", power, l.fn("length", series))), [&](Ref r) {
    return l.fn("if", l.fn("isFinite", r), l.fn("least", l.fn("greatest", r, l.tree.real(0)), l.tree.real(1)),
                l.tree.real(0));
  });
}

// (score, distance) of each distance from `least` to `most` that is more alike than its neighbours.
Ref peaks(LowerCall& l, Ref series, Ref least, Ref most) {
  const Ref from = l.fn("greatest", least, l.integer(1));
  const Ref places = l.fn("range", l.fn("minus", from, l.integer(1)),
                          l.fn("greatest", l.fn("plus", most, l.integer(2)), from));
  const Ref scores = each(l.tree, places, [&](Ref k) {
    return l.fn("tuple", likeness(l, series, l.fn("toInt64", k)), l.fn("toInt64", k));
  });
  return l.let(scores, [&](Ref all) {
    const Ref inner = over(l.tree, "arrayFilter", l.fn("arrayEnumerate", all), [&](Ref i) {
      const auto score = [&](Ref place) { return part_of_tuple(l.tree, at(l, all, place), 1); };
      const Ref own = score(i);
      const Ref edges = l.fn("and", l.fn("greater", i, l.integer(1)), l.fn("less", i, l.fn("length", all)));
      return l.fn("and", edges, l.fn("greater", own, l.tree.real(0)),
                  l.fn("greaterOrEquals", own, score(l.fn("minus", i, l.integer(1)))),
                  l.fn("greaterOrEquals", own, score(l.fn("plus", i, l.integer(1)))));
    });
    return each(l.tree, inner, [&](Ref i) { return at(l, all, i); });
  });
}

Ref as_good(LowerCall& l, Ref score, Ref other) {
  return l.fn("greaterOrEquals", score, l.fn("multiply", other, l.tree.real(kAsGood)));
}

// Without those that are no more alike than at half the distance: slow changes, and twice a period.
Ref real_periods(LowerCall& l, Ref series, Ref found) {
  return over(l.tree, "arrayFilter", found, [&](Ref p) {
    const Ref half = l.fn("toInt64", l.fn("intDiv", part_of_tuple(l.tree, p, 2), l.integer(2)));
    return l.fn("not", as_good(l, likeness(l, series, half), part_of_tuple(l.tree, p, 1)));
  });
}

// Without those that are a multiple of a shorter one which is as good.
Ref without_multiples(LowerCall& l, Ref found) {
  return l.let(found, [&](Ref all) {
    return over(l.tree, "arrayFilter", all, [&](Ref p) {
      const Ref period = part_of_tuple(l.tree, p, 2);
      const Ref explained = over(l.tree, "arrayExists", all, [&](Ref q) {
        const Ref shorter = part_of_tuple(l.tree, q, 2);
        const Ref times = l.fn("toInt64", l.fn("round", l.fn("divide", period, shorter)));
        const Ref off = l.fn("abs", l.fn("minus", period, l.fn("multiply", times, shorter)));
        return l.fn("and", l.fn("greater", times, l.integer(1)),
                    l.fn("lessOrEquals", l.fn("multiply", off, l.integer(kOff)), shorter),
                    as_good(l, part_of_tuple(l.tree, q, 1), part_of_tuple(l.tree, p, 1)));
      });
      return l.fn("not", explained);
    });
  });
}

}  // namespace

Ref likely_periods(LowerCall& l, Ref values, Ref least, Ref most) {
  return l.let(centred(l, values), [&](Ref series) {
    const Ref third = l.fn("intDiv", length_of(l, series), l.integer(kCycles));
    const Ref found = peaks(l, series, least, l.fn("least", most, third));
    const Ref good = without_multiples(l, real_periods(l, series, found));
    return over(l.tree, "arraySort", good, [&](Ref p) {
      return l.fn("tuple", l.fn("negate", part_of_tuple(l.tree, p, 1)), part_of_tuple(l.tree, p, 2));
    });
  });
}

namespace {

// series_periods_detect(series, least, most, number)
Ref lower_detect(LowerCall& l) {
  const Ref found = l.let(whole_numbers(l, l[0]), [&](Ref series) {
    const Ref least = l.fn("greatest", l.fn("toInt64", l.fn("ceil", l[1])), l.integer(kLeastPeriod));
    const Ref most = l.fn("toInt64", l.fn("floor", l[2]));
    return l.let(likely_periods(l, series, least, most), [&](Ref all) {
      const auto part = [&](int64_t i) {
        const Ref values =
            each(l.tree, all, [&](Ref p) { return l.fn("toFloat64", part_of_tuple(l.tree, p, i)); });
        return series_json(
            l, l.fn("arrayResize", values,
                    l.fn("least", l.fn("greatest", l.fn("ifNull", l[3], l.integer(0)), l.integer(0)),
                         l.integer(kMostPeriods)),
                    l.tree.real(0)));
      };
      return l.fn("tuple", part(2), part(1));
    });
  });
  return l.fn("if", is_json_array(l.tree, l[0]), found, l.fn("tuple", no_text(l), no_text(l)));
}

// series_periods_validate(series, periods...)
Ref lower_validate(LowerCall& l) {
  std::vector<Ref> periods;
  for (size_t i = 1; i < l.size(); ++i)
    periods.push_back(l.fn("ifNull", l.fn("toFloat64", l[i]), l.tree.real(0)));
  const Ref found = l.let(centred(l, whole_numbers(l, l[0])), [&](Ref series) {
    return l.let(l.tree.call("array", periods), [&](Ref all) {
      const Ref half = l.fn("intDiv", length_of(l, series), l.integer(2));
      const Ref scores = each(l.tree, all, [&](Ref p) {
        const Ref inside =
            l.fn("and", l.fn("greaterOrEquals", p, l.integer(kLeastPeriod)), l.fn("lessOrEquals", p, half));
        const Ref whole = l.fn("toInt64", l.fn("round", l.fn("if", inside, p, l.tree.real(1))));
        return l.fn("if", inside, likeness(l, series, whole), l.tree.real(0));
      });
      return l.fn("tuple", series_json(l, all), series_json(l, scores));
    });
  });
  return l.fn("if", is_json_array(l.tree, l[0]), found, l.fn("tuple", no_text(l), no_text(l)));
}

// series_seasonal(series, period, test points): the median of each place in the period. A period that is not
// given is looked for.
Ref lower_seasonal(LowerCall& l) {
  const Ref found = l.let(whole_numbers(l, l[0]), [&](Ref all) {
    const Ref tests = l.size() > 2 ? l.fn("greatest", l[2], l.integer(0)) : l.integer(0);
    const Ref known = l.fn("greatest", l.fn("minus", length_of(l, all), tests), l.integer(0));
    return l.let(l.fn("arraySlice", all, l.integer(1), known), [&](Ref series) {
      const Ref any = likely_periods(l, series, l.integer(kLeastPeriod), length_of(l, series));
      const Ref detected = l.let(any, [&](Ref best) {
        const Ref first = at(l, best, l.integer(1));
        const Ref enough =
            l.fn("greaterOrEquals", part_of_tuple(l.tree, first, 1), l.tree.real(kSeasonThreshold));
        return l.fn("if", enough, part_of_tuple(l.tree, first, 2), l.tree.long_value(0));
      });
      const Ref period =
          l.size() > 1 ? l.fn("if", l.fn("greater", l[1], l.integer(0)), l.fn("toInt64", l[1]), detected)
                       : detected;
      return l.let(period, [&](Ref p) {
        const Ref season = each_place(l.tree, all, [&](Ref i) {
          const Ref same = over(l.tree, "arrayFilter", l.fn("arrayEnumerate", series), [&](Ref j) {
            const Ref apart = l.fn("minus", l.fn("toInt64", i), l.fn("toInt64", j));
            return l.fn("equals", l.fn("positiveModulo", apart, l.fn("greatest", p, l.integer(1))),
                        l.integer(0));
          });
          const Ref values = each(l.tree, same, [&](Ref j) { return at(l, series, j); });
          const Ref median = l.fn("arrayReduce", l.text("quantileExactInclusive(0.5)"), values);
          return l.fn("if", l.fn("greater", p, l.integer(0)), median, l.tree.real(0));
        });
        return series_json(l, season);
      });
    });
  });
  return l.fn("if", is_json_array(l.tree, l[0]), found, l.null());
}

// ---- outliers: how far outside of the range between two percentiles, in lengths of that range
double constant_number(LowerCall& l, size_t i, double otherwise) {
  if (i >= l.size()) return otherwise;
  const auto* whole = std::get_if<int64_t>(&l.arg(i).value);
  const auto* real = std::get_if<double>(&l.arg(i).value);
  return whole != nullptr ? static_cast<double>(*whole) : real != nullptr ? *real : otherwise;
}
// (series, kind, value to ignore, lower percentile, upper percentile, test points)
Ref lower_outliers(LowerCall& l) {
  const auto* kind = l.size() > 1 ? std::get_if<std::string>(&l.arg(1).value) : nullptr;
  const bool plain = kind != nullptr && ascii::iequals(*kind, "tukey");
  const double low = plain ? 25 : constant_number(l, 3, 10), high = plain ? 75 : constant_number(l, 4, 90);
  const auto tests = static_cast<int64_t>(constant_number(l, 5, 0));
  const bool ignores = l.size() > 2 && !is_null(l.arg(2).value);
  const Ref numbers = each(l.tree, json_numbers(l.tree, l[0]),
                           [&](Ref x) { return ignores ? l.fn("nullIf", x, l.fn("toFloat64", l[2])) : x; });
  const auto level = [&](Ref known, double percent) {
    return l.fn("arrayReduce", l.text("quantileExactInclusive(" + std::to_string(percent / 100) + ")"),
                known);
  };
  const Ref found = l.let(numbers, [&](Ref all) {
    const Ref count = l.fn("greatest", l.fn("minus", length_of(l, all), l.integer(tests)), l.integer(0));
    const Ref present = over(l.tree, "arrayFilter", l.fn("arraySlice", all, l.integer(1), count),
                             [&l](Ref x) { return l.fn("isNotNull", x); });
    return l.let(each(l.tree, present, [&l](Ref x) { return l.fn("assumeNotNull", x); }), [&](Ref known) {
      return l.let(l.fn("tuple", level(known, low), level(known, high)), [&](Ref ends) {
        const Ref from = part_of_tuple(l.tree, ends, 1), to = part_of_tuple(l.tree, ends, 2);
        const Ref range = l.fn("minus", to, from);
        const Ref scores = each(l.tree, all, [&](Ref x) {
          const auto distance = [&](Ref end) { return l.fn("divide", l.fn("minus", x, end), range); };
          return l.fn("multiIf", l.fn("isNull", x), l.tree.real(0), l.fn("greater", x, to), distance(to),
                      l.fn("less", x, from), distance(from), l.tree.real(0));
        });
        return series_json(l, scores);
      });
    });
  });
  return l.fn("if", is_json_array(l.tree, l[0]), found, l.null());
}
std::optional<ArgumentProblem> check_outliers(std::span<const BoundExpr* const> args) {
  const auto* kind = args.size() > 1 ? std::get_if<std::string>(&args[1]->value) : nullptr;
  if (kind == nullptr || ascii::iequals(*kind, "tukey") || ascii::iequals(*kind, "ctukey"))
    return std::nullopt;
  return ArgumentProblem{args[1]->span, "the kinds are 'ctukey' and 'tukey'"};
}

// ---- the discrete Fourier transform, term by term; backwards with the other sign and divided by the length
Ref transformed(LowerCall& l, bool inverse) {
  const Ref found = l.let(whole_numbers(l, l[0]), [&](Ref real) {
    const Ref zeros = each(l.tree, real, [&l](Ref) { return l.fn("toFloat64", l.tree.real(0)); });
    const Ref given = l.size() > 1
                          ? l.fn("arrayResize", whole_numbers(l, l[1]), l.fn("length", real), l.tree.real(0))
                          : zeros;
    return l.let(given, [&](Ref imaginary) {
      const Ref count = l.fn("toFloat64", l.fn("length", real));
      const Ref unit = l.fn("divide", l.fn("multiply", l.tree.real(inverse ? 2 : -2), l.fn("pi")), count);
      const auto sum = [&](bool imaginary_part) {
        return series_json(l, each_place(l.tree, real, [&](Ref k) {
                             const Ref terms = each_place(l.tree, real, [&](Ref n) {
                               const auto from_zero = [&](Ref place) {
                                 return l.fn("minus", l.fn("toInt64", place), l.integer(1));
                               };
                               // The angle is taken within one turn, where sine and cosine are exact enough.
                               const Ref turns = l.fn("modulo", l.fn("multiply", from_zero(k), from_zero(n)),
                                                      l.fn("length", real));
                               return l.let(l.fn("multiply", unit, turns), [&](Ref angle) {
                                 const Ref a = at(l, real, n), b = at(l, imaginary, n);
                                 const Ref c = l.fn("cos", angle), s = l.fn("sin", angle);
                                 if (imaginary_part)
                                   return l.fn("plus", l.fn("multiply", a, s), l.fn("multiply", b, c));
                                 return l.fn("minus", l.fn("multiply", a, c), l.fn("multiply", b, s));
                               });
                             });
                             const Ref total = l.fn("arraySum", terms);
                             return inverse ? l.fn("divide", total, count) : total;
                           }));
      };
      return l.fn("tuple", sum(false), sum(true));
    });
  });
  return l.fn("if", is_json_array(l.tree, l[0]), found, l.fn("tuple", no_text(l), no_text(l)));
}
Ref lower_fft(LowerCall& l) { return transformed(l, false); }
Ref lower_ifft(LowerCall& l) { return transformed(l, true); }

constexpr auto kNone = Naming::kNone;
constexpr std::string_view kPeriods = "periods:dynamic scores:dynamic";
constexpr std::string_view kComplex = "real:dynamic imag:dynamic";

constexpr auto kRows = std::to_array<FunctionRow>({
    {"series_periods_detect", "dynamic (dynamic, real, real, long)", lower_detect, kNone, nullptr, nullptr,
     false, kPeriods},
    {"series_periods_validate", "dynamic (dynamic, real, real...)", lower_validate, kNone, nullptr, nullptr,
     false, kPeriods},
    {"series_seasonal", "dynamic (dynamic, int|long?, int|long?)", lower_seasonal},
    {"series_outliers", "dynamic (dynamic, string?#, number?#, number?#, number?#, int|long?#)",
     lower_outliers, Naming::kFirstArgument, nullptr, check_outliers},
    {"series_fft", "dynamic (dynamic, dynamic?)", lower_fft, kNone, nullptr, nullptr, false, kComplex},
    {"series_ifft", "dynamic (dynamic, dynamic?)", lower_ifft, kNone, nullptr, nullptr, false, kComplex},
});

}  // namespace

std::span<const FunctionRow> series_period_rows() { return kRows; }

}  // namespace linkgate::kql
