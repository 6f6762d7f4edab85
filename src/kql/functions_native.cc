// Functions that the program linkgate-functions computes: lower_native.h.

#include <array>

#include "kql/function.h"
#include "kql/lower_native.h"

namespace linkgate::kql {
namespace {

constexpr auto kRows = std::to_array<FunctionRow>({
    {"punycode_from_string", "string (string)", lower_native},
    {"punycode_to_string", "string (string)", lower_native},
    {"punycode_domain_from_string", "string (string)", lower_native},
    {"punycode_domain_to_string", "string (string)", lower_native},
    {"parse_command_line", "dynamic? (string, string)", lower_native},
    {"parse_xml", "dynamic? (string)", lower_native},
    {"gzip_compress_to_base64_string", "string (string)", lower_native},
    {"gzip_decompress_from_base64_string", "string (string)", lower_native},
    {"zlib_compress_to_base64_string", "string (string)", lower_native},
    {"zlib_decompress_from_base64_string", "string (string)", lower_native},
});

}  // namespace

std::span<const FunctionRow> native_rows() { return kRows; }

}  // namespace linkgate::kql
