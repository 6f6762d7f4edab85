// Arrays and sets of dynamic values.

#include <array>

#include "kql/function.h"
#include "kql/sql_json.h"
#include "kql/time_text.h"

namespace linkgate::kql {
namespace {

using sql::Ref;

constexpr int64_t kMaxElements = 1'048'576;  // of an array that range() or repeat() makes

// `then` for arrays, null for everything else.
Ref if_array(LowerCall& l, Ref json, Ref then) {
  return l.fn("if", is_json_array(l.tree, json), l.fn("toNullable", then), l.null());
}
// The same where every argument from `first` on must be an array.
Ref if_arrays(LowerCall& l, size_t first, Ref then) {
  std::vector<Ref> all;
  for (size_t i = first; i < l.size(); ++i) all.push_back(is_json_array(l.tree, l[i]));
  const Ref sound = all.size() == 1 ? all[0] : l.tree.call("and", std::move(all));
  return l.fn("if", sound, then, l.null());
}
Ref members(LowerCall& l, Ref json) { return json_members(l.tree, json); }
Ref json_of(LowerCall& l, size_t i) {
  return l.fn("ifNull", to_dynamic(l.tree, l[i], l.arg(i).type, l.nullable(i)), l.text("null"));
}
Ref length_of(LowerCall& l, Ref list) { return l.fn("toInt64", l.fn("length", list)); }

Ref lower_array_length(LowerCall& l) {
  return l.let(l[0], [&l](Ref json) {
    return if_array(l, json, l.fn("toInt64", l.fn("JSONLength", l.fn("assumeNotNull", json))));
  });
}
Ref lower_array_reverse(LowerCall& l) {
  return l.let(l[0], [&l](Ref json) {
    return if_array(l, json, json_array(l.tree, l.fn("arrayReverse", members(l, json))));
  });
}
Ref lower_array_concat(LowerCall& l) {
  std::vector<Ref> lists;
  for (size_t i = 0; i < l.size(); ++i) lists.push_back(members(l, l[i]));
  return json_array(l.tree, l.tree.call("arrayConcat", std::move(lists)));
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
        json_array(l.tree, l.fn("arraySlice", members(l, json), l.fn("plus", first, l.integer(1)), count)));
  });
}

// 15 and 15.0 are the same member.
Ref is_member(LowerCall& l, Ref member, Ref wanted) {
  const Ref same = l.fn("equals", member, wanted);
  const Type type = l.arg(1).type;
  if (!is_number(type) && type != Type::kDynamic) return same;
  const Ref equal = l.fn("equals", json_number(l.tree, member), json_number(l.tree, wanted));
  return l.fn("or", same, l.fn("ifNull", equal, l.integer(0)));
}

// array_index_of(array, value, start, length, occurrence): the place in the whole array, or -1. A negative
// start counts from the end, the length -1 means all.
Ref lower_array_index_of(LowerCall& l) {
  if (l.size() == 2) {
    return l.let(l[0], [&l](Ref json) {
      const Ref at = l.let(json_of(l, 1), [&](Ref wanted) {
        return over(l.tree, "arrayFirstIndex", members(l, json),
                    [&](Ref member) { return is_member(l, member, wanted); });
      });
      return if_array(l, json, l.fn("minus", l.fn("toInt64", at), l.integer(1)));
    });
  }
  const Ref found = l.let(members(l, l[0]), [&l](Ref list) {
    const Ref start =
        l.fn("greatest",
             l.fn("if", l.fn("less", l[2], l.integer(0)), l.fn("plus", length_of(l, list), l[2]), l[2]),
             l.integer(0));
    const Ref count = l.size() > 3 ? l[3] : l.integer(-1);
    const Ref wanted = json_of(l, 1);
    const Ref places = over(l.tree, "arrayFilter", l.fn("arrayEnumerate", list), [&](Ref at) {
      const Ref place = l.fn("minus", l.fn("toInt64", at), l.integer(1));
      const Ref inside =
          l.fn("or", l.fn("less", count, l.integer(0)), l.fn("less", place, l.fn("plus", start, count)));
      return l.fn("and", is_member(l, l.fn("arrayElement", list, at), wanted),
                  l.fn("greaterOrEquals", place, start), inside);
    });
    const Ref occurrence = l.size() > 4 ? l[4] : l.integer(1);
    return l.fn("minus", l.fn("toInt64", l.fn("arrayElement", places, occurrence)), l.integer(1));
  });
  return if_array(l, l[0], found);
}

