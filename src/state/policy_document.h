#pragma once
// Policies, rules and groups as JSON documents, parameter by parameter under their own names: what state/
// stores in one column, so that a new parameter needs no migration. Also what `linkgate policy export` and
// backups print.

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "verdict/policy.h"
#include "verdict/verdict.h"

namespace linkgate::state {

std::string policy_to_json(const verdict::SafeLinksPolicy& policy);
std::string rule_to_json(const verdict::SafeLinksRule& rule);
std::string strings_to_json(const std::vector<std::string>& values);
std::string evidence_to_json(const std::vector<verdict::Evidence>& evidence);

// kCorrupt for what is no such document. Absent parameters keep their defaults, unknown ones are ignored: a
// newer release wrote them.
Result<verdict::SafeLinksPolicy> policy_from_json(std::string_view json);
Result<verdict::SafeLinksRule> rule_from_json(std::string_view json);
Result<std::vector<std::string>> strings_from_json(std::string_view json);
Result<std::vector<verdict::Evidence>> evidence_from_json(std::string_view json);

}  // namespace linkgate::state
