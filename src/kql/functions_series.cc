// Series: arrays of numbers, element by element, summed up, filtered and filled. What is no number is null.
// Source of the formulas: the Kusto documentation, page by page.

#include <array>

#include "kql/function.h"
#include "kql/sql_json.h"

namespace linkgate::kql {
namespace {

using sql::Ref;

Ref real_json(LowerCall& l, Ref value) {
  return l.fn("ifNull", to_dynamic(l.tree, value, Type::kReal, true), l.text("null"));
}
// Whole numbers of whole numbers stay whole.
Ref number_json(LowerCall& l, Ref value) {
  return l.let(value, [&l](Ref x) {
    const Ref whole = l.fn("accurateCastOrNull", x, l.text("Int64"));
    return l.fn("ifNull", l.fn("toString", whole), real_json(l, x));
  });
}
Ref bool_json(LowerCall& l, Ref value) {
  return l.fn("multiIf", l.fn("isNull", value), l.text("null"), l.fn("assumeNotNull", value), l.text("true"),
              l.text("false"));
}
// `then` where the first argument is an array.
Ref if_series(LowerCall& l, Ref then) { return l.fn("if", is_json_array(l.tree, l[0]), then, l.null()); }
Ref length_of(LowerCall& l, Ref list) { return l.fn("toInt64", l.fn("length", list)); }
Ref at(LowerCall& l, Ref list, Ref place) { return l.fn("arrayElement", list, place); }
// The numbers alone, without nulls.
Ref present(LowerCall& l, Ref numbers) {
  const Ref kept = over(l.tree, "arrayFilter", numbers, [&l](Ref x) { return l.fn("isNotNull", x); });
  return each(l.tree, kept, [&l](Ref x) { return l.fn("assumeNotNull", x); });
}
Ref zeros_for_null(LowerCall& l, Ref numbers) {
  return each(l.tree, numbers, [&l](Ref x) { return l.fn("ifNull", x, l.tree.real(0)); });
}

// ---- element by element
template <typename Make>
Ref mapped(LowerCall& l, Make make) {
  const Ref members = each(l.tree, json_numbers(l.tree, l[0]), [&](Ref x) { return real_json(l, make(x)); });
  return if_series(l, json_array(l.tree, members));
}
Ref lower_abs(LowerCall& l) {
  const Ref members =
      each(l.tree, json_numbers(l.tree, l[0]), [&l](Ref x) { return number_json(l, l.fn("abs", x)); });
  return if_series(l, json_array(l.tree, members));
}
Ref lower_acos(LowerCall& l) {
  return mapped(l, [&l](Ref x) { return l.fn("acos", x); });
}
Ref lower_asin(LowerCall& l) {
  return mapped(l, [&l](Ref x) { return l.fn("asin", x); });
}
Ref lower_atan(LowerCall& l) {
  return mapped(l, [&l](Ref x) { return l.fn("atan", x); });
}
Ref lower_ceiling(LowerCall& l) {
  return mapped(l, [&l](Ref x) { return l.fn("ceil", x); });
}
Ref lower_cos(LowerCall& l) {
  return mapped(l, [&l](Ref x) { return l.fn("cos", x); });
}
Ref lower_exp(LowerCall& l) {
  return mapped(l, [&l](Ref x) { return l.fn("exp", x); });
}
Ref lower_floor(LowerCall& l) {
  return mapped(l, [&l](Ref x) { return l.fn("floor", x); });
}
Ref lower_log(LowerCall& l) {
  return mapped(l, [&l](Ref x) { return l.fn("log", x); });
}
Ref lower_sign(LowerCall& l) {
  return mapped(l, [&l](Ref x) { return l.fn("toFloat64", l.fn("sign", x)); });
}
Ref lower_sin(LowerCall& l) {
  return mapped(l, [&l](Ref x) { return l.fn("sin", x); });
}
Ref lower_tan(LowerCall& l) {
  return mapped(l, [&l](Ref x) { return l.fn("tan", x); });
}

// Two series, or a series and a number; as long as the longer, null where the other has ended.
Ref operand(LowerCall& l, size_t i, Ref numbers, Ref place) {
  if (l.arg(i).type != Type::kDynamic) return l[i];
  const Ref there = l.fn("lessOrEquals", place, l.fn("length", numbers));
  return l.fn("if", there, at(l, numbers, place), l.null());
}
template <typename Make>
Ref paired(LowerCall& l, Make make) {
  const bool left = l.arg(0).type == Type::kDynamic, right = l.arg(1).type == Type::kDynamic;
  const Ref none = l.null();
  if (!left && !right) return l.tree.cast(none, sql_nullable_type(Type::kDynamic));  // no series at all
  const auto body = [&](Ref a, Ref b) {
    const Ref la = left ? l.fn("length", a) : l.integer(0), lb = right ? l.fn("length", b) : l.integer(0);
    const Ref places = l.fn("range", l.integer(1), l.fn("plus", l.fn("greatest", la, lb), l.integer(1)));
    return each(l.tree, places,
                [&](Ref place) { return make(operand(l, 0, a, place), operand(l, 1, b, place)); });
  };
  Ref list = nullptr;
  if (left && right) {
    list = l.let(json_numbers(l.tree, l[0]),
                 [&](Ref a) { return l.let(json_numbers(l.tree, l[1]), [&](Ref b) { return body(a, b); }); });
  } else if (left) {
    list = l.let(json_numbers(l.tree, l[0]), [&](Ref a) { return body(a, none); });
  } else {
    list = l.let(json_numbers(l.tree, l[1]), [&](Ref b) { return body(none, b); });
  }
  std::vector<Ref> arrays = {l.integer(1)};
  if (left) arrays.push_back(is_json_array(l.tree, l[0]));
  if (right) arrays.push_back(is_json_array(l.tree, l[1]));
  return l.fn("if", l.tree.call("and", std::move(arrays)), json_array(l.tree, list), l.null());
}
Ref arithmetic(LowerCall& l, std::string_view function) {
  return paired(l, [&](Ref a, Ref b) { return number_json(l, l.fn(function, a, b)); });
}
Ref real_arithmetic(LowerCall& l, std::string_view function) {
  return paired(l, [&](Ref a, Ref b) { return real_json(l, l.fn(function, a, b)); });
}
Ref comparison(LowerCall& l, std::string_view function) {
  return paired(l, [&](Ref a, Ref b) { return bool_json(l, l.fn(function, a, b)); });
}
Ref lower_add(LowerCall& l) { return arithmetic(l, "plus"); }
Ref lower_subtract(LowerCall& l) { return arithmetic(l, "minus"); }
Ref lower_multiply(LowerCall& l) { return arithmetic(l, "multiply"); }
Ref lower_divide(LowerCall& l) { return real_arithmetic(l, "divide"); }
Ref lower_pow(LowerCall& l) { return real_arithmetic(l, "pow"); }
Ref lower_equals(LowerCall& l) { return comparison(l, "equals"); }
Ref lower_not_equals(LowerCall& l) { return comparison(l, "notEquals"); }
Ref lower_less(LowerCall& l) { return comparison(l, "less"); }
Ref lower_less_equals(LowerCall& l) { return comparison(l, "lessOrEquals"); }
Ref lower_greater(LowerCall& l) { return comparison(l, "greater"); }
Ref lower_greater_equals(LowerCall& l) { return comparison(l, "greaterOrEquals"); }

// ---- summed up
Ref some(LowerCall& l, Ref value) { return if_series(l, l.fn("toNullable", l.fn("toFloat64", value))); }
Ref lower_sum(LowerCall& l) { return some(l, l.fn("arraySum", present(l, json_numbers(l.tree, l[0])))); }
Ref lower_product(LowerCall& l) {
  return some(l, l.fn("arrayProduct", present(l, json_numbers(l.tree, l[0]))));
}
Ref squares(LowerCall& l, Ref list) {
  return l.fn("arraySum", each(l.tree, list, [&l](Ref x) { return l.fn("multiply", x, x); }));
}
Ref lower_magnitude(LowerCall& l) {
  return some(l, l.let(present(l, json_numbers(l.tree, l[0])),
                       [&l](Ref list) { return l.fn("sqrt", squares(l, list)); }));
}
// The sum of products as far as both go; a number stands for each element.
Ref dot(LowerCall& l, Ref a, Ref b) {
  const Ref count = l.fn("least", l.fn("length", a), l.fn("length", b));
  return l.fn("arraySum", each(l.tree, l.fn("range", l.integer(1), l.fn("plus", count, l.integer(1))),
                               [&](Ref i) { return l.fn("multiply", at(l, a, i), at(l, b, i)); }));
}
Ref lower_dot_product(LowerCall& l) {
  if (l.arg(0).type != Type::kDynamic || l.arg(1).type != Type::kDynamic) {
    const size_t series = l.arg(0).type == Type::kDynamic ? 0 : 1;
    const Ref sum = l.fn("arraySum", zeros_for_null(l, json_numbers(l.tree, l[series])));
    const Ref product = l.fn("toFloat64", l.fn("multiply", sum, l[1 - series]));
    return l.fn("if", is_json_array(l.tree, l[series]), product, l.null());
  }
  const Ref sum = l.let(zeros_for_null(l, json_numbers(l.tree, l[0])), [&l](Ref a) {
    return l.let(zeros_for_null(l, json_numbers(l.tree, l[1])), [&](Ref b) { return dot(l, a, b); });
  });
  return l.fn("if", is_json_array(l.tree, l[1]), some(l, sum), l.null());
}
Ref both_series(LowerCall& l, Ref value) {
  const Ref same =
      l.fn("equals", l.fn("length", json_members(l.tree, l[0])), l.fn("length", json_members(l.tree, l[1])));
  const Ref arrays = l.fn("and", is_json_array(l.tree, l[0]), is_json_array(l.tree, l[1]), same);
  return l.fn("if", arrays, l.fn("toNullable", value), l.null());
}
Ref lower_cosine_similarity(LowerCall& l) {
  return both_series(l, l.let(zeros_for_null(l, json_numbers(l.tree, l[0])), [&l](Ref a) {
    return l.let(zeros_for_null(l, json_numbers(l.tree, l[1])), [&](Ref b) {
      const Ref first = l.size() > 2 ? l[2] : l.fn("sqrt", squares(l, a));
      const Ref second = l.size() > 3 ? l[3] : l.fn("sqrt", squares(l, b));
      return l.fn("divide", dot(l, a, b), l.fn("multiply", first, second));
    });
  }));
}
Ref centred(LowerCall& l, Ref list) {
  return l.let(l.fn("arrayAvg", list),
               [&](Ref mean) { return each(l.tree, list, [&](Ref x) { return l.fn("minus", x, mean); }); });
}
Ref lower_pearson(LowerCall& l) {
  return both_series(l, l.let(centred(l, zeros_for_null(l, json_numbers(l.tree, l[0]))), [&l](Ref a) {
    return l.let(centred(l, zeros_for_null(l, json_numbers(l.tree, l[1]))), [&](Ref b) {
      return l.fn("divide", dot(l, a, b), l.fn("sqrt", l.fn("multiply", squares(l, a), squares(l, b))));
    });
  }));
}

// ---- statistics: min, its place, max, its place, mean, standard deviation, variance (of a sample)
Ref finite_only(LowerCall& l, Ref numbers) {
  const auto* ignore = l.size() > 1 ? std::get_if<bool>(&l.arg(1).value) : nullptr;
  if (ignore == nullptr || !*ignore) return numbers;
  return each(l.tree, numbers, [&l](Ref x) { return l.fn("if", l.fn("isFinite", x), x, l.null()); });
}
struct Moments {
  Ref min, min_place, max, max_place, mean, deviation, variance, sum, count;
};
// A series with a null has no statistics: its values are NaN or null as the sums make them.
template <typename Use>
Ref with_moments(LowerCall& l, Use use) {
  return l.let(finite_only(l, json_numbers(l.tree, l[0])), [&](Ref all) {
    return l.let(present(l, all), [&](Ref list) {
      return l.let(squares(l, centred(l, list)), [&](Ref spread) {
        Moments m{};
        m.min = l.fn("arrayMin", list);
        m.max = l.fn("arrayMax", list);
        m.min_place = l.fn("minus", l.fn("toInt64", l.fn("indexOf", all, m.min)), l.integer(1));
        m.max_place = l.fn("minus", l.fn("toInt64", l.fn("indexOf", all, m.max)), l.integer(1));
        m.mean = l.fn("arrayAvg", list);
        m.sum = l.fn("arraySum", list);
        m.count = length_of(l, list);
        m.variance = l.fn("if", l.fn("greater", m.count, l.integer(1)),
                          l.fn("divide", spread, l.fn("minus", m.count, l.integer(1))), l.tree.real(0));
        m.deviation = l.fn("sqrt", m.variance);
        return l.fn("if", l.fn("empty", list), l.null(), use(m));
      });
    });
  });
}
Ref lower_stats_dynamic(LowerCall& l) {
  return with_moments(l, [&l](const Moments& m) {
    const auto real = [&](Ref value) { return real_json(l, l.fn("toFloat64", value)); };
    const auto whole = [&](Ref value) { return l.fn("toString", value); };
    const Ref text = l.fn("concat", l.text("{\"min\":"), real(m.min), l.text(",\"min_idx\":"),
                          whole(m.min_place), l.text(",\"max\":"), real(m.max), l.text(",\"max_idx\":"),
                          whole(m.max_place), l.text(",\"avg\":"), real(m.mean), l.text(",\"stdev\":"),
                          real(m.deviation), l.text(",\"variance\":"), real(m.variance), l.text(",\"sum\":"),
                          real(m.sum), l.text(",\"len\":"), whole(m.count), l.text("}"));
    return l.fn("toNullable", text);
  });
}

// ---- filled: an element that is the placeholder (null, if there is none) takes its neighbour's value
Ref missing(LowerCall& l, size_t place, Ref member) {
  if (l.size() <= place || is_null(l.arg(place).value)) return l.fn("equals", member, l.text("null"));
  return l.fn("ifNull", l.fn("equals", json_number(l.tree, member), l[place]), l.integer(0));
}
Ref lower_fill_forward(LowerCall& l) {
  const Ref filled = over(l.tree, "arrayFill", json_members(l.tree, l[0]),
                          [&l](Ref member) { return l.fn("not", missing(l, 1, member)); });
  return if_series(l, json_array(l.tree, filled));
}
Ref lower_fill_backward(LowerCall& l) {
  const Ref filled = over(l.tree, "arrayReverseFill", json_members(l.tree, l[0]),
                          [&l](Ref member) { return l.fn("not", missing(l, 1, member)); });
  return if_series(l, json_array(l.tree, filled));
}
Ref lower_fill_const(LowerCall& l) {
  Ref constant = l.text("0");
  if (l.size() > 1)
    constant = l.fn("ifNull", to_dynamic(l.tree, l[1], l.arg(1).type, l.nullable(1)), l.text("null"));
  const Ref filled = each(l.tree, json_members(l.tree, l[0]),
                          [&](Ref member) { return l.fn("if", missing(l, 2, member), constant, member); });
  return if_series(l, json_array(l.tree, filled));
}
// series_fill_linear(series, placeholder, fill the edges, constant): on the line between the neighbours; at
// the edges the nearest; without any value the constant.
Ref lower_fill_linear(LowerCall& l) {
  const auto* edges = l.size() > 2 ? std::get_if<bool>(&l.arg(2).value) : nullptr;
  const bool fill_edges = edges == nullptr || *edges;
  const Ref constant = l.size() > 3 ? real_json(l, l.fn("toFloat64", l[3])) : l.text("0.0");
  const Ref filled = l.let(json_members(l.tree, l[0]), [&](Ref members) {
    const Ref known = over(l.tree, "arrayFilter", l.fn("arrayEnumerate", members),
                           [&](Ref i) { return l.fn("not", missing(l, 1, at(l, members, i))); });
    return l.let(known, [&](Ref places) {
      return each_place(l.tree, members, [&](Ref i) {
        const Ref before =
            over(l.tree, "arrayLast", places, [&](Ref p) { return l.fn("lessOrEquals", p, i); });
        const Ref after =
            over(l.tree, "arrayFirst", places, [&](Ref p) { return l.fn("greaterOrEquals", p, i); });
        const auto value = [&](Ref p) { return json_number(l.tree, at(l, members, p)); };
        const Ref share = l.fn("divide", l.fn("minus", l.fn("toInt64", i), before),
                               l.fn("minus", l.fn("toInt64", after), before));
        const Ref between =
            l.fn("plus", value(before), l.fn("multiply", l.fn("minus", value(after), value(before)), share));
        const Ref own = at(l, members, i);
        const auto edge = [&](Ref p) { return fill_edges ? real_json(l, value(p)) : own; };
        return l.fn("multiIf", l.fn("has", places, i), own, l.fn("empty", places), constant,
                    l.fn("equals", before, l.integer(0)), edge(after), l.fn("equals", after, l.integer(0)),
                    edge(before), real_json(l, between));
      });
    });
  });
  return if_series(l, json_array(l.tree, filled));
}

// ---- filtered
// series_fir(series, filter, normalize, center). Before its begin a series is 0.
Ref lower_fir(LowerCall& l) {
  const auto* centre = l.size() > 3 ? std::get_if<bool>(&l.arg(3).value) : nullptr;
  const Ref filtered = l.let(zeros_for_null(l, json_numbers(l.tree, l[0])), [&](Ref x) {
    return l.let(zeros_for_null(l, json_numbers(l.tree, l[1])), [&](Ref filter) {
      const Ref negative =
          over(l.tree, "arrayExists", filter, [&l](Ref f) { return l.fn("less", f, l.integer(0)); });
      const Ref normal = l.size() > 2 ? l[2] : l.fn("not", negative);
      const Ref scale = l.fn("if", normal, l.fn("arraySum", filter), l.tree.real(1));
      const Ref shift = centre != nullptr && *centre
                            ? l.fn("intDiv", l.fn("minus", length_of(l, filter), l.integer(1)), l.integer(2))
                            : l.integer(0);
      return each_place(l.tree, x, [&](Ref i) {
        const Ref terms = each_place(l.tree, filter, [&](Ref k) {
          const Ref place =
              l.fn("plus", l.fn("minus", l.fn("toInt64", i), l.fn("toInt64", k)), l.integer(1), shift);
          const Ref inside = l.fn("and", l.fn("greater", place, l.integer(0)),
                                  l.fn("lessOrEquals", place, l.fn("length", x)));
          return l.fn("if", inside,
                      l.fn("multiply", at(l, filter, k), at(l, x, l.fn("greatest", place, l.integer(1)))),
                      l.tree.real(0));
        });
        return number_json(l, l.fn("divide", l.fn("arraySum", terms), scale));
      });
    });
  });
  return if_series(l, json_array(l.tree, filtered));
}
// series_iir(series, numerators b, denominators a): a0 y[n] = b0 x[n] + b1 x[n-1] + ... - a1 y[n-1] - ...
Ref lower_iir(LowerCall& l) {
  const Ref filtered = l.let(zeros_for_null(l, json_numbers(l.tree, l[0])), [&l](Ref x) {
    return l.let(zeros_for_null(l, json_numbers(l.tree, l[1])), [&](Ref b) {
      return l.let(zeros_for_null(l, json_numbers(l.tree, l[2])), [&](Ref a) {
        const std::string done = l.tree.fresh("v"), place = l.tree.fresh("v");
        const Ref y = l.tree.column("", done), i = l.tree.column("", place);
        const auto earlier = [&](Ref list, Ref factors, Ref k) {
          const Ref from = l.fn("plus", l.fn("minus", l.fn("toInt64", i), l.fn("toInt64", k)), l.integer(1));
          const Ref value = at(l, list, l.fn("greatest", from, l.integer(1)));
          return l.fn("if", l.fn("greater", from, l.integer(0)), l.fn("multiply", at(l, factors, k), value),
                      l.tree.real(0));
        };
        const Ref input = l.fn("arraySum", each_place(l.tree, b, [&](Ref k) { return earlier(x, b, k); }));
        const Ref rest = l.fn("range", l.integer(2), l.fn("plus", l.fn("length", a), l.integer(1)));
        const Ref back = l.fn("arraySum", each(l.tree, rest, [&](Ref k) { return earlier(y, a, k); }));
        const Ref next = l.fn("divide", l.fn("minus", input, back), at(l, a, l.integer(1)));
        const Ref lambda = l.tree.lambda("(" + done + ", " + place + ")", l.fn("arrayPushBack", y, next));
        const Ref empty = l.tree.cast(l.fn("array"), "Array(Float64)");
        return each(l.tree, l.fn("arrayFold", lambda, l.fn("arrayEnumerate", x), empty),
                    [&l](Ref value) { return real_json(l, value); });
      });
    });
  });
  return if_series(l, json_array(l.tree, filtered));
}

constexpr auto kRows = std::to_array<FunctionRow>({
    {"series_abs", "dynamic (dynamic)", lower_abs},
    {"series_acos", "dynamic (dynamic)", lower_acos},
    {"series_asin", "dynamic (dynamic)", lower_asin},
    {"series_atan", "dynamic (dynamic)", lower_atan},
    {"series_ceiling", "dynamic (dynamic)", lower_ceiling},
    {"series_cos", "dynamic (dynamic)", lower_cos},
    {"series_exp", "dynamic (dynamic)", lower_exp},
    {"series_floor", "dynamic (dynamic)", lower_floor},
    {"series_log", "dynamic (dynamic)", lower_log},
    {"series_sign", "dynamic (dynamic)", lower_sign},
    {"series_sin", "dynamic (dynamic)", lower_sin},
    {"series_tan", "dynamic (dynamic)", lower_tan},
    {"series_add", "dynamic (dynamic|real, dynamic|real)", lower_add},
    {"series_subtract", "dynamic (dynamic|real, dynamic|real)", lower_subtract},
    {"series_multiply", "dynamic (dynamic|real, dynamic|real)", lower_multiply},
    {"series_divide", "dynamic (dynamic|real, dynamic|real)", lower_divide},
    {"series_pow", "dynamic (dynamic|real, dynamic|real)", lower_pow},
    {"series_equals", "dynamic (dynamic|real, dynamic|real)", lower_equals},
    {"series_not_equals", "dynamic (dynamic|real, dynamic|real)", lower_not_equals},
    {"series_less", "dynamic (dynamic|real, dynamic|real)", lower_less},
    {"series_less_equals", "dynamic (dynamic|real, dynamic|real)", lower_less_equals},
    {"series_greater", "dynamic (dynamic|real, dynamic|real)", lower_greater},
    {"series_greater_equals", "dynamic (dynamic|real, dynamic|real)", lower_greater_equals},
    {"series_sum", "real? (dynamic)", lower_sum},
    {"series_product", "real? (dynamic)", lower_product},
    {"series_magnitude", "real? (dynamic)", lower_magnitude},
    {"series_dot_product", "real? (dynamic, dynamic)", lower_dot_product},
    {"series_dot_product", "real? (dynamic, real)", lower_dot_product},
    {"series_dot_product", "real? (real, dynamic)", lower_dot_product},
    {"series_cosine_similarity", "real? (dynamic, dynamic, real?, real?)", lower_cosine_similarity},
    {"series_pearson_correlation", "real? (dynamic, dynamic)", lower_pearson},
    {"series_stats_dynamic", "dynamic (dynamic, bool?#)", lower_stats_dynamic},
    {"series_fill_forward", "dynamic (dynamic, number?#)", lower_fill_forward, Naming::kFirstArgument},
    {"series_fill_backward", "dynamic (dynamic, number?#)", lower_fill_backward, Naming::kFirstArgument},
    {"series_fill_const", "dynamic (dynamic, number?, number?#)", lower_fill_const, Naming::kFirstArgument},
    {"series_fill_linear", "dynamic (dynamic, number?#, bool?#, number?)", lower_fill_linear,
     Naming::kFirstArgument},
    {"series_fir", "dynamic (dynamic, dynamic, bool?, bool?#)", lower_fir, Naming::kFirstArgument},
    {"series_iir", "dynamic (dynamic, dynamic, dynamic)", lower_iir, Naming::kFirstArgument},
});

}  // namespace

std::span<const FunctionRow> series_rows() { return kRows; }

}  // namespace linkgate::kql