Ref lower_set_has_element(LowerCall& l) {
  return l.let(l[0],
               [&l](Ref json) { return if_array(l, json, l.fn("has", members(l, json), json_of(l, 1))); });
}
Ref lower_strcat_array(LowerCall& l) {
  const Ref texts = each(l.tree, members(l, l[0]), [&l](Ref member) {
    return to_text(l.tree, json_value(l.tree, member), Type::kDynamic, true);
  });
  if (l.arg(1).kind == BoundKind::kLiteral) return l.fn("arrayStringConcat", texts, l[1]);
  const Ref all =
      l.fn("arrayStringConcat", each(l.tree, texts, [&l](Ref text) { return l.fn("concat", l[1], text); }));
  return l.fn("substring", all, l.fn("plus", l.fn("length", l[1]), l.integer(1)));
}
Ref lower_pack_array(LowerCall& l) {
  std::vector<Ref> parts;
  for (size_t i = 0; i < l.size(); ++i) parts.push_back(json_of(l, i));
  if (parts.empty()) return l.fn("toNullable", l.text("[]"));
  return json_array(l.tree, l.tree.call("array", std::move(parts)));
}

Ref lower_rotate_left(LowerCall& l) {
  return l.fn("if", is_json_array(l.tree, l[0]),
              json_array(l.tree, l.fn("arrayRotateLeft", members(l, l[0]), l[1])), l.null());
}
Ref lower_rotate_right(LowerCall& l) {
  return l.fn("if", is_json_array(l.tree, l[0]),
              json_array(l.tree, l.fn("arrayRotateRight", members(l, l[0]), l[1])), l.null());
}
Ref shifted(LowerCall& l, std::string_view function) {
  const Ref fill = l.size() > 2 ? json_of(l, 2) : l.text("null");
  return l.fn("if", is_json_array(l.tree, l[0]),
              json_array(l.tree, l.fn(function, members(l, l[0]), l[1], fill)), l.null());
}
Ref lower_shift_left(LowerCall& l) { return shifted(l, "arrayShiftLeft"); }
Ref lower_shift_right(LowerCall& l) { return shifted(l, "arrayShiftRight"); }

// The pieces between the places; negative ones count from the end.
Ref split_at(LowerCall& l, Ref places) {
  const Ref pieces = l.let(members(l, l[0]), [&](Ref list) {
    const Ref length = length_of(l, list);
    const Ref inside = each(l.tree, places, [&](Ref place) {
      const Ref counted = l.fn("if", l.fn("less", place, l.integer(0)), l.fn("plus", place, length), place);
      return l.fn("least", l.fn("greatest", counted, l.integer(0)), length);
    });
    const Ref ends = l.fn("arrayConcat", l.fn("array", l.tree.long_value(0)), inside, l.fn("array", length));
    return l.let(ends, [&](Ref all) {
      return each(l.tree, l.fn("range", l.integer(1), l.fn("length", all)), [&](Ref i) {
        const Ref from = l.fn("arrayElement", all, i);
        const Ref to = l.fn("arrayElement", all, l.fn("plus", i, l.integer(1)));
        const Ref count = l.fn("greatest", l.fn("minus", to, from), l.integer(0));
        const Ref piece = l.fn("arraySlice", list, l.fn("plus", from, l.integer(1)), count);
        return l.fn("assumeNotNull", json_array(l.tree, piece));
      });
    });
  });
  return l.fn("if", is_json_array(l.tree, l[0]), json_array(l.tree, pieces), l.null());
}
Ref lower_array_split(LowerCall& l) {
  if (l.arg(1).type != Type::kDynamic) return split_at(l, l.fn("array", l.fn("toInt64", l[1])));
  return split_at(l, l.fn("JSONExtract", l.fn("ifNull", l[1], l.text("[]")), l.text("Array(Int64)")));
}

