#pragma once
// JSON text of dynamic literals, to KQL values and back.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kql/types.h"

namespace linkgate::kql {

// The members of an array as compact JSON text each; nullopt where `json` is no array.
std::optional<std::vector<std::string>> json_elements(std::string_view json);
// A JSON scalar as `type`, as tostring(), tolong(), ... convert it; nullopt where it does not convert. For
// string, any JSON does.
std::optional<Value> scalar_of_json(std::string_view json, Type type);
// The JSON text that a literal of another type is as dynamic; null for null.
Value dynamic_of(Type type, const Value& value);
// Compact and with our own escapes; nullopt where `json` is not valid JSON.
std::optional<std::string> compact_json(std::string_view json);

}  // namespace linkgate::kql
