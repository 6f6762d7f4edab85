// Series described by a few numbers: statistics, and the straight line of the least squares.

#include <array>

#include "kql/function.h"
#include "kql/sql_json.h"

namespace linkgate::kql {
namespace {

using sql::Ref;

Ref real_json(LowerCall& l, Ref value) {
  return l.fn("ifNull", to_dynamic(l.tree, value, Type::kReal, true), l.text("null"));
}
Ref sum(LowerCall& l, Ref list) { return l.fn("arraySum", list); }
Ref maybe(LowerCall& l, Ref value) { return l.fn("toNullable", l.fn("toFloat64", value)); }
// The numbers of a series that has nothing else; an empty list otherwise.
Ref whole_series(LowerCall& l) {
  return l.let(json_numbers(l.tree, l[0]), [&l](Ref all) {
    const Ref gaps = over(l.tree, "arrayExists", all, [&l](Ref x) { return l.fn("isNull", x); });
    const Ref plain = each(l.tree, all, [&l](Ref x) { return l.fn("ifNull", x, l.tree.real(0)); });
    return l.fn("if", gaps, l.fn("arrayResize", plain, l.integer(0)), plain);
  });
}
Ref nothing(LowerCall& l, std::string_view type) { return l.tree.cast(l.null(), type); }

// min, min_idx, max, max_idx, avg, stdev, variance; with true as second argument without what is not finite.
Ref lower_stats(LowerCall& l) {
  const auto* ignore = l.size() > 1 ? std::get_if<bool>(&l.arg(1).value) : nullptr;
  const bool finite_only = ignore != nullptr && *ignore;
  return l.let(json_numbers(l.tree, l[0]), [&](Ref all) {
    const Ref kept = over(l.tree, "arrayFilter", all, [&](Ref x) {
      return l.fn("ifNull", finite_only ? l.fn("isFinite", x) : l.fn("isNotNull", x), l.integer(0));
    });
    return l.let(each(l.tree, kept, [&l](Ref x) { return l.fn("assumeNotNull", x); }), [&](Ref list) {
      return l.let(l.fn("arrayAvg", list), [&](Ref mean) {
        const Ref spread = sum(l, each(l.tree, list, [&](Ref x) {
                                 const Ref off = l.fn("minus", x, mean);
                                 return l.fn("multiply", off, off);
                               }));
        const Ref count = l.fn("toInt64", l.fn("length", list));
        const Ref variance = l.fn("if", l.fn("greater", count, l.integer(1)),
                                  l.fn("divide", spread, l.fn("minus", count, l.integer(1))), l.tree.real(0));
        const auto place = [&](Ref value) {
          return l.fn("toNullable",
                      l.fn("minus", l.fn("toInt64", l.fn("indexOf", all, value)), l.integer(1)));
        };
        const Ref least = l.fn("arrayMin", list), most = l.fn("arrayMax", list);
        const Ref found = l.fn("tuple", maybe(l, least), place(least), maybe(l, most), place(most),
                               maybe(l, mean), maybe(l, l.fn("sqrt", variance)), maybe(l, variance));
        const Ref real = nothing(l, "Nullable(Float64)"), whole = nothing(l, "Nullable(Int64)");
        return l.fn("if", l.fn("empty", list), l.fn("tuple", real, whole, real, whole, real, real, real),
                    found);
      });
    });
  });
}

struct Line {
  Ref rsquare, slope, variance, rvariance, interception, fit;
};
// The line y = slope * place + interception that is nearest to all points; rsquare is the share of the
// variance that it explains. `none` stands for a series of less than two numbers.
template <typename Use>
Ref with_line(LowerCall& l, Use use, Ref none) {
  return l.let(whole_series(l), [&](Ref y) {
    const Ref count = l.fn("toFloat64", l.fn("length", y));
    const Ref middle = l.fn("divide", l.fn("minus", count, l.integer(1)), l.integer(2));
    const auto x = [&](Ref place) { return l.fn("minus", l.fn("toFloat64", place), l.tree.real(1)); };
    return l.let(l.fn("arrayAvg", y), [&](Ref mean) {
      const Ref products = each_place(l.tree, y, [&](Ref i) {
        return l.fn("multiply", l.fn("minus", x(i), middle), l.fn("minus", l.fn("arrayElement", y, i), mean));
      });
      const Ref cube = l.fn("multiply", count, l.fn("minus", l.fn("multiply", count, count), l.integer(1)));
      const Ref slope = l.fn("divide", sum(l, products), l.fn("divide", cube, l.integer(12)));
      return l.let(slope, [&](Ref b) {
        return l.let(l.fn("minus", mean, l.fn("multiply", b, middle)), [&](Ref a) {
          const Ref line =
              each_place(l.tree, y, [&](Ref i) { return l.fn("plus", a, l.fn("multiply", b, x(i))); });
          return l.let(line, [&](Ref fit) {
            const auto spread = [&](auto off_at) {
              const Ref squares = each_place(l.tree, y, [&](Ref i) {
                return l.let(off_at(i), [&](Ref off) { return l.fn("multiply", off, off); });
              });
              return l.fn("divide", sum(l, squares), l.fn("minus", count, l.integer(1)));
            };
            const Ref variance =
                spread([&](Ref i) { return l.fn("minus", l.fn("arrayElement", y, i), mean); });
            const Ref rest = spread([&](Ref i) {
              return l.fn("minus", l.fn("arrayElement", y, i), l.fn("arrayElement", fit, i));
            });
            return l.let(variance, [&](Ref v) {
              return l.let(rest, [&](Ref r) {
                const Ref rsquare = l.fn("minus", l.tree.real(1), l.fn("divide", r, v));
                const Ref members = each(l.tree, fit, [&l](Ref value) { return real_json(l, value); });
                const Line found{rsquare, b, v, r, a, json_array(l.tree, members)};
                return l.fn("if", l.fn("less", count, l.integer(2)), none, use(found));
              });
            });
          });
        });
      });
    });
  });
}
Ref lower_fit_line(LowerCall& l) {
  const Ref real = nothing(l, "Nullable(Float64)"), text = nothing(l, "Nullable(String)");
  return with_line(
      l,
      [&l](const Line& f) {
        return l.fn("tuple", maybe(l, f.rsquare), maybe(l, f.slope), maybe(l, f.variance),
                    maybe(l, f.rvariance), maybe(l, f.interception), f.fit);
      },
      l.fn("tuple", real, real, real, real, real, text));
}
Ref lower_fit_line_dynamic(LowerCall& l) {
  return with_line(
      l,
      [&l](const Line& f) {
        const Ref text = l.fn("concat", l.text("{\"rsquare\":"), real_json(l, f.rsquare),
                              l.text(",\"slope\":"), real_json(l, f.slope), l.text(",\"variance\":"),
                              real_json(l, f.variance), l.text(",\"rvariance\":"), real_json(l, f.rvariance),
                              l.text(",\"interception\":"), real_json(l, f.interception),
                              l.text(",\"line_fit\":"), l.fn("assumeNotNull", f.fit), l.text("}"));
        return l.fn("toNullable", text);
      },
      nothing(l, "Nullable(String)"));
}

constexpr auto kNone = Naming::kNone;
constexpr std::string_view kStats =
    "min:real min_idx:long max:real max_idx:long avg:real stdev:real variance:real";
constexpr std::string_view kLine =
    "rsquare:real slope:real variance:real rvariance:real interception:real line_fit:dynamic";

constexpr auto kRows = std::to_array<FunctionRow>({
    {"series_stats", "real (dynamic, bool?#)", lower_stats, kNone, nullptr, nullptr, false, kStats},
    {"series_fit_line", "real (dynamic)", lower_fit_line, kNone, nullptr, nullptr, false, kLine},
    {"series_fit_line_dynamic", "dynamic (dynamic)", lower_fit_line_dynamic},
});

}  // namespace

std::span<const FunctionRow> series_fit_rows() { return kRows; }

}  // namespace linkgate::kql
