// Series taken apart into trend, season and rest, and what of the rest is out of the ordinary. The
// documentation says what the parts are, not every detail of how Kusto finds them; docs/kql.md says what is
// done here: the trend first (the mean, or the straight line of the least squares), then of what is left the
// median of each place in the season. A rest is out of the ordinary by its distance from the range between
// two percentiles, in lengths of that range.

#include <array>

#include "base/ascii.h"
#include "kql/function.h"
#include "kql/series_period.h"
#include "kql/sql_json.h"

namespace linkgate::kql {
namespace {

using sql::Ref;

// Which arguments say what; 0: none.
struct Places {
  size_t threshold, period, trend, test_points, method, season_threshold;
};

Ref real_json(LowerCall& l, Ref value) {
  return l.fn("ifNull", to_dynamic(l.tree, value, Type::kReal, true), l.text("null"));
}
Ref series_json(LowerCall& l, Ref list) {
  return json_array(l.tree, each(l.tree, list, [&l](Ref x) { return real_json(l, x); }));
}
Ref at(LowerCall& l, Ref list, Ref place) { return l.fn("arrayElement", list, place); }
const Value* constant(LowerCall& l, size_t place) {
  return place == 0 || l.size() <= place || is_null(l.arg(place).value) ? nullptr : &l.arg(place).value;
}
double number(LowerCall& l, size_t place, double otherwise) {
  const Value* value = constant(l, place);
  if (value == nullptr) return otherwise;
  const auto* whole = std::get_if<int64_t>(value);
  const auto* real = std::get_if<double>(value);
  return whole != nullptr ? static_cast<double>(*whole) : real != nullptr ? *real : otherwise;
}
std::string word(LowerCall& l, size_t place, std::string_view otherwise) {
  const Value* value = constant(l, place);
  const auto* text = value == nullptr ? nullptr : std::get_if<std::string>(value);
  return ascii::to_lower(text == nullptr ? otherwise : std::string_view(*text));
}
Ref whole(LowerCall& l, double value) { return l.tree.long_value(static_cast<int64_t>(value)); }

// The p-th percentile, between the two nearest values.
Ref percentile(LowerCall& l, Ref values, double percent) {
  return l.let(l.fn("arraySort", values), [&](Ref list) {
    const Ref place = l.fn("multiply", l.fn("minus", l.fn("toFloat64", l.fn("length", list)), l.integer(1)),
                           l.tree.real(percent / 100));
    return l.let(place, [&](Ref p) {
      const Ref low = l.fn("plus", l.fn("toInt64", l.fn("floor", p)), l.integer(1));
      const Ref high = l.fn("least", l.fn("plus", low, l.integer(1)), l.fn("length", list));
      const Ref share = l.fn("minus", p, l.fn("floor", p));
      const Ref from = at(l, list, low);
      return l.fn("plus", from, l.fn("multiply", l.fn("minus", at(l, list, high), from), share));
    });
  });
}

Ref trend_of(LowerCall& l, Ref y, Ref known, const std::string& kind) {
  if (kind == "none") return each(l.tree, y, [&l](Ref) { return l.tree.real(0); });
  return l.let(l.fn("arrayAvg", known), [&](Ref mean) {
    if (kind != "linefit") return each(l.tree, y, [&](Ref) { return mean; });
    const Ref count = l.fn("toFloat64", l.fn("length", known));
    const Ref middle = l.fn("divide", l.fn("plus", count, l.integer(1)), l.integer(2));
    const Ref products =
        l.fn("arraySum", each_place(l.tree, known, [&](Ref i) {
               return l.fn("multiply", l.fn("minus", i, middle), l.fn("minus", at(l, known, i), mean));
             }));
    const Ref cube = l.fn("multiply", count, l.fn("minus", l.fn("multiply", count, count), l.integer(1)));
    return l.let(l.fn("divide", products, l.fn("divide", cube, l.integer(12))), [&](Ref slope) {
      return each_place(l.tree, y, [&](Ref i) {
        return l.fn("plus", mean, l.fn("multiply", slope, l.fn("minus", i, middle)));
      });
    });
  });
}

// The best period, if its score is enough; 0: there is no season.
Ref found_period(LowerCall& l, Ref rest, double threshold) {
  const Ref length = l.fn("toInt64", l.fn("length", rest));
  return l.let(likely_periods(l, rest, l.integer(2), length), [&](Ref best) {
    const Ref first = at(l, best, l.integer(1));
    const Ref enough = l.fn("and", l.fn("notEmpty", best),
                            l.fn("greaterOrEquals", part_of_tuple(l.tree, first, 1), l.tree.real(threshold)));
    return l.fn("if", enough, part_of_tuple(l.tree, first, 2), l.tree.long_value(0));
  });
}
Ref season_of(LowerCall& l, Ref y, Ref rest, Ref period) {
  return each_place(l.tree, y, [&](Ref i) {
    const Ref same = over(l.tree, "arrayFilter", l.fn("arrayEnumerate", rest), [&](Ref j) {
      const Ref apart = l.fn("minus", l.fn("toInt64", i), l.fn("toInt64", j));
      return l.fn("equals", l.fn("positiveModulo", apart, l.fn("greatest", period, l.integer(1))),
                  l.integer(0));
    });
    const Ref values = each(l.tree, same, [&](Ref j) { return at(l, rest, j); });
    return l.fn("if", l.fn("greater", period, l.integer(1)), percentile(l, values, 50), l.tree.real(0));
  });
}

struct Parts {
  Ref y, known, trend, season;
};
template <typename Use>
Ref decomposed(LowerCall& l, const Places& places, Use use) {
  const Ref numbers =
      each(l.tree, json_numbers(l.tree, l[0]), [&l](Ref x) { return l.fn("ifNull", x, l.tree.real(0)); });
  return l.let(numbers, [&](Ref y) {
    const Ref count =
        l.fn("greatest",
             l.fn("minus", l.fn("toInt64", l.fn("length", y)), whole(l, number(l, places.test_points, 0))),
             l.integer(0));
    return l.let(l.fn("arraySlice", y, l.integer(1), count), [&](Ref known) {
      return l.let(trend_of(l, y, known, word(l, places.trend, "avg")), [&](Ref trend) {
        const Ref rest =
            each_place(l.tree, known, [&](Ref i) { return l.fn("minus", at(l, known, i), at(l, trend, i)); });
        return l.let(rest, [&](Ref r) {
          const double given = number(l, places.period, -1);
          const Ref period =
              given < 0 ? found_period(l, r, number(l, places.season_threshold, 0.6)) : whole(l, given);
          return l.let(period, [&](Ref p) {
            return l.let(season_of(l, y, r, p), [&](Ref season) {
              return use(Parts{y, known, trend, season});
            });
          });
        });
      });
    });
  });
}
Ref baseline(LowerCall& l, const Parts& parts) {
  return each_place(l.tree, parts.y,
                    [&](Ref i) { return l.fn("plus", at(l, parts.trend, i), at(l, parts.season, i)); });
}
Ref residual(LowerCall& l, const Parts& parts) {
  return each_place(l.tree, parts.y, [&](Ref i) {
    return l.fn("minus", l.fn("minus", at(l, parts.y, i), at(l, parts.trend, i)), at(l, parts.season, i));
  });
}
Ref guarded(LowerCall& l, size_t results, Ref found) {
  const Ref none = l.tree.cast(l.null(), "Nullable(String)");
  return l.fn("if", is_json_array(l.tree, l[0]), found,
              l.tree.call("tuple", std::vector<Ref>(results, none)));
}
Ref lower_with(LowerCall& l, const Places& places) {
  return guarded(l, 4, decomposed(l, places, [&l](const Parts& parts) {
                   return l.fn("tuple", series_json(l, baseline(l, parts)), series_json(l, parts.season),
                               series_json(l, parts.trend), series_json(l, residual(l, parts)));
                 }));
}
// (series, period, trend, test points, season's threshold)
Ref lower_decompose(LowerCall& l) { return lower_with(l, {0, 1, 2, 3, 0, 4}); }
// (series, points, period, trend, season's threshold): the points at the end are foretold.
Ref lower_forecast(LowerCall& l) { return lower_with(l, {0, 2, 3, 1, 0, 4}); }

// (series, threshold, period, trend, test points, method, season's threshold)
Ref lower_anomalies(LowerCall& l) {
  const Places places{1, 2, 3, 4, 5, 6};
  const bool plain = word(l, places.method, "ctukey") == "tukey";
  const Ref threshold = l.tree.real(number(l, places.threshold, 1.5));
  return guarded(
      l, 3, decomposed(l, places, [&](const Parts& parts) {
        return l.let(residual(l, parts), [&](Ref rest) {
          const Ref ordinary = l.fn("arraySlice", rest, l.integer(1), l.fn("length", parts.known));
          return l.let(percentile(l, ordinary, plain ? 25 : 10), [&](Ref low) {
            return l.let(percentile(l, ordinary, plain ? 75 : 90), [&](Ref high) {
              const Ref range = l.fn("minus", high, low);
              const Ref scores = each(l.tree, rest, [&](Ref r) {
                const auto distance = [&](Ref end) { return l.fn("divide", l.fn("minus", r, end), range); };
                return l.fn("multiIf", l.fn("greater", r, high), distance(high), l.fn("less", r, low),
                            distance(low), l.tree.real(0));
              });
              return l.let(scores, [&](Ref all) {
                const Ref flags = each(l.tree, all, [&](Ref score) {
                  return l.fn("multiIf", l.fn("greater", score, threshold), l.text("1"),
                              l.fn("less", score, l.fn("negate", threshold)), l.text("-1"), l.text("0"));
                });
                return l.fn("tuple", json_array(l.tree, flags), series_json(l, all),
                            series_json(l, baseline(l, parts)));
              });
            });
          });
        });
      }));
}

template <size_t kTrend, size_t kMethod>
std::optional<ArgumentProblem> check_words(std::span<const BoundExpr* const> args) {
  const auto problem =
      [&args](size_t place, std::initializer_list<std::string_view> known) -> std::optional<ArgumentProblem> {
    const auto* text =
        place != 0 && args.size() > place ? std::get_if<std::string>(&args[place]->value) : nullptr;
    if (text == nullptr) return std::nullopt;
    for (std::string_view name : known) {
      if (ascii::iequals(name, *text)) return std::nullopt;
    }
    return ArgumentProblem{args[place]->span, "'" + *text + "' is none of what this argument may be"};
  };
  if (auto found = problem(kTrend, {"avg", "linefit", "none"})) return found;
  return problem(kMethod, {"ctukey", "tukey"});
}

constexpr auto kNone = Naming::kNone;
constexpr std::string_view kParts = "baseline:dynamic seasonal:dynamic trend:dynamic residual:dynamic";
constexpr std::string_view kAnomalies = "ad_flag:dynamic ad_score:dynamic baseline:dynamic";

constexpr auto kRows = std::to_array<FunctionRow>({
    {"series_decompose", "dynamic (dynamic, int|long?#, string?#, int|long?#, number?#)", lower_decompose,
     kNone, nullptr, check_words<2, 0>, false, kParts},
    {"series_decompose_forecast", "dynamic (dynamic, int|long#, int|long?#, string?#, number?#)",
     lower_forecast, kNone, nullptr, check_words<3, 0>, false, kParts},
    {"series_decompose_anomalies",
     "dynamic (dynamic, number?#, int|long?#, string?#, int|long?#, string?#, number?#)", lower_anomalies,
     kNone, nullptr, check_words<3, 5>, false, kAnomalies},
});

}  // namespace

std::span<const FunctionRow> series_decompose_rows() { return kRows; }

}  // namespace linkgate::kql
