#pragma once
// JSONPath as KQL has it: $.a.b, $['a b'][0], a.b. No wildcards, filters or slices.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace linkgate::kql {

using JsonPathStep = std::variant<std::string, int64_t>;  // a property's name, or a place in an array

// nullopt where it is no such path.
std::optional<std::vector<JsonPathStep>> parse_json_path(std::string_view text);

}  // namespace linkgate::kql
