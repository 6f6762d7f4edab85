// Bags: objects of names and dynamic values. Source of what the functions do: the Kusto documentation, page
// by page, and recorded answers of the engine.

#include <array>

#include "kql/function.h"
#include "kql/json.h"
#include "kql/json_path.h"
#include "kql/sql_json.h"

namespace linkgate::kql {
namespace {

using sql::Ref;
using Path = std::vector<JsonPathStep>;

constexpr size_t kMaxPathSteps = 16;

Ref json_of(LowerCall& l, size_t i) {
  return l.fn("ifNull", to_dynamic(l.tree, l[i], l.arg(i).type, l.nullable(i)), l.text("null"));
}
Ref name_of(LowerCall& l, size_t i) { return to_text(l.tree, l[i], l.arg(i).type, l.nullable(i)); }
const std::string* constant_text(const BoundExpr& e) {
  return e.kind == BoundKind::kLiteral ? std::get_if<std::string>(&e.value) : nullptr;
}

// bag_pack(key, value, ...)
Ref lower_bag_pack(LowerCall& l) {
  std::vector<Ref> parts;
  for (size_t i = 0; i + 1 < l.size(); i += 2) {
    const Ref key = json_string(l.tree, name_of(l, i));
    parts.push_back(l.fn("concat", key, l.text(":"), json_of(l, i + 1)));
  }
  const Ref list = parts.empty()
                       ? l.text("")
                       : l.fn("arrayStringConcat", l.tree.call("array", std::move(parts)), l.text(","));
  return l.fn("toNullable", l.fn("concat", l.text("{"), list, l.text("}")));
}
std::optional<ArgumentProblem> check_pairs(std::span<const BoundExpr* const> args) {
  if (args.size() % 2 == 0) return std::nullopt;
  return ArgumentProblem{args.back()->span, "keys and values come in pairs"};
}
// pack_all(true): without what is null or empty.
Ref lower_pack_present(LowerCall& l) {
  std::vector<Ref> pairs;
  for (size_t i = 0; i + 1 < l.size(); i += 2)
    pairs.push_back(l.fn("tuple", name_of(l, i), json_of(l, i + 1)));
  const Ref all = l.tree.call("array", std::move(pairs));
  const Ref kept = over(l.tree, "arrayFilter", all, [&l](Ref pair) {
    return l.fn("not",
                l.fn("in", part_of_tuple(l.tree, pair, 2), l.fn("tuple", l.text("null"), l.text("\"\""))));
  });
  return json_bag(l.tree, kept);
}

Ref lower_bag_keys(LowerCall& l) {
  return l.let(l[0], [&l](Ref json) {
    const Ref keys = json_string(l.tree, l.fn("JSONExtractKeys", l.fn("assumeNotNull", json)));
    return l.fn("if", is_json_bag(l.tree, json), l.fn("toNullable", keys), l.null());
  });
}

// A key that begins with $ is a path.
std::optional<Path> path_of(std::string_view key) {
  if (!key.starts_with("$.") && !key.starts_with("$[")) return Path{std::string(key)};
  return parse_json_path(key);
}
bool names_only(const Path& path) {
  for (const JsonPathStep& step : path) {
    if (!std::holds_alternative<std::string>(step)) return false;
  }
  return !path.empty() && path.size() <= kMaxPathSteps;
}
Ref lower_bag_has_key(LowerCall& l) {
  std::vector<Ref> args = {l.fn("ifNull", l[0], l.text("{}"))};
  const std::string* key = constant_text(l.arg(1));
  const auto path = key != nullptr ? path_of(*key) : std::nullopt;
  if (path && names_only(*path)) {
    for (const JsonPathStep& step : *path) args.push_back(l.text(std::get<std::string>(step)));
  } else {
    args.push_back(l[1]);
  }
  return l.tree.call("JSONHas", std::move(args));
}
std::optional<ArgumentProblem> check_key(std::span<const BoundExpr* const> args) {
  const std::string* key = constant_text(*args[1]);
  if (key == nullptr) return std::nullopt;
  const auto path = path_of(*key);
  if (path && names_only(*path)) return std::nullopt;
  return ArgumentProblem{args[1]->span, "a path of names is needed, as in $.a.b"};
}

// The first bag that has a name decides; what is no bag adds nothing.
Ref lower_bag_merge(LowerCall& l) {
  std::vector<Ref> lists, bags;
  for (size_t i = 0; i < l.size(); ++i) {
    lists.push_back(json_properties(l.tree, l[i]));
    bags.push_back(is_json_bag(l.tree, l[i]));
  }
  const Ref all = lists.size() == 1 ? lists[0] : l.tree.call("arrayConcat", std::move(lists));
  const Ref any = bags.size() == 1 ? bags[0] : l.tree.call("or", std::move(bags));
  return l.fn("if", any, json_bag(l.tree, all), l.null());
}

// `json` without what the paths name, from their step `at` on.
Ref without(LowerCall& l, Ref json, const std::vector<Path>& paths, size_t at) {
  std::vector<Ref> ended;
  std::vector<std::pair<std::string, std::vector<Path>>> deeper;
  for (const Path& path : paths) {
    const std::string& name = std::get<std::string>(path[at]);
    if (path.size() == at + 1) {
      ended.push_back(l.text(name));
      continue;
    }
    auto found = deeper.begin();
    while (found != deeper.end() && found->first != name) ++found;
    if (found == deeper.end()) found = deeper.insert(found, {name, {}});
    found->second.push_back(path);
  }
  Ref properties = json_properties(l.tree, json);
  if (!ended.empty()) {
    const Ref names = l.tree.call("tuple", ended);
    properties = over(l.tree, "arrayFilter", properties, [&](Ref pair) {
      return l.fn("not", l.fn("in", part_of_tuple(l.tree, pair, 1), names));
    });
  }
  for (const auto& one : deeper) {
    const auto& name = one.first;  // a lambda of C++17 captures no structured bindings
    const auto& rest = one.second;
    properties = each(l.tree, properties, [&](Ref pair) {
      const Ref value = part_of_tuple(l.tree, pair, 2);
      const Ref hit = l.fn("and", l.fn("equals", part_of_tuple(l.tree, pair, 1), l.text(name)),
                           is_json_bag(l.tree, value));
      const Ref cut = l.fn("assumeNotNull", without(l, value, rest, at + 1));
      return l.fn("tuple", part_of_tuple(l.tree, pair, 1), l.fn("if", hit, cut, value));
    });
  }
  return json_bag(l.tree, properties);
}
std::vector<std::string> constant_keys(const BoundExpr& e) {
  std::vector<std::string> keys;
  const std::string* json = constant_text(e);
  if (json == nullptr) return keys;
  for (const std::string& member : json_elements(*json).value_or(std::vector<std::string>())) {
    const auto text = scalar_of_json(member, Type::kString);
    if (text && member.starts_with('"')) keys.push_back(std::get<std::string>(*text));
  }
  return keys;
}
Ref lower_bag_remove_keys(LowerCall& l) {
  Ref kept = nullptr;
  if (l.arg(1).kind == BoundKind::kLiteral) {
    std::vector<Path> paths;
    for (const std::string& key : constant_keys(l.arg(1))) {
      const auto path = path_of(key);
      if (path && names_only(*path)) paths.push_back(*path);
    }
    kept = without(l, l[0], paths, 0);
  } else {
    const Ref keys = l.fn("JSONExtract", l.fn("ifNull", l[1], l.text("[]")), l.text("Array(String)"));
    kept = json_bag(l.tree, over(l.tree, "arrayFilter", json_properties(l.tree, l[0]), [&](Ref pair) {
                      return l.fn("not", l.fn("has", keys, part_of_tuple(l.tree, pair, 1)));
                    }));
  }
  return l.fn("if", is_json_bag(l.tree, l[0]), kept, l.null());
}

// The value at the path's end is set where the name is, or comes last.
Ref with_key(LowerCall& l, Ref json, const std::vector<Ref>& names, size_t at, Ref value) {
  const Ref name = names[at];
  const Ref set = l.let(json_properties(l.tree, json), [&](Ref all) {
    const Ref has = over(l.tree, "arrayExists", all,
                         [&](Ref pair) { return l.fn("equals", part_of_tuple(l.tree, pair, 1), name); });
    const Ref known =
        at + 1 == names.size() ? nullptr : l.fn("JSONExtractRaw", l.fn("ifNull", json, l.text("")), name);
    const Ref inner =
        known == nullptr ? value : l.fn("assumeNotNull", with_key(l, known, names, at + 1, value));
    const Ref replaced = each(l.tree, all, [&](Ref pair) {
      const Ref hit = l.fn("equals", part_of_tuple(l.tree, pair, 1), name);
      return l.fn("tuple", part_of_tuple(l.tree, pair, 1),
                  l.fn("if", hit, inner, part_of_tuple(l.tree, pair, 2)));
    });
    return l.fn("if", has, replaced, l.fn("arrayPushBack", all, l.fn("tuple", name, inner)));
  });
  return json_bag(l.tree, set);
}
Ref lower_bag_set_key(LowerCall& l) {
  std::vector<Ref> names;
  const std::string* key = constant_text(l.arg(1));
  const auto path = key != nullptr ? path_of(*key) : std::nullopt;
  if (path && names_only(*path)) {
    for (const JsonPathStep& step : *path) names.push_back(l.text(std::get<std::string>(step)));
  } else {
    names.push_back(l[1]);
  }
  return l.fn("if", is_json_bag(l.tree, l[0]), with_key(l, l[0], names, 0, json_of(l, 2)), l.null());
}

// A key that is no string has no property; a key without a value has null.
Ref lower_bag_zip(LowerCall& l) {
  const Ref pairs = l.let(json_members(l.tree, l[0]), [&](Ref keys) {
    const Ref values = json_members(l.tree, l[1]);
    const Ref all = each_place(l.tree, keys, [&](Ref place) {
      const Ref there = l.fn("lessOrEquals", place, l.fn("length", values));
      return l.fn("tuple", l.fn("arrayElement", keys, place),
                  l.fn("if", there, l.fn("arrayElement", values, place), l.text("null")));
    });
    const Ref named = over(l.tree, "arrayFilter", all, [&](Ref pair) {
      return l.fn("startsWith", part_of_tuple(l.tree, pair, 1), l.text("\""));
    });
    return each(l.tree, named, [&](Ref pair) {
      return l.fn("tuple", l.fn("JSONExtractString", part_of_tuple(l.tree, pair, 1)),
                  part_of_tuple(l.tree, pair, 2));
    });
  });
  const Ref arrays = l.fn("and", is_json_array(l.tree, l[0]), is_json_array(l.tree, l[1]));
  return l.fn("if", arrays, json_bag(l.tree, pairs), l.null());
}

constexpr auto kNone = Naming::kNone;

constexpr auto kRows = std::to_array<FunctionRow>({
    {"bag_pack", "dynamic (any...)", lower_bag_pack, kNone, nullptr, check_pairs},
    {"pack", "dynamic (any...)", lower_bag_pack, kNone, nullptr, check_pairs},
    {"pack_dictionary", "dynamic (any...)", lower_bag_pack, kNone, nullptr, check_pairs},
    {"pack present", "dynamic (any...)", lower_pack_present, kNone, nullptr, nullptr, true},
    {"bag_keys", "dynamic (dynamic)", lower_bag_keys},
    {"bag_has_key", "bool! (dynamic, string)", lower_bag_has_key, kNone, nullptr, check_key},
    {"bag_merge", "dynamic (dynamic, dynamic...)", lower_bag_merge},
    {"bag_remove_keys", "dynamic (dynamic, dynamic)", lower_bag_remove_keys},
    {"bag_set_key", "dynamic (dynamic, string, any)", lower_bag_set_key, kNone, nullptr, check_key},
    {"bag_zip", "dynamic (dynamic, dynamic)", lower_bag_zip},
});

}  // namespace

std::span<const FunctionRow> bag_rows() { return kRows; }

}  // namespace linkgate::kql
