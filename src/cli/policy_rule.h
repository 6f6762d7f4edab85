#pragma once
// The parts of `linkgate policy`: rules and groups beside policies.

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "state/stores.h"
#include "verdict/policy.h"

namespace linkgate::cli {

class Command;
class Context;

Result<std::unique_ptr<state::PolicyStore>> open_policies(Context& context);
// Also the built-in one; absent where there is none of that name.
const verdict::SafeLinksPolicy* find_policy(const verdict::PolicySet& set, std::string_view name);
// A rule's conditions in one line: "RecipientDomainIs=corp.example except SentTo=ceo@corp.example".
std::string conditions(const verdict::SafeLinksRule& rule);

void add_policy_rule(Command& policy);
void add_policy_group(Command& policy);

}  // namespace linkgate::cli