// array_iff(conditions, then, otherwise): a value that is no array stands for each element, a condition that
// is neither bool nor number gives null.
Ref lower_array_iff(LowerCall& l) {
  const auto element = [&](size_t i, Ref place) {
    if (l.arg(i).type != Type::kDynamic) return json_of(l, i);
    const Ref list = members(l, l[i]);
    const Ref there = l.fn("lessOrEquals", place, l.fn("length", list));
    const Ref member = l.fn("if", there, l.fn("arrayElement", list, place), l.text("null"));
    return l.fn("if", is_json_array(l.tree, l[i]), member, json_of(l, i));
  };
  const Ref chosen = l.let(members(l, l[0]), [&](Ref conditions) {
    return each_place(l.tree, conditions, [&](Ref place) {
      return l.let(l.fn("arrayElement", conditions, place), [&](Ref condition) {
        const Ref number = json_number(l.tree, condition);
        const Ref holds = l.fn("or", l.fn("equals", condition, l.text("true")),
                               l.fn("ifNull", l.fn("notEquals", number, l.integer(0)), l.integer(0)));
        const Ref fails = l.fn("or", l.fn("equals", condition, l.text("false")),
                               l.fn("ifNull", l.fn("equals", number, l.integer(0)), l.integer(0)));
        return l.fn("multiIf", holds, element(1, place), fails, element(2, place), l.text("null"));
      });
    });
  });
  return l.fn("if", is_json_array(l.tree, l[0]), json_array(l.tree, chosen), l.null());
}

Ref lower_array_sum(LowerCall& l) {
  const Ref numbers = json_numbers(l.tree, l[0]);
  const Ref sum =
      l.fn("arraySum", each(l.tree, numbers, [&l](Ref x) { return l.fn("ifNull", x, l.integer(0)); }));
  const Ref some = l.fn("and", is_json_array(l.tree, l[0]), l.fn("notEmpty", numbers));
  return l.fn("if", some, l.fn("toNullable", l.fn("toFloat64", sum)), l.null());
}

// zip: as long as the longest, null where an array has ended.
Ref lower_zip(LowerCall& l) {
  std::vector<Ref> lengths;
  for (size_t i = 0; i < l.size(); ++i) lengths.push_back(l.fn("length", members(l, l[i])));
  const Ref longest = lengths.size() == 1 ? lengths[0] : l.fn("arrayMax", l.tree.call("array", lengths));
  const Ref places = l.fn("range", l.integer(1), l.fn("plus", longest, l.integer(1)));
  const Ref rows = each(l.tree, places, [&](Ref place) {
    std::vector<Ref> row;
    for (size_t i = 0; i < l.size(); ++i) {
      const Ref there = l.fn("lessOrEquals", place, lengths[i]);
      row.push_back(l.fn("if", there, l.fn("arrayElement", members(l, l[i]), place), l.text("null")));
    }
    return l.fn("assumeNotNull", json_array(l.tree, l.tree.call("array", std::move(row))));
  });
  return if_arrays(l, 0, json_array(l.tree, rows));
}

// array_sort_asc(array, more arrays..., nulls last): numbers, then texts, then everything else; the other
// arrays follow the first, and one of another length is null.
Ref sort_key(LowerCall& l, Ref member, Ref place, Ref null_sorts_high) {
  const Ref number = json_number(l.tree, member);
  const Ref is_text = l.fn("startsWith", member, l.text("\""));
  const Ref text = l.fn("if", is_text, l.fn("JSONExtractString", member), member);
  const Ref is_null = l.fn("equals", member, l.text("null"));
  return l.fn("tuple", l.fn("equals", is_null, null_sorts_high),
              l.fn("multiIf", l.fn("isNotNull", number), l.integer(0), is_text, l.integer(1), l.integer(2)),
              l.fn("ifNull", number, l.tree.real(0)), text, place);
}
Ref sorted(LowerCall& l, bool descending) {
  size_t arrays = l.size();
  const bool has_flag = l.arg(arrays - 1).type == Type::kBool;
  if (has_flag) --arrays;
  const Ref nulls_last = has_flag ? l.fn("ifNull", l[arrays], l.integer(1)) : l.integer(1);
  const Ref high = descending ? l.fn("not", nulls_last) : nulls_last;
  return l.let(members(l, l[0]), [&](Ref first) {
    const auto key = [&](Ref i) {
      const Ref place = descending ? l.fn("negate", l.fn("toInt64", i)) : l.fn("toInt64", i);
      return sort_key(l, l.fn("arrayElement", first, i), place, high);
    };
    const Ref places =
        over(l.tree, descending ? "arrayReverseSort" : "arraySort", l.fn("arrayEnumerate", first), key);
    return l.let(places, [&](Ref order) {
      std::vector<Ref> results;
      for (size_t k = 0; k < arrays; ++k) {
        const Ref list = members(l, l[k]);
        const Ref moved = each(l.tree, order, [&](Ref i) { return l.fn("arrayElement", list, i); });
        const Ref same = l.fn("and", is_json_array(l.tree, l[k]),
                              l.fn("equals", l.fn("length", list), l.fn("length", first)));
        results.push_back(l.fn("if", same, json_array(l.tree, moved), l.null()));
      }
      return l.tree.call("tuple", std::move(results));
    });
  });
}
Ref lower_sort_asc(LowerCall& l) { return sorted(l, false); }
Ref lower_sort_desc(LowerCall& l) { return sorted(l, true); }

