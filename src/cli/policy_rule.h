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
// A rule's conditions in one line: "RecipientDomainIs=corp.example except SentTo=ceo@corp.example";
// "everybody" where it has none.
std::string conditions(const verdict::SafeLinksRule& rule);
// The same of the built-in protection: "everybody else except ...".
std::string else_conditions(const verdict::SafeLinksRule& rule);
// A group that does not exist has no members: a misspelt one would protect nobody. kInvalidArgument.
Result<void> check_groups(const verdict::SafeLinksRule& rule, const verdict::PolicySet& set);

void add_policy_rule(Command& policy);
void add_policy_group(Command& policy);
void add_policy_preset(Command& policy);
void add_policy_apply(Command& policy);  // export and apply

}  // namespace linkgate::cli
