// Text taken apart: by regular expressions, paths, as URLs, file paths and CSV; and into code points.

#include <algorithm>
#include <array>

#include "kql/function.h"
#include "kql/json.h"
#include "kql/json_path.h"
#include "kql/regex.h"
#include "kql/sql_json.h"

namespace linkgate::kql {
namespace {

using sql::Ref;

const std::string* constant_text(const BoundExpr& e) {
  return e.kind == BoundKind::kLiteral ? std::get_if<std::string>(&e.value) : nullptr;
}
std::vector<std::string> constant_members(const BoundExpr& e) {
  const std::string* json = constant_text(e);
  return json == nullptr ? std::vector<std::string>()
                         : json_elements(*json).value_or(std::vector<std::string>());
}
Ref element(LowerCall& l, Ref list, int64_t at) { return l.fn("arrayElement", list, l.integer(at)); }

// ---- regular expressions
constexpr int kMaxGroups = 16;

std::optional<ArgumentProblem> check_pattern(const BoundExpr& arg) {
  const std::string* pattern = constant_text(arg);
  if (pattern == nullptr) return std::nullopt;
  EngineRegex regex = to_engine_regex(*pattern);
  if (regex.problem.empty()) return std::nullopt;
  return ArgumentProblem{arg.span, std::move(regex.problem)};
}
// The groups that a constant array names by number or name; empty where it is none of these.
std::vector<int> chosen_groups(const BoundExpr& groups, const EngineRegex& regex) {
  std::vector<int> chosen;
  for (const std::string& member : constant_members(groups)) {
    int group = 0;
    if (member.starts_with('"')) {
      const auto name = scalar_of_json(member, Type::kString);
      const auto found = regex.group_names.find(std::get<std::string>(*name));
      if (found != regex.group_names.end()) group = found->second;
    } else if (const auto number = scalar_of_json(member, Type::kLong); number && !is_null(*number)) {
      group = static_cast<int>(std::get<int64_t>(*number));
    }
    if (group < 1 || group > regex.groups) return {};
    chosen.push_back(group);
  }
  return chosen;
}
std::optional<ArgumentProblem> check_extract_all(std::span<const BoundExpr* const> args) {
  if (auto problem = check_pattern(*args[0])) return problem;
  const std::string* pattern = constant_text(*args[0]);
  if (pattern == nullptr) return std::nullopt;
  const EngineRegex regex = to_engine_regex(*pattern);
  if (regex.groups < 1 || regex.groups > kMaxGroups)
    return ArgumentProblem{args[0]->span, "the regular expression needs between 1 and 16 groups"};
  if (args.size() == 3 && chosen_groups(*args[1], regex).empty())
    return ArgumentProblem{args[1]->span,
                           "an array of numbers or names of the expression's groups is needed"};
  return std::nullopt;
}
// One group: an array of texts. Several: of each match an array. No match is null.
Ref lower_extract_all(LowerCall& l) {
  const EngineRegex regex = to_engine_regex(*constant_text(l.arg(0)));
  std::vector<int> groups;
  if (l.size() == 3) {
    groups = chosen_groups(l.arg(1), regex);
  } else {
    for (int i = 1; i <= regex.groups; ++i) groups.push_back(i);
  }
  const Ref text = l[l.size() - 1];
  const Ref matches = l.fn("extractAllGroupsVertical", text, l.text(regex.pattern));
  const Ref rows = each(l.tree, matches, [&](Ref match) {
    if (groups.size() == 1) return json_string(l.tree, element(l, match, groups[0]));
    std::vector<Ref> parts;
    for (int group : groups) parts.push_back(element(l, match, group));
    return json_string(l.tree, l.tree.call("array", std::move(parts)));
  });
  return l.fn("nullIf", json_array(l.tree, rows), l.text("[]"));
}

// indexof_regex(text, pattern, start, length, occurrence): the shortest text before the match tells where it
// is.
Ref lower_indexof_regex(LowerCall& l) {
  const auto* occurrence = l.size() > 4 ? std::get_if<int64_t>(&l.arg(4).value) : nullptr;
  const int64_t before = occurrence == nullptr ? 0 : *occurrence - 1;
  const std::string pattern = to_engine_regex(*constant_text(l.arg(1))).pattern;
  std::string search = "^((?s:.*?))(?:" + pattern + ")";
  if (before > 0) {
    search = "^((?:(?s:.*?)(?:" + pattern + ")){" + std::to_string(before) + "}(?s:.*?))(?:" + pattern + ")";
  }
  const Ref start = l.size() > 2 ? l.fn("greatest", l[2], l.integer(0)) : l.integer(0);
  Ref text = l.size() > 2 ? l.fn("substringUTF8", l[0], l.fn("plus", start, l.integer(1))) : l[0];
  if (l.size() > 3) {
    text = l.fn("if", l.fn("less", l[3], l.integer(0)), text,
                l.fn("substringUTF8", text, l.integer(1), l.fn("greatest", l[3], l.integer(0))));
  }
  return l.let(text, [&](Ref part) {
    const Ref place =
        l.fn("plus", l.fn("toInt64", l.fn("lengthUTF8", l.fn("extract", part, l.text(search)))), start);
    const Ref found = l.fn("if", l.fn("match", part, l.text(search)), place, l.integer(-1));
    if (l.size() < 3) return l.fn("toNullable", found);
    const Ref sound = l.fn("greaterOrEquals", l[2], l.integer(0));
    return l.fn("if", sound, l.fn("toNullable", found), l.null());
  });
}
std::optional<ArgumentProblem> check_indexof_regex(std::span<const BoundExpr* const> args) {
  const auto* occurrence = args.size() > 4 ? std::get_if<int64_t>(&args[4]->value) : nullptr;
  constexpr int64_t kMostOccurrences = 1'000;  // the engine repeats no pattern more often
  if (occurrence != nullptr && (*occurrence < 1 || *occurrence > kMostOccurrences))
    return ArgumentProblem{args[4]->span, "the occurrence is a number from 1 to 1000"};
  return check_pattern(*args[1]);
}

// What Rust's regular expressions escape.
Ref lower_regex_quote(LowerCall& l) {
  return l.fn("replaceRegexpAll", l[0], l.text("([\\\\.+*?()|\\[\\]{}^$#&~-])"), l.text("\\\\\\1"));
}

// ---- JSON in text
// extract_json(path, text): as text.
Ref lower_extract_json(LowerCall& l) {
  const auto path = parse_json_path(*constant_text(l.arg(0))).value_or(std::vector<JsonPathStep>());
  std::vector<Ref> args = {l[1]};
  for (const JsonPathStep& step : path) {
    if (const auto* name = std::get_if<std::string>(&step))
      args.push_back(l.text(*name));
    else
      args.push_back(l.integer(std::get<int64_t>(step) + (std::get<int64_t>(step) >= 0 ? 1 : 0)));
  }
  const Ref raw = l.fn("nullIf", l.tree.call("JSONExtractRaw", std::move(args)), l.text("null"));
  return to_text(l.tree, raw, Type::kDynamic, true);
}
std::optional<ArgumentProblem> check_extract_json(std::span<const BoundExpr* const> args) {
  const std::string* path = constant_text(*args[0]);
  if (path == nullptr || parse_json_path(*path)) return std::nullopt;
  return ArgumentProblem{args[0]->span, "a JSON path of names and places is needed, as in $.a['b'][0]"};
}

// ---- URLs
Ref bag_of(LowerCall& l, const std::vector<std::pair<std::string_view, Ref>>& parts) {
  std::vector<Ref> text = {l.text("{")};
  for (size_t i = 0; i < parts.size(); ++i) {
    text.push_back(l.text((i > 0 ? ",\"" : "\"") + std::string(parts[i].first) + "\":"));
    text.push_back(parts[i].second);
  }
  text.push_back(l.text("}"));
  return l.fn("toNullable", l.tree.call("concat", std::move(text)));
}
// a=1&b=2, as a bag.
Ref query_bag(LowerCall& l, Ref query) {
  const Ref fields = over(l.tree, "arrayFilter", l.fn("splitByChar", l.text("&"), query),
                          [&l](Ref field) { return l.fn("notEquals", field, l.text("")); });
  const Ref pairs = each(l.tree, fields, [&l](Ref field) {
    const Ref name = l.fn("substringIndex", field, l.text("="), l.integer(1));
    const Ref value = l.fn("substring", field, l.fn("plus", l.fn("length", name), l.integer(2)));
    return l.fn("tuple", name, json_string(l.tree, value));
  });
  return l.fn("assumeNotNull", json_bag(l.tree, pairs));
}
constexpr std::string_view kUrl =
    "^(?s)(?:([A-Za-z][A-Za-z0-9+.-]*):)?(?://(?:([^/?#@:]*)(?::([^/?#@]*))?@)?(\\[[^\\]]*\\]|[^/"
    "?#:]*)(?::([0-9]*))?)?"
    "([^?#]*)(?:\\?([^#]*))?(?:#(.*))?$";
Ref lower_parse_url(LowerCall& l) {
  return l.let(l.fn("extractGroups", l[0], l.text(kUrl)), [&l](Ref groups) {
    const auto part = [&](int64_t at) { return json_string(l.tree, element(l, groups, at)); };
    return bag_of(l, {{"Scheme", part(1)},
                      {"Host", part(4)},
                      {"Port", part(5)},
                      {"Path", part(6)},
                      {"Username", part(2)},
                      {"Password", part(3)},
                      {"Query Parameters", query_bag(l, element(l, groups, 7))},
                      {"Fragment", part(8)}});
  });
}
Ref lower_parse_urlquery(LowerCall& l) {
  const Ref query =
      l.fn("if", l.fn("startsWith", l[0], l.text("?")), l.fn("substring", l[0], l.integer(2)), l[0]);
  return bag_of(l, {{"Query Parameters", query_bag(l, query)}});
}

// ---- file paths, of Windows and of others
constexpr std::string_view kFilePath =
    "^(?s)(?:([A-Za-z][A-Za-z0-9+.-]+)://)?(?:([A-Za-z]:))?(.*?)([^/\\\\:]*)(?::([^/\\\\:]*))?$";
Ref lower_parse_path(LowerCall& l) {
  return l.let(l.fn("extractGroups", l[0], l.text(kFilePath)), [&l](Ref groups) {
    const Ref root = element(l, groups, 2);
    const Ref between = l.fn("replaceRegexpOne", element(l, groups, 3), l.text("[/\\\\]$"), l.text(""));
    const Ref file = element(l, groups, 4);
    const Ref has_extension = l.fn("greater", l.fn("position", file, l.text(".")), l.integer(0));
    const Ref extension =
        l.fn("if", has_extension, l.fn("substringIndex", file, l.text("."), l.integer(-1)), l.text(""));
    return bag_of(l,
                  {{"Scheme", json_string(l.tree, element(l, groups, 1))},
                   {"RootPath", json_string(l.tree, root)},
                   {"DirectoryPath", json_string(l.tree, l.fn("concat", root, between))},
                   {"DirectoryName", json_string(l.tree, l.fn("extract", between, l.text("([^/\\\\]*)$")))},
                   {"Filename", json_string(l.tree, file)},
                   {"Extension", json_string(l.tree, extension)},
                   {"AlternateDataStreamName", json_string(l.tree, element(l, groups, 5))}});
  });
}

// The fields of the first record. RFC 4180; a line's end inside of quotes belongs to its field.
Ref lower_parse_csv(LowerCall& l) {
  const Ref record = l.fn("extract", l[0], l.text("^((?:\"(?:[^\"]|\"\")*\"|[^\"\\r\\n])*)"));
  const Ref fields = l.fn("extractAllGroupsVertical", l.fn("concat", record, l.text(",")),
                          l.text("(?:\"((?:[^\"]|\"\")*)\"|([^,]*)),"));
  const Ref texts = each(l.tree, fields, [&l](Ref field) {
    const Ref quoted = l.fn("replaceAll", element(l, field, 1), l.text("\"\""), l.text("\""));
    return l.fn("if", l.fn("empty", element(l, field, 1)), element(l, field, 2), quoted);
  });
  return l.fn("toNullable", json_string(l.tree, texts));
}

// Up to four numbers of at most eight digits, as one that sorts like the version; null where it is none.
Ref lower_parse_version(LowerCall& l) {
  constexpr std::string_view kVersion =
      "^([0-9]{1,8})(?:\\.([0-9]{1,8}))?(?:\\.([0-9]{1,8}))?(?:\\.([0-9]{1,8}))?$";
  return l.let(l.fn("extractGroups", l[0], l.text(kVersion)), [&l](Ref groups) {
    const auto padded = [&](int64_t at) {
      return l.fn("leftPad", element(l, groups, at), l.integer(8), l.text("0"));
    };
    const Ref digits = l.fn("concat", padded(1), padded(2), padded(3), padded(4));
    return l.fn("if", l.fn("empty", groups), l.null(), l.fn("toDecimal256OrNull", digits, l.integer(20)));
  });
}

// ---- letters
Ref letters(LowerCall& l, Ref text) { return l.fn("extractAll", text, l.text("(?s).")); }

// translate(from, to, text): the last letter of `to` stands for all that it has none for.
Ref lower_translate(LowerCall& l) {
  return l.let(letters(l, l[0]), [&l](Ref from) {
    return l.let(letters(l, l[1]), [&](Ref to) {
      const Ref changed = each(l.tree, letters(l, l[2]), [&](Ref letter) {
        return l.let(l.fn("indexOf", from, letter), [&](Ref at) {
          const Ref other = l.fn("if", l.fn("empty", to), l.text(""),
                                 l.fn("arrayElement", to, l.fn("least", at, l.fn("length", to))));
          return l.fn("if", l.fn("equals", at, l.integer(0)), letter, other);
        });
      });
      return l.fn("arrayStringConcat", changed);
    });
  });
}

// A letter's number, of its UTF-8.
Ref code_point(LowerCall& l, Ref letter) {
  const auto byte = [&](int64_t at, int64_t mask, int64_t factor) {
    const Ref value =
        l.fn("toInt64", l.fn("reinterpretAsUInt8", l.fn("substring", letter, l.integer(at), l.integer(1))));
    return l.fn("multiply", l.fn("bitAnd", value, l.integer(mask)), l.integer(factor));
  };
  const auto size = [&](int64_t bytes) { return l.fn("equals", l.fn("length", letter), l.integer(bytes)); };
  return l.fn("multiIf", size(1), byte(1, 0x7F, 1), size(2),
              l.fn("plus", byte(1, 0x1F, 64), byte(2, 0x3F, 1)), size(3),
              l.fn("plus", l.fn("plus", byte(1, 0x0F, 4096), byte(2, 0x3F, 64)), byte(3, 0x3F, 1)),
              l.fn("plus", l.fn("plus", byte(1, 0x07, 262'144), byte(2, 0x3F, 4096)),
                   l.fn("plus", byte(3, 0x3F, 64), byte(4, 0x3F, 1))));
}
Ref lower_to_code_points(LowerCall& l) {
  const Ref points =
      each(l.tree, letters(l, l[0]), [&l](Ref letter) { return l.fn("toString", code_point(l, letter)); });
  return json_array(l.tree, points);
}
// A number's UTF-8; '' for what is no code point.
Ref letter_of(LowerCall& l, Ref point) {
  const auto byte = [&](int64_t shift, int64_t mask, int64_t mark) {
    const Ref bits = l.fn("bitAnd", l.fn("bitShiftRight", point, l.integer(shift)), l.integer(mask));
    return l.fn("plus", bits, l.integer(mark));
  };
  const auto below = [&](int64_t end) { return l.fn("less", point, l.integer(end)); };
  return l.fn(
      "multiIf", below(0), l.text(""), below(0x80), l.fn("char", point), below(0x800),
      l.fn("char", byte(6, 0x1F, 0xC0), byte(0, 0x3F, 0x80)), below(0x10000),
      l.fn("char", byte(12, 0x0F, 0xE0), byte(6, 0x3F, 0x80), byte(0, 0x3F, 0x80)), below(0x110000),
      l.fn("char", byte(18, 0x07, 0xF0), byte(12, 0x3F, 0x80), byte(6, 0x3F, 0x80), byte(0, 0x3F, 0x80)),
      l.text(""));
}
Ref lower_from_code_points(LowerCall& l) {
  std::vector<Ref> lists;
  for (size_t i = 0; i < l.size(); ++i) {
    const Ref array = l.fn("JSONExtract", l.fn("ifNull", l[i], l.text("[]")), l.text("Array(Int64)"));
    lists.push_back(l.arg(i).type == Type::kDynamic
                        ? array
                        : l.fn("array", l.fn("toInt64", l.fn("ifNull", l[i], l.integer(-1)))));
  }
  const Ref points = lists.size() == 1 ? lists[0] : l.tree.call("arrayConcat", std::move(lists));
  return l.fn("arrayStringConcat", each(l.tree, points, [&l](Ref point) { return letter_of(l, point); }));
}
Ref lower_isascii(LowerCall& l) { return l.fn("match", l[0], l.text("^[\\x00-\\x7F]*$")); }
Ref lower_isutf8(LowerCall& l) { return l.fn("isValidUTF8", l[0]); }

// replace_strings(text, lookups, replacements): one after the other; what was put in is not looked at again.
// A replacement that is no string replaces nothing, but keeps what it was for.
Ref lower_replace_strings(LowerCall& l) {
  const auto lookups = constant_members(l.arg(1)), others = constant_members(l.arg(2));
  Ref pieces = l.fn("array", l.fn("tuple", l[0], l.integer(0)));  // (text, 1 where it was put in)
  for (size_t i = 0; i < std::min(lookups.size(), others.size()); ++i) {
    const auto wanted = scalar_of_json(lookups[i], Type::kString),
               put = scalar_of_json(others[i], Type::kString);
    if (!wanted || std::get<std::string>(*wanted).empty()) continue;
    const Ref lookup = l.text(std::get<std::string>(*wanted));
    const Ref other = put && others[i].starts_with('"') ? l.text(std::get<std::string>(*put)) : lookup;
    const Ref split = each(l.tree, pieces, [&](Ref piece) {
      const Ref texts = l.fn("splitByString", lookup, part_of_tuple(l.tree, piece, 1));
      const Ref pairs = each(l.tree, texts, [&](Ref text) {
        return l.fn("array", l.fn("tuple", other, l.integer(1)), l.fn("tuple", text, l.integer(0)));
      });
      return l.fn("if", part_of_tuple(l.tree, piece, 2), l.fn("array", piece),
                  l.fn("arraySlice", l.fn("arrayFlatten", pairs), l.integer(2)));
    });
    pieces = l.fn("arrayFlatten", split);
  }
  return l.fn("arrayStringConcat",
              each(l.tree, pieces, [&l](Ref piece) { return part_of_tuple(l.tree, piece, 1); }));
}

constexpr auto kFirst = Naming::kFirstArgument;
constexpr auto kNone = Naming::kNone;

constexpr auto kRows = std::to_array<FunctionRow>({
    {"extract_all", "dynamic (string#, string)", lower_extract_all, kNone, nullptr, check_extract_all},
    {"extract_all", "dynamic (string#, dynamic#, string)", lower_extract_all, kNone, nullptr,
     check_extract_all},
    {"extractall", "dynamic (string#, string)", lower_extract_all, kNone, nullptr, check_extract_all},
    {"extractall", "dynamic (string#, dynamic#, string)", lower_extract_all, kNone, nullptr,
     check_extract_all},
    {"extract_json", "string (string#, string)", lower_extract_json, kNone, nullptr, check_extract_json},
    {"extractjson", "string (string#, string)", lower_extract_json, kNone, nullptr, check_extract_json},
    {"indexof_regex", "long? (string, string#, int|long?, int|long?, int|long?#)", lower_indexof_regex, kNone,
     nullptr, check_indexof_regex},
    {"regex_quote", "string (string)", lower_regex_quote},
    {"parse_url", "dynamic (string)", lower_parse_url},
    {"parseurl", "dynamic (string)", lower_parse_url},
    {"parse_urlquery", "dynamic (string)", lower_parse_urlquery},
    {"parseurlquery", "dynamic (string)", lower_parse_urlquery},
    {"parse_path", "dynamic (string)", lower_parse_path},
    {"parse_csv", "dynamic (string)", lower_parse_csv, kFirst},
    {"parse_version", "decimal? (string)", lower_parse_version},
    {"translate", "string (string, string, string)", lower_translate},
    {"unicode_codepoints_from_string", "dynamic (string)", lower_to_code_points},
    {"to_utf8", "dynamic (string)", lower_to_code_points},
    {"unicode_codepoints_to_string", "string (int|long|dynamic, int|long|dynamic...)",
     lower_from_code_points},
    {"make_string", "string (int|long|dynamic, int|long|dynamic...)", lower_from_code_points},
    {"isascii", "bool! (string)", lower_isascii},
    {"isutf8", "bool! (string)", lower_isutf8},
    {"replace_strings", "string (string, dynamic#, dynamic#)", lower_replace_strings},
});

}  // namespace

std::span<const FunctionRow> text_part_rows() { return kRows; }

}  // namespace linkgate::kql
