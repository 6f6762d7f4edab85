#pragma once
// "AllowClickThrough=true RecipientDomainIs=a.example,b.example": parameters as they are typed, with
// Defender's names.

#include <algorithm>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/ascii.h"
#include "base/config_checks.h"
#include "base/result.h"
#include "verdict/policy_parameters.h"

namespace linkgate::cli {

struct Assignment {
  std::string name;
  std::string text;  // as typed after the '='
};

// kInvalidArgument for what is not NAME=VALUE.
Result<std::vector<Assignment>> parse_assignments(const std::vector<std::string>& words);

// The values of a list: separated by commas; an empty text is the empty list.
std::vector<std::string> split_list(std::string_view text);

// Sets the parameters of a policy or rule. A list named twice gets the values of both. Errors name the
// parameter, and where it is unknown the nearest one; Name is not among what can be set.
template <typename Owner>
Result<void> assign(Owner& owner, const std::vector<Assignment>& assignments,
                    std::span<const verdict::Parameter<Owner>> parameters) {
  std::vector<std::pair<std::string, std::vector<std::string>>> values;
  std::vector<std::string> names;
  for (const auto& parameter : parameters) names.emplace_back(parameter.name);
  for (const Assignment& assignment : assignments) {
    const verdict::Parameter<Owner>* known = nullptr;
    for (const auto& parameter : parameters) {
      if (ascii::iequals(parameter.name, assignment.name)) known = &parameter;
    }
    const bool list = known != nullptr && known->kind == verdict::ParameterKind::kList;
    if (known != nullptr && known->name == "Name")
      return Error(ErrorCode::kInvalidArgument, "Name is the name given before, and stays");
    auto given = list ? split_list(assignment.text) : std::vector<std::string>{assignment.text};
    auto earlier = std::find_if(values.begin(), values.end(),
                                [&](const auto& v) { return ascii::iequals(v.first, assignment.name); });
    if (earlier == values.end()) {
      values.emplace_back(assignment.name, std::move(given));
    } else if (list) {
      earlier->second.insert(earlier->second.end(), given.begin(), given.end());
    } else {
      return Error(ErrorCode::kInvalidArgument, assignment.name + " is given twice");
    }
  }
  for (const auto& [name, given] : values) {
    auto set = verdict::set_parameter(owner, name, given);
    if (set) continue;
    const std::string near = set.error().code() == ErrorCode::kNotFound ? nearest(name, names) : "";
    return Error(ErrorCode::kInvalidArgument,
                 set.error().message() + (near.empty() ? "" : "; did you mean " + near + "?"));
  }
  return {};
}

}  // namespace linkgate::cli
