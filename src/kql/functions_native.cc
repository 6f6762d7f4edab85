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
    {"graph components", "dynamic? (string, dynamic, long)", lower_graph_components, Naming::kNone, nullptr,
     nullptr, true},
});

}  // namespace

std::span<const FunctionRow> native_rows() { return kRows; }

}  // namespace linkgate::kql
