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
});

}  // namespace

std::span<const FunctionRow> native_rows() { return kRows; }

}  // namespace linkgate::kql
