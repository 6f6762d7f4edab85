#pragma once
// Policies and rules parameter by parameter, as the command line sets them, the portal shows them and state/
// stores them: one table each, to which docs/policies.md is held by a test. Names are those of the struct
// members, which are Defender's.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "verdict/policy.h"

namespace linkgate::verdict {

// kWord: one of a few words ("Open", "Warn", "Closed"). kList: any number of texts; all other kinds are one
// text.
enum class ParameterKind { kText, kBoolean, kInteger, kWord, kList };

template <typename Owner>
struct Parameter {
  std::string_view name;
  ParameterKind kind;
  std::vector<std::string> (*get)(const Owner&);
  bool (*set)(Owner&,
              const std::vector<std::string>& values);  // false: no value of its kind, nothing changed
  std::string_view not_acted_on = {};  // why it is kept and nothing more, for people; empty: it acts
};

std::span<const Parameter<SafeLinksPolicy>> policy_parameters();
std::span<const Parameter<SafeLinksRule>> rule_parameters();

// Sets one parameter by name (without case; TrackUserClicks is an old name of TrackClicks). Booleans are
// true, false, on, off, yes, no, 1, 0, $true, $false. Errors: kNotFound for the name, kInvalidArgument for
// the value. What validate() holds is not checked here.
Result<void> set_parameter(SafeLinksPolicy& policy, std::string_view name,
                           const std::vector<std::string>& values);
Result<void> set_parameter(SafeLinksRule& rule, std::string_view name,
                           const std::vector<std::string>& values);

}  // namespace linkgate::verdict
