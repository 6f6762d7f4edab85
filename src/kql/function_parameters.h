#pragma once
// The parameters of a stored function, in parts: for who lists functions.

#include <string>
#include <string_view>
#include <vector>

#include "kql/types.h"

namespace linkgate::kql {

struct FunctionParameter {
  std::string name;
  Type type = Type::kString;  // of a scalar
  std::string default_value;  // as written; empty where there is none
  bool tabular = false;       // then with these columns, or, without any, with whatever columns
  std::vector<FunctionParameter> columns;
};

// Of "(since:timespan = 7d, T:(a:long), U:(*))". None of what is no such list.
std::vector<FunctionParameter> function_parameters(std::string_view written);
// As Kusto lists them: "(since: timespan = 7d, T: (a: long), U: (*))".
std::string parameters_text(const std::vector<FunctionParameter>& parameters);

}  // namespace linkgate::kql
