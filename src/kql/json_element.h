#pragma once
// Beside json.h, for who walks a document of simdjson itself.

#include <simdjson.h>

#include <optional>

#include "kql/types.h"

namespace linkgate::kql {

// As scalar_of_json().
std::optional<Value> scalar_of_element(const simdjson::dom::element& element, Type type);

}  // namespace linkgate::kql
