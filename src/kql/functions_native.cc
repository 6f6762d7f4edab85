// Functions that the program linkgate-functions computes: lower_native.h.

#include <array>

#include "kql/function.h"
#include "kql/lower_native.h"

namespace linkgate::kql {
namespace {

sql::Ref lower_dynamic_to_json(LowerCall& l) {
  const sql::Ref json = to_dynamic(l.tree, l[0], l.arg(0).type, l.nullable(0));
  return l.fn("ifNull", native_call(l.tree, "dynamic_to_json", {json}), l.text(""));
}

// Of a list that make_list() would have cut there is no answer.
constexpr int64_t kMaxGraphParts = 1'000'000;

sql::Ref lower_graph_components(LowerCall& l) {
  const std::string limit = std::to_string(kMaxGraphParts);
  const sql::Ref too_many = l.fn("greater", l[2], l.integer(kMaxGraphParts));
  const sql::Ref within = l.fn(
      "equals",
      l.fn("throwIf", too_many, l.text("graph-mark-components takes " + limit + " nodes and edges at most")),
      l.integer(0));
  return l.fn("if", within, native_call(l.tree, "graph_components", {l[0], l[1]}), l.null());
}

// ---- curves fitted to series: the program gives a bag, of whose members each part of the tuple is one
enum class Member : uint8_t { kReal, kWhole, kArray };
sql::Ref member_of(LowerCall& l, sql::Ref bag, std::initializer_list<std::string_view> path, Member kind) {
  std::vector<sql::Ref> args = {l.fn("ifNull", bag, l.text(""))};
  for (std::string_view step : path) args.push_back(l.text(step));
  if (kind == Member::kArray)
    return l.fn("nullIf", l.tree.call("JSONExtractRaw", std::move(args)), l.text(""));
  args.push_back(l.text(kind == Member::kReal ? "Nullable(Float64)" : "Nullable(Int64)"));
  return l.tree.call("JSONExtract", std::move(args));
}

constexpr std::string_view kPolynomial =
    "rsquare:real coefficients:dynamic variance:real rvariance:real poly_fit:dynamic";
sql::Ref lower_fit_poly(LowerCall& l) {
  const sql::Ref x = l.size() > 1 ? l[1] : l.text("[]");
  const sql::Ref degree = l.size() > 2 ? l.fn("toString", l[2]) : l.text("1");
  return l.let(native_call(l.tree, "series_fit_poly", {l[0], x, degree}), [&l](sql::Ref bag) {
    return l.fn(
        "tuple", member_of(l, bag, {"rsquare"}, Member::kReal),
        member_of(l, bag, {"coefficients"}, Member::kArray), member_of(l, bag, {"variance"}, Member::kReal),
        member_of(l, bag, {"rvariance"}, Member::kReal), member_of(l, bag, {"poly_fit"}, Member::kArray));
  });
}

constexpr std::string_view kTwoLines =
    "rsquare:real split_idx:long variance:real rvariance:real line_fit:dynamic right_rsquare:real "
    "right_slope:real right_interception:real right_variance:real right_rvariance:real left_rsquare:real "
    "left_slope:real left_interception:real left_variance:real left_rvariance:real";
sql::Ref lower_fit_2lines(LowerCall& l) {
  return l.let(native_call(l.tree, "series_fit_2lines", {l[0]}), [&l](sql::Ref bag) {
    std::vector<sql::Ref> parts = {
        member_of(l, bag, {"rsquare"}, Member::kReal), member_of(l, bag, {"split_idx"}, Member::kWhole),
        member_of(l, bag, {"variance"}, Member::kReal), member_of(l, bag, {"rvariance"}, Member::kReal),
        member_of(l, bag, {"line_fit"}, Member::kArray)};
    for (std::string_view side : {"right", "left"}) {
      for (std::string_view name : {"rsquare", "slope", "interception", "variance", "rvariance"})
        parts.push_back(member_of(l, bag, {side, name}, Member::kReal));
    }
    return l.tree.call("tuple", std::move(parts));
  });
}
sql::Ref lower_fit_2lines_dynamic(LowerCall& l) { return native_call(l.tree, "series_fit_2lines", {l[0]}); }

constexpr auto kNone = Naming::kNone;
constexpr auto kRows = std::to_array<FunctionRow>({
    {"dynamic_to_json", "string (any)", lower_dynamic_to_json},
    {"treepath", "dynamic? (dynamic)", lower_native, Naming::kNone, nullptr, nullptr, false, "", "tree_"},
    {"ipv4_range_to_cidr_list", "dynamic? (string, string)", lower_native},
    {"punycode_from_string", "string (string)", lower_native},
    {"punycode_to_string", "string (string)", lower_native},
    {"punycode_domain_from_string", "string (string)", lower_native},
    {"punycode_domain_to_string", "string (string)", lower_native},
    {"parse_command_line", "dynamic? (string, string)", lower_native},
    {"parse_xml", "dynamic? (string)", lower_native, Naming::kFirstArgument},
    {"gzip_compress_to_base64_string", "string (string)", lower_native},
    {"gzip_decompress_from_base64_string", "string (string)", lower_native},
    {"zlib_compress_to_base64_string", "string (string)", lower_native},
    {"zlib_decompress_from_base64_string", "string (string)", lower_native},
    {"series_fit_poly", "real? (dynamic, dynamic?, int|long?)", lower_fit_poly, kNone, nullptr, nullptr,
     false, kPolynomial},
    {"series_fit_2lines", "real? (dynamic)", lower_fit_2lines, kNone, nullptr, nullptr, false, kTwoLines},
    {"series_fit_2lines_dynamic", "dynamic? (dynamic)", lower_fit_2lines_dynamic},
    // Only plugins call these.
    {"reduced_texts", "dynamic? (real, string, dynamic)", lower_native, kNone, nullptr, nullptr, true},
    {"patterns_of_texts", "dynamic? (real, string, dynamic)", lower_native, kNone, nullptr, nullptr, true},
    {"frequent_row_patterns", "dynamic? (real, long, dynamic)", lower_native, kNone, nullptr, nullptr, true},
    {"grown_row_patterns", "dynamic? (real, long, dynamic)", lower_native, kNone, nullptr, nullptr, true},
    {"differing_row_patterns", "dynamic? (real, long, dynamic)", lower_native, kNone, nullptr, nullptr, true},
    {"graph components", "dynamic? (string, dynamic, long)", lower_graph_components, Naming::kNone, nullptr,
     nullptr, true},
});

}  // namespace

std::span<const FunctionRow> native_rows() { return kRows; }

}  // namespace linkgate::kql