// ---- sets: first seen, first kept
Ref lower_set_union(LowerCall& l) {
  std::vector<Ref> lists;
  for (size_t i = 0; i < l.size(); ++i) lists.push_back(members(l, l[i]));
  const Ref all = lists.size() == 1 ? lists[0] : l.tree.call("arrayConcat", std::move(lists));
  return if_arrays(l, 0, json_array(l.tree, l.fn("arrayDistinct", all)));
}
// The first set's elements that every other set has, or that none has.
Ref filtered_set(LowerCall& l, bool shared) {
  const Ref kept = over(l.tree, "arrayFilter", members(l, l[0]), [&](Ref member) {
    std::vector<Ref> terms = {l.integer(1)};
    for (size_t i = 1; i < l.size(); ++i) {
      const Ref has = l.fn("has", members(l, l[i]), member);
      terms.push_back(shared ? has : l.fn("not", has));
    }
    return terms.size() == 1 ? terms[0] : l.tree.call("and", std::move(terms));
  });
  return if_arrays(l, 0, json_array(l.tree, l.fn("arrayDistinct", kept)));
}
Ref lower_set_intersect(LowerCall& l) { return filtered_set(l, true); }
Ref lower_set_difference(LowerCall& l) { return filtered_set(l, false); }
Ref lower_set_equals(LowerCall& l) {
  const Ref same = l.fn("and", l.fn("hasAll", members(l, l[0]), members(l, l[1])),
                        l.fn("hasAll", members(l, l[1]), members(l, l[0])));
  return if_arrays(l, 0, l.fn("toNullable", same));
}
// |A and B| / |A or B|; of two empty sets NaN. A dynamic, as the official language service binds it.
Ref lower_jaccard_index(LowerCall& l) {
  const Ref both = over(l.tree, "arrayFilter", l.fn("arrayDistinct", members(l, l[0])),
                        [&](Ref member) { return l.fn("has", members(l, l[1]), member); });
  const Ref all = l.fn("arrayDistinct", l.fn("arrayConcat", members(l, l[0]), members(l, l[1])));
  const Ref share = l.fn("divide", l.fn("length", both), l.fn("length", all));
  return if_arrays(l, 0, to_dynamic(l.tree, share, Type::kReal, false));
}

// range(from, to, step): whole numbers and ticks by counting, reals likewise, so that no error adds up.
Ref lower_range(LowerCall& l) {
  const Type type = l.arg(0).type;
  const Ref step =
      l.size() > 2 ? l[2] : l.tree.long_value(type == Type::kLong || type == Type::kReal ? 1 : kTicksPerHour);
  const Ref distance = l.fn("minus", l[1], l[0]);
  const Ref steps = type == Type::kReal ? l.fn("floor", l.fn("divide", distance, step))
                                        : l.fn("intDivOrZero", distance, step);
  const Ref zero = l.integer(0);
  const Ref towards = l.fn("or", l.fn("equals", distance, zero),
                           l.fn("equals", l.fn("less", distance, zero), l.fn("less", step, zero)));
  const Ref sound = l.fn("and", l.fn("notEquals", step, zero), towards);
  const Ref count = l.fn(
      "if", l.fn("ifNull", sound, zero),
      l.fn("least", l.fn("plus", l.fn("assumeNotNull", steps), l.integer(1)), l.integer(kMaxElements)), zero);
  const Ref list = each(l.tree, l.fn("range", l.fn("toUInt64", count)), [&](Ref i) {
    const Ref value = l.fn("plus", l[0], l.fn("multiply", l.fn("toInt64", i), step));
    return l.fn("assumeNotNull", to_dynamic(l.tree, value, type, false));
  });
  return json_array(l.tree, list);
}
Ref lower_repeat(LowerCall& l) {
  const Ref count = l.fn("least", l.fn("greatest", l[1], l.integer(0)), l.integer(kMaxElements));
  return json_array(l.tree, l.fn("arrayWithConstant", l.fn("toUInt64", l.fn("ifNull", count, l.integer(0))),
                                 json_of(l, 0)));
}

