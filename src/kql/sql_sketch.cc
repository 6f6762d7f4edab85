#include "kql/sql_sketch.h"

#include "kql/convert.h"
#include "kql/sql_json.h"

namespace linkgate::kql {
namespace {

using sql::Ref;
using sql::Tree;

Ref part(Tree& t, Ref state, int64_t place, std::string_view type) {
  return t.call("JSONExtract", {t.call("ifNull", {state, t.text("[]")}), t.integer(place), t.text(type)});
}
Ref json_list(Tree& t, Ref list) {
  const Ref texts = each(t, list, [&t](Ref value) { return t.call("toString", {value}); });
  return t.call("concat", {t.text("["), t.call("arrayStringConcat", {texts, t.text(",")}), t.text("]")});
}

}  // namespace

Ref hash_of_value(Tree& t, Ref value, Type type, bool nullable) {
  const Ref hash = t.call("xxHash64", {type == Type::kString ? value : to_text(t, value, type, nullable)});
  return nullable && type != Type::kString ? t.call("if", {t.call("isNull", {value}), t.null(), hash}) : hash;
}

Ref hashes_of(Tree& t, Ref state) { return part(t, state, 2, "Array(UInt64)"); }

Ref hash_state(Tree& t, Ref hashes) {
  const Ref ordered = t.call("arraySort", {t.call("arrayDistinct", {hashes})});
  const Ref smallest = t.call("arraySlice", {ordered, t.integer(1), t.integer(kMostHashes)});
  return with_value(t, smallest, [&](Ref kept) {
    const Ref state =
        t.call("concat", {t.text("[" + std::to_string(kMostHashes) + ","), json_list(t, kept), t.text("]")});
    return t.call("if", {t.call("empty", {kept}), t.null(), t.call("toNullable", {state})});
  });
}

Ref counted_by_hashes(Tree& t, Ref hashes) {
  return with_value(t, hashes, [&](Ref list) {
    constexpr double kAllHashes = 18446744073709551616.0;
    const Ref count = t.call("toFloat64", {t.call("length", {list})});
    const Ref largest = t.call("toFloat64", {t.call("arrayElement", {list, t.integer(kMostHashes)})});
    const Ref dense = t.call("divide", {t.real(static_cast<double>(kMostHashes - 1) * kAllHashes), largest});
    return t.call("if", {t.call("less", {count, t.integer(kMostHashes)}), count, t.call("round", {dense})});
  });
}

Ref digest_type(Tree& t, Ref state) { return part(t, state, 1, "String"); }
Ref digest_values(Tree& t, Ref state) { return part(t, state, 2, "Array(Float64)"); }
Ref digest_counts(Tree& t, Ref state) { return part(t, state, 3, "Array(Int64)"); }

Ref digest_state(Tree& t, Ref type, Ref sums) {
  const auto list = [&](Ref rows, int64_t i) {
    return each(t, rows, [&](Ref row) { return part_of_tuple(t, row, i); });
  };
  return with_value(t, sums, [&](Ref pair) {
    const Ref rows = with_value(t, t.call("arrayCumSum", {part_of_tuple(t, pair, 2)}), [&](Ref up_to) {
      const Ref total = t.call("arrayElement", {up_to, t.integer(-1)});
      const Ref following = t.call(
          "arrayPushBack", {t.call("arrayPopFront", {up_to}), t.call("multiply", {total, t.integer(3)})});
      const Ref next = t.call("arrayResize", {following, t.call("length", {up_to})});
      const Ref all = t.call("arrayZip", {part_of_tuple(t, pair, 1), up_to, next});
      const Ref few = t.call("lessOrEquals", {t.call("length", {up_to}), t.integer(kMostValues)});
      // Of each share of the rows the last value. Numbers alone may be captured here, not arrays: the engine
      // copies what a lambda captures for each member.
      return with_value(t, t.call("tuple", {few, t.call("greatest", {total, t.integer(1)})}), [&](Ref known) {
        return over(t, "arrayFilter", all, [&](Ref row) {
          const auto share = [&](int64_t i) {
            const Ref before = t.call("minus", {part_of_tuple(t, row, i), t.integer(1)});
            return t.call("intDiv",
                          {t.call("multiply", {before, t.integer(kMostValues)}), part_of_tuple(t, known, 2)});
          };
          return t.call("or", {part_of_tuple(t, known, 1), t.call("notEquals", {share(2), share(3)})});
        });
      });
    });
    return with_value(t, rows, [&](Ref chosen) {
      const Ref sums_to = t.call("arrayPushFront", {list(chosen, 2), t.long_value(0)});
      const Ref counts = t.call("arrayPopFront", {t.call("arrayDifference", {sums_to})});
      const Ref state = t.call("concat", {t.text("[\""), type, t.text("\","), json_list(t, list(chosen, 1)),
                                          t.text(","), json_list(t, counts), t.text("]")});
      return t.call("if", {t.call("empty", {chosen}), t.null(), t.call("toNullable", {state})});
    });
  });
}

}  // namespace linkgate::kql
