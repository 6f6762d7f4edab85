#pragma once
// Policies, rules, presets' scopes and groups as one TOML file: what `linkgate policy export` prints and
// `linkgate policy apply` makes true. docs/policies.md describes it.

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "verdict/policy.h"

namespace linkgate::cli {

inline constexpr size_t kMaxPolicyFile = 64 << 20;  // bytes

// What a file names. A parameter that it leaves out has its default.
struct PolicyFile {
  std::vector<verdict::SafeLinksPolicy> policies;
  struct Rule {
    verdict::SafeLinksRule rule;
    bool has_priority = false;
  };
  std::vector<Rule> rules;  // in the order of the file
  std::vector<verdict::SafeLinksRule> presets;
  std::vector<verdict::Group> groups;
};

// kInvalidArgument with file, line and column, and the nearest name that exists. Checks what can be checked
// without knowing what is in force.
Result<PolicyFile> parse_policy_file(const std::string& file, std::string_view text);

// Every parameter but empty ones. Groups that others than people keep are left out.
std::string print_policy_file(const verdict::PolicySet& set);

// What is in force once the file is applied. What it does not name stays; with `prune` it goes, but for
// groups that others keep. A rule without Priority keeps its place, a new one comes last; with `prune` rules
// without one stand as they do in the file.
verdict::PolicySet merge(const verdict::PolicySet& now, const PolicyFile& wanted, bool prune);

// From one to the other in words, a line each: policy "Sales": AllowClickThrough: false -> true
std::vector<std::string> differences(const verdict::PolicySet& before, const verdict::PolicySet& after);

}  // namespace linkgate::cli