// Only the last argument may say where nulls go.
std::optional<ArgumentProblem> check_flag(std::span<const BoundExpr* const> args) {
  for (size_t i = 0; i + 1 < args.size(); ++i) {
    if (args[i]->type == Type::kBool) return ArgumentProblem{args[i]->span, "an array is needed here"};
  }
  return std::nullopt;
}

constexpr auto kNone = Naming::kNone;

constexpr auto kRows = std::to_array<FunctionRow>({
    {"array_length", "long? (dynamic)", lower_array_length},
    {"arraylength", "long? (dynamic)", lower_array_length},
    {"array_reverse", "dynamic (dynamic)", lower_array_reverse},
    {"array_concat", "dynamic (dynamic, dynamic...)", lower_array_concat},
    {"array_slice", "dynamic (dynamic, int|long, int|long)", lower_array_slice},
    {"array_index_of", "long? (dynamic, any, int|long?, int|long?, int|long?)", lower_array_index_of},
    {"array_rotate_left", "dynamic (dynamic, int|long)", lower_rotate_left},
    {"array_rotate_right", "dynamic (dynamic, int|long)", lower_rotate_right},
    {"array_shift_left", "dynamic (dynamic, int|long, any?)", lower_shift_left},
    {"array_shift_right", "dynamic (dynamic, int|long, any?)", lower_shift_right},
    {"array_split", "dynamic (dynamic, int|long)", lower_array_split},
    {"array_split", "dynamic (dynamic, dynamic)", lower_array_split},
    {"array_iff", "dynamic (dynamic, any, any)", lower_array_iff},
    {"array_iif", "dynamic (dynamic, any, any)", lower_array_iff},
    {"array_sum", "real? (dynamic)", lower_array_sum},
    {"array_sort_asc", "dynamic (dynamic, dynamic|bool...)", lower_sort_asc, kNone, nullptr, check_flag,
     false, "sorted"},
    {"array_sort_desc", "dynamic (dynamic, dynamic|bool...)", lower_sort_desc, kNone, nullptr, check_flag,
     false, "sorted"},
    {"strcat_array", "string (dynamic, string)", lower_strcat_array},
    {"array_strcat", "string (dynamic, string)", lower_strcat_array},
    {"pack_array", "dynamic (any...)", lower_pack_array},
    {"zip", "dynamic (dynamic, dynamic...)", lower_zip},
    {"set_has_element", "bool? (dynamic, any)", lower_set_has_element},
    {"set_union", "dynamic (dynamic, dynamic...)", lower_set_union},
    {"set_intersect", "dynamic (dynamic, dynamic...)", lower_set_intersect},
    {"set_difference", "dynamic (dynamic, dynamic...)", lower_set_difference},
    {"set_equals", "bool? (dynamic, dynamic)", lower_set_equals},
    {"jaccard_index", "dynamic (dynamic, dynamic)", lower_jaccard_index},
    {"range", "dynamic (long, long, long?)", lower_range},
    {"range", "dynamic (real, real, real?)", lower_range},
    {"range", "dynamic (datetime, datetime, timespan?)", lower_range},
    {"range", "dynamic (timespan, timespan, timespan?)", lower_range},
    {"repeat", "dynamic (any, int|long)", lower_repeat, Naming::kNone, nullptr, nullptr, false, "",
     "repeat_"},
});

}  // namespace

std::span<const FunctionRow> array_rows() { return kRows; }

}  // namespace linkgate::kql
