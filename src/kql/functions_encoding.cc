// Encodings, digests and numbers as text; and what gives another value at every call.

#include <array>

#include "base/ascii.h"
#include "kql/function.h"
#include "kql/sql_json.h"

namespace linkgate::kql {
namespace {

using sql::Ref;

Ref text_of(LowerCall& l, size_t i) { return to_text(l.tree, l[i], l.arg(i).type, l.nullable(i)); }
Ref lower_case_hex(LowerCall& l, Ref bytes) { return l.fn("lower", l.fn("hex", bytes)); }

// ---- base64
Ref lower_base64_encode(LowerCall& l) { return l.all("base64Encode"); }
// What is no base64, or none of UTF-8, is ''.
Ref lower_base64_decode(LowerCall& l) {
  return l.let(l.all("tryBase64Decode"),
               [&l](Ref text) { return l.fn("if", l.fn("isValidUTF8", text), text, l.text("")); });
}
Ref byte_at(LowerCall& l, Ref text, Ref place) {
  return l.fn("reinterpretAsUInt8", l.fn("substring", text, place, l.integer(1)));
}
Ref lower_base64_to_array(LowerCall& l) {
  return l.let(l.all("tryBase64Decode"), [&l](Ref bytes) {
    const Ref places = l.fn("range", l.integer(1), l.fn("plus", l.fn("length", bytes), l.integer(1)));
    const Ref list = json_array(
        l.tree, each(l.tree, places, [&](Ref at) { return l.fn("toString", byte_at(l, bytes, at)); }));
    const Ref failed = l.fn("and", l.fn("empty", bytes), l.fn("notEmpty", l[0]));
    return l.fn("if", failed, l.null(), list);
  });
}
Ref lower_base64_from_array(LowerCall& l) {
  const Ref bytes = l.fn("JSONExtract", l.fn("ifNull", l[0], l.text("[]")), l.text("Array(UInt8)"));
  const Ref text =
      l.fn("arrayStringConcat", each(l.tree, bytes, [&l](Ref byte) { return l.fn("char", byte); }));
  return l.fn("base64Encode", text);
}
// A guid's bytes as .NET has them: the first three fields with their lowest byte first.
constexpr int kGuidOrder[] = {4, 3, 2, 1, 6, 5, 8, 7, 9, 10, 11, 12, 13, 14, 15, 16};
Ref reordered(LowerCall& l, Ref bytes) {
  std::vector<Ref> parts;
  for (int place : kGuidOrder) parts.push_back(l.fn("substring", bytes, l.integer(place), l.integer(1)));
  return l.tree.call("concat", std::move(parts));
}
Ref lower_base64_to_guid(LowerCall& l) {
  return l.let(l.all("tryBase64Decode"), [&l](Ref bytes) {
    const Ref dashed = l.fn("replaceRegexpOne", lower_case_hex(l, reordered(l, bytes)),
                            l.text("^(.{8})(.{4})(.{4})(.{4})(.{12})$"), l.text("\\1-\\2-\\3-\\4-\\5"));
    return l.fn("if", l.fn("equals", l.fn("length", bytes), l.integer(16)), l.fn("toNullable", dashed),
                l.null());
  });
}
Ref lower_base64_from_guid(LowerCall& l) {
  const Ref guid = l.nullable(0) ? l.fn("ifNull", l[0], l.text("")) : l[0];
  return l.let(l.fn("unhex", l.fn("replaceAll", guid, l.text("-"), l.text(""))),
               [&l](Ref bytes) { return l.fn("base64Encode", reordered(l, bytes)); });
}

// ---- URLs
// The escapes are in small letters, the engine's in capitals.
Ref small_escapes(LowerCall& l, Ref encoded) {
  const Ref parts =
      each(l.tree, l.fn("splitByChar", l.text("%"), l.fn("concat", l.text("00"), encoded)), [&l](Ref part) {
        return l.fn("concat", l.fn("lower", l.fn("substring", part, l.integer(1), l.integer(2))),
                    l.fn("substring", part, l.integer(3)));
      });
  return l.fn("substring", l.fn("arrayStringConcat", parts, l.text("%")), l.integer(3));
}
Ref lower_url_encode(LowerCall& l) { return small_escapes(l, l.all("encodeURLFormComponent")); }
Ref lower_url_encode_component(LowerCall& l) { return small_escapes(l, l.all("encodeURLComponent")); }
Ref lower_url_decode(LowerCall& l) { return l.all("decodeURLComponent"); }

// ---- digests
Ref lower_sha256(LowerCall& l) { return lower_case_hex(l, l.fn("SHA256", text_of(l, 0))); }
Ref lower_sha1(LowerCall& l) { return lower_case_hex(l, l.fn("SHA1", text_of(l, 0))); }
Ref lower_md5(LowerCall& l) { return lower_case_hex(l, l.fn("MD5", text_of(l, 0))); }
// xxHash64 of a text's bytes, or of a number's eight. Source: the documentation's values.
Ref lower_hash(LowerCall& l) {
  const Ref bytes = l.arg(0).type == Type::kString ? l[0] : l.fn("reinterpretAsFixedString", l[0]);
  const Ref hash = l.fn("xxHash64", bytes);
  if (l.size() == 1) return l.fn("toInt64", hash);
  return l.fn("toInt64", l.fn("moduloOrNull", hash, l.fn("toUInt64", l.fn("greatest", l[1], l.integer(0)))));
}

// ---- numbers
// At least so many digits; a negative number is its two's complement.
Ref lower_tohex(LowerCall& l) {
  const Ref digits = lower_case_hex(l, l.fn("toInt64", l[0]));
  const Ref shortest = l.fn("replaceRegexpOne", digits, l.text("^0+(.)"), l.text("\\1"));
  Ref text = shortest;
  if (l.size() > 1) {
    text = l.let(shortest, [&l](Ref plain) {
      const Ref width = l.fn("greatest", l[1], l.fn("toInt64", l.fn("length", plain)));
      return l.fn("leftPad", plain, width, l.text("0"));
    });
  }
  return l.nullable(0) ? l.fn("ifNull", text, l.text("")) : text;
}
Ref lower_count_ones(LowerCall& l) { return l.fn("toInt64", l.fn("bitCount", l.fn("toInt64", l[0]))); }

constexpr std::string_view kByteUnits[] = {"Bytes", "KB", "MB", "GB", "TB", "PB", "EB"};
int unit_index(std::string_view name) {
  for (int i = 0; i < 7; ++i) {
    if (ascii::iequals(kByteUnits[i], name)) return i;
  }
  return -1;
}
// format_bytes(size, precision, unit): the largest unit that there is one of, or the one that is asked for.
Ref lower_format_bytes(LowerCall& l) {
  return l.let(l.fn("toFloat64", l[0]), [&l](Ref size) {
    const Ref scale = l.size() > 1 ? l.fn("exp10", l[1]) : l.tree.real(1);
    const auto in_unit = [&](int i) {
      const Ref count =
          l.fn("divide", l.fn("abs", size), l.tree.real(static_cast<double>(int64_t{1} << (10 * i))));
      const Ref rounded = l.fn(
          "divide", l.fn("floor", l.fn("plus", l.fn("multiply", count, scale), l.tree.real(0.5))), scale);
      const Ref signed_count = l.fn("multiply", l.fn("sign", size), rounded);
      return l.fn("concat", l.fn("toString", signed_count), l.text(" " + std::string(kByteUnits[i])));
    };
    if (l.size() > 2) return in_unit(unit_index(std::get<std::string>(l.arg(2).value)));
    std::vector<Ref> cases;
    for (int i = 6; i > 0; --i) {
      cases.push_back(l.fn("greaterOrEquals", l.fn("abs", size),
                           l.tree.real(static_cast<double>(int64_t{1} << (10 * i)))));
      cases.push_back(in_unit(i));
    }
    cases.push_back(in_unit(0));
    const Ref text = l.tree.call("multiIf", std::move(cases));
    return l.nullable(0) ? l.fn("ifNull", text, l.text("")) : text;
  });
}
std::optional<ArgumentProblem> check_byte_unit(std::span<const BoundExpr* const> args) {
  const auto* unit = args.size() > 2 ? std::get_if<std::string>(&args[2]->value) : nullptr;
  if (unit == nullptr || unit_index(*unit) >= 0) return std::nullopt;
  return ArgumentProblem{args[2]->span, "the units are Bytes, KB, MB, GB, TB, PB and EB"};
}

// ---- another value at every call: the engine computes calls with the same arguments once
Ref call_number(LowerCall& l) { return l.integer(static_cast<int64_t>(std::stoll(l.tree.fresh("")))); }
Ref lower_rand(LowerCall& l) {
  if (l.size() == 0) return l.fn("randCanonical", call_number(l));
  const Ref below = l.fn("toUInt64", l.fn("greatest", l[0], l.integer(1)));
  return l.fn("toFloat64", l.fn("modulo", l.fn("rand64", call_number(l)), below));
}
Ref lower_new_guid(LowerCall& l) { return l.fn("toString", l.fn("generateUUIDv4", call_number(l))); }

constexpr auto kFirst = Naming::kFirstArgument;

constexpr auto kRows = std::to_array<FunctionRow>({
    {"base64_encode_tostring", "string (string)", lower_base64_encode},
    {"base64_encodestring", "string (string)", lower_base64_encode},
    {"base64_decode_tostring", "string (string)", lower_base64_decode},
    {"base64_decodestring", "string (string)", lower_base64_decode},
    {"base64_decode_toarray", "dynamic (string)", lower_base64_to_array},
    {"base64_encode_fromarray", "string (dynamic)", lower_base64_from_array},
    {"base64_decode_toguid", "guid? (string)", lower_base64_to_guid},
    {"base64_encode_fromguid", "string (guid)", lower_base64_from_guid},
    {"url_encode", "string (string)", lower_url_encode},
    {"url_encode_component", "string (string)", lower_url_encode_component},
    {"url_decode", "string (string)", lower_url_decode},
    {"hash_sha256", "string (any)", lower_sha256},
    {"hash_sha1", "string (any)", lower_sha1},
    {"hash_md5", "string (any)", lower_md5},
    {"hash", "long (string|long|datetime|timespan)", lower_hash},
    {"hash", "long? (string|long|datetime|timespan, int|long)", lower_hash},
    {"hash_xxhash64", "long (string|long|datetime|timespan)", lower_hash},
    {"hash_xxhash64", "long? (string|long|datetime|timespan, int|long)", lower_hash},
    {"tohex", "string (int|long, int|long?)", lower_tohex, kFirst},
    {"bitset_count_ones", "long (int|long)", lower_count_ones, Naming::kFirstArgument},
    {"format_bytes", "string (number, int|long?, string?#)", lower_format_bytes, Naming::kFirstArgument,
     nullptr, check_byte_unit},
    {"rand", "real! (int|long?)", lower_rand},
    {"new_guid", "guid! ()", lower_new_guid},
});

}  // namespace

std::span<const FunctionRow> encoding_rows() { return kRows; }

}  // namespace linkgate::kql
