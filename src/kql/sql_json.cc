#include "kql/sql_json.h"

namespace linkgate::kql {

using sql::Ref;
using sql::Tree;

Ref json_members(Tree& t, Ref json) {
  return t.call("JSONExtractArrayRaw", {t.call("ifNull", {json, t.text("")})});
}

Ref json_array(Tree& t, Ref members) {
  const Ref list = t.call("arrayStringConcat", {members, t.text(",")});
  return t.call("toNullable", {t.call("concat", {t.text("["), list, t.text("]")})});
}

Ref json_properties(Tree& t, Ref json) {
  return t.call("JSONExtractKeysAndValuesRaw", {t.call("ifNull", {json, t.text("")})});
}

Ref json_bag(Tree& t, Ref properties) {
  return with_value(t, properties, [&](Ref all) {
    const Ref names = each(t, all, [&](Ref p) { return part_of_tuple(t, p, 1); });
    const Ref texts = with_value(t, names, [&](Ref keys) {
      const std::string property = t.fresh("v"), place = t.fresh("v");
      const Ref name = part_of_tuple(t, t.column("", property), 1);
      const Ref first = t.call("equals", {t.call("indexOf", {keys, name}), t.column("", place)});
      const Ref kept = t.call("arrayFilter", {t.lambda("(" + property + ", " + place + ")", first), all,
                                              t.call("arrayEnumerate", {all})});
      return each(t, kept, [&](Ref p) {
        return t.call("concat",
                      {json_string(t, part_of_tuple(t, p, 1)), t.text(":"), part_of_tuple(t, p, 2)});
      });
    });
    const Ref list = t.call("arrayStringConcat", {texts, t.text(",")});
    return t.call("toNullable", {t.call("concat", {t.text("{"), list, t.text("}")})});
  });
}

Ref json_string(Tree& t, Ref text) {
  return t.call("replaceAll", {t.call("toJSONString", {text}), t.text("\\/"), t.text("/")});
}

Ref json_value(Tree& t, Ref member) { return t.call("nullIf", {member, t.text("null")}); }

Ref is_json_array(Tree& t, Ref json) {
  return t.call("startsWith", {t.call("ifNull", {json, t.text("")}), t.text("[")});
}
Ref is_json_bag(Tree& t, Ref json) {
  return t.call("startsWith", {t.call("ifNull", {json, t.text("")}), t.text("{")});
}

Ref json_number(Tree& t, Ref member) { return t.call("toFloat64OrNull", {member}); }

Ref json_numbers(Tree& t, Ref json) {
  return each(t, json_members(t, json), [&t](Ref member) { return json_number(t, member); });
}

}  // namespace linkgate::kql
