#include "verdict/policy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "verdict/policy_parameters.h"

namespace linkgate::verdict {
namespace {

SafeLinksPolicy policy_named(std::string name) {
  SafeLinksPolicy policy;
  policy.Name = std::move(name);
  return policy;
}

SafeLinksRule rule_for(std::string policy) {
  SafeLinksRule rule;
  rule.Name = policy + " rule";
  rule.SafeLinksPolicy = std::move(policy);
  return rule;
}

// Whether one rule with these conditions takes the recipient.
bool takes(const SafeLinksRule& rule, std::string_view recipient) {
  const PolicySet set(
      {policy_named(rule.SafeLinksPolicy)}, {rule},
      {{"Staff", {"alice@example.com", "Bob@Example.com"}}, {"Temps", {"carol@example.com"}}});
  return set.match(recipient).rule != nullptr;
}

struct MatchCase {
  std::string_view claim;
  std::vector<std::string> sent_to, member_of, domains, except_to, except_member, except_domains;
  std::string_view recipient;
  bool taken;
};

TEST(PolicyMatch, ConditionsAreOrWithinAndAcrossExceptionsAreOr) {
  const MatchCase cases[] = {
      {"an address", {"alice@example.com"}, {}, {}, {}, {}, {}, "alice@example.com", true},
      {"another address", {"alice@example.com"}, {}, {}, {}, {}, {}, "bob@example.com", false},
      {"any of several", {"x@y.z", "alice@example.com"}, {}, {}, {}, {}, {}, "alice@example.com", true},
      {"case of the rule", {"ALICE@Example.COM"}, {}, {}, {}, {}, {}, "alice@example.com", true},
      {"case of the recipient", {"alice@example.com"}, {}, {}, {}, {}, {}, "Alice@EXAMPLE.com", true},
      {"detail of the recipient", {"alice@example.com"}, {}, {}, {}, {}, {}, "alice+news@example.com", true},
      {"detail in the rule", {"alice+news@example.com"}, {}, {}, {}, {}, {}, "alice+news@example.com", true},
      {"detail of the rule only", {"alice+news@example.com"}, {}, {}, {}, {}, {}, "alice@example.com", false},
      {"other detail", {"alice+news@example.com"}, {}, {}, {}, {}, {}, "alice+x@example.com", false},
      {"plus at the start", {"@example.com"}, {}, {}, {}, {}, {}, "+x@example.com", false},
      {"a group", {}, {"Staff"}, {}, {}, {}, {}, "bob@example.com", true},
      {"a group, detail", {}, {"Staff"}, {}, {}, {}, {}, "bob+x@example.com", true},
      {"a group without case", {}, {"sTAFF"}, {}, {}, {}, {}, "bob@example.com", true},
      {"not in the group", {}, {"Staff"}, {}, {}, {}, {}, "carol@example.com", false},
      {"one of two groups", {}, {"Staff", "Temps"}, {}, {}, {}, {}, "carol@example.com", true},
      {"a group that is gone holds nobody", {}, {"Gone"}, {}, {}, {}, {}, "alice@example.com", false},
      {"a domain", {}, {}, {"example.com"}, {}, {}, {}, "alice@example.com", true},
      {"a subdomain", {}, {}, {"example.com"}, {}, {}, {}, "alice@mail.eu.example.com", true},
      {"no subdomain", {}, {}, {"example.com"}, {}, {}, {}, "alice@badexample.com", false},
      {"a parent domain", {}, {}, {"mail.example.com"}, {}, {}, {}, "alice@example.com", false},
      {"a trailing dot", {}, {}, {"Example.com."}, {}, {}, {}, "alice@example.COM", true},
      {"an IDN both ways", {}, {}, {"b\u00fccher.example"}, {}, {}, {}, "a@xn--bcher-kva.example", true},
      {"address and domain",
       {"alice@example.com"},
       {},
       {"example.com"},
       {},
       {},
       {},
       "alice@example.com",
       true},
      {"address but not domain",
       {"alice@example.com"},
       {},
       {"other.com"},
       {},
       {},
       {},
       "alice@example.com",
       false},
      {"group but not address", {"bob@example.com"}, {"Temps"}, {}, {}, {}, {}, "carol@example.com", false},
      {"all three", {"bob@example.com"}, {"Staff"}, {"example.com"}, {}, {}, {}, "bob@example.com", true},
      {"excepted address", {}, {}, {"example.com"}, {"bob@example.com"}, {}, {}, "Bob+x@example.com", false},
      {"excepted group", {}, {}, {"example.com"}, {}, {"Staff"}, {}, "bob@example.com", false},
      {"excepted domain", {}, {}, {"example.com"}, {}, {}, {"lab.example.com"}, "a@x.lab.example.com", false},
      {"one exception is enough",
       {},
       {},
       {"example.com"},
       {"z@z.z"},
       {"Temps"},
       {},
       "carol@example.com",
       false},
      {"exceptions for others",
       {},
       {},
       {"example.com"},
       {"z@z.z"},
       {"Temps"},
       {"lab.example.com"},
       "a@example.com",
       true},
      {"a gone group exempts nobody", {}, {}, {"example.com"}, {}, {"Gone"}, {}, "alice@example.com", true},
      {"no condition takes nobody", {}, {}, {}, {}, {}, {}, "alice@example.com", false},
      {"no address", {}, {}, {"example.com"}, {}, {}, {}, "", false},
      {"no domain", {}, {}, {"example.com"}, {}, {}, {}, "postmaster", false},
      {"several at signs", {}, {}, {"example.com"}, {}, {}, {}, "\"a@evil.com\"@example.com", true},
  };
  for (const auto& c : cases) {
    SafeLinksRule rule = rule_for("P");
    rule.SentTo = c.sent_to;
    rule.SentToMemberOf = c.member_of;
    rule.RecipientDomainIs = c.domains;
    rule.ExceptIfSentTo = c.except_to;
    rule.ExceptIfSentToMemberOf = c.except_member;
    rule.ExceptIfRecipientDomainIs = c.except_domains;
    EXPECT_EQ(takes(rule, c.recipient), c.taken) << c.claim;
  }
}

TEST(PolicyMatch, TheFirstRuleByPriorityDecidesAlone) {
  SafeLinksRule low = rule_for("Low"), high = rule_for("High"), off = rule_for("Off");
  low.Priority = 5;
  high.Priority = 2;
  off.Priority = 0;
  off.Enabled = false;
  for (auto* rule : {&low, &high, &off}) rule->RecipientDomainIs = {"example.com"};
  high.ExceptIfSentTo = {"bob@example.com"};
  const PolicySet set({policy_named("Low"), policy_named("High"), policy_named("Off")}, {low, off, high}, {});
  EXPECT_EQ(set.match("alice@example.com").policy->Name, "High");
  EXPECT_EQ(set.match("bob@example.com").policy->Name, "Low") << "what the first does not take, the next may";
  const auto nobody = set.match("alice@other.com");
  EXPECT_EQ(nobody.policy, &built_in_policy());
  EXPECT_EQ(nobody.rule, nullptr);
}

TEST(PolicyMatch, ACopyOutlivesWhatItWasCopiedFrom) {
  SafeLinksRule rule = rule_for("P");
  rule.RecipientDomainIs = {"example.com"};
  auto original =
      std::make_unique<PolicySet>(std::vector{policy_named("P")}, std::vector{rule}, std::vector<Group>{});
  const PolicySet copy = *original;
  original.reset();
  EXPECT_EQ(copy.match("a@example.com").policy->Name, "P");
  EXPECT_EQ(copy.match("a@example.com").rule->Name, "P rule");
}

TEST(PolicyMatch, ARuleWithoutItsPolicyIsPassedOver) {
  SafeLinksRule rule = rule_for("gone");
  rule.RecipientDomainIs = {"example.com"};
  EXPECT_EQ(PolicySet({}, {rule}, {}).match("a@example.com").policy, &built_in_policy());
}

TEST(BuiltInPolicy, RewritesTracksAndLetsNobodyThrough) {
  const SafeLinksPolicy& policy = built_in_policy();
  EXPECT_TRUE(policy.EnableSafeLinksForEmail);
  EXPECT_FALSE(policy.DisableUrlRewrite);
  EXPECT_TRUE(policy.TrackClicks);
  EXPECT_FALSE(policy.AllowClickThrough);
}

TEST(PolicyParameters, EveryParameterIsSetAndReadBackByName) {
  for (const auto& parameter : policy_parameters()) {
    SafeLinksPolicy policy;
    std::vector<std::string> value;
    switch (parameter.kind) {
      case ParameterKind::kBoolean:
        value = {parameter.get(policy)[0] == "true" ? "false" : "true"};
        break;
      case ParameterKind::kInteger:
        value = {"7"};
        break;
      case ParameterKind::kText:
        value = {"text"};
        break;
      case ParameterKind::kList:
        value = {"one", "two"};
        break;
      case ParameterKind::kWord:
        value = {parameter.name == "ClickFailMode"            ? "Closed"
                 : parameter.name == "SafeAttachments.Action" ? "Replace"
                 : parameter.name == "SafetyTipLanguage"      ? "de"
                                                              : "Defer"};
        break;
    }
    ASSERT_NE(parameter.get(policy), value) << parameter.name;
    EXPECT_TRUE(set_parameter(policy, parameter.name, value).has_value()) << parameter.name;
    EXPECT_EQ(parameter.get(policy), value) << parameter.name;
    for (const auto& other : policy_parameters()) {
      if (other.name != parameter.name) {
        EXPECT_EQ(other.get(policy), other.get({})) << parameter.name << " changed " << other.name;
      }
    }
  }
}

TEST(PolicyParameters, WordsThatMeanNothingAreRefusedAndChangeNothing) {
  SafeLinksPolicy policy;
  EXPECT_TRUE(set_parameter(policy, "trackuserclicks", {"$false"}).has_value());
  EXPECT_FALSE(policy.TrackClicks);
  EXPECT_EQ(set_parameter(policy, "TrackClick", {"true"}).error().code(), ErrorCode::kNotFound);
  EXPECT_EQ(set_parameter(policy, "TrackClicks", {"maybe"}).error().message(),
            "TrackClicks: 'maybe' is not true or false");
  EXPECT_FALSE(set_parameter(policy, "TrackClicks", {}).has_value());
  EXPECT_FALSE(set_parameter(policy, "ClickFailMode", {"Ajar"}).has_value());
  EXPECT_EQ(policy.ClickFailMode, FailMode::kWarn);
  SafeLinksRule rule;
  EXPECT_FALSE(set_parameter(rule, "Priority", {"1x"}).has_value());
  EXPECT_TRUE(set_parameter(rule, "priority", {"12"}).has_value());
  EXPECT_EQ(rule.Priority, 12);
}

std::string documentation() {
  std::ifstream file(std::string(LINKGATE_SOURCE_DIR) + "/docs/policies.md");
  return std::string(std::istreambuf_iterator<char>(file), {});
}

std::string_view documented_type(ParameterKind kind) {
  switch (kind) {
    case ParameterKind::kText:
      return "text";
    case ParameterKind::kBoolean:
      return "true/false";
    case ParameterKind::kInteger:
      return "number";
    case ParameterKind::kWord:
      return "word";
    case ParameterKind::kList:
      return "list";
  }
  return "";
}

// One row a parameter, in order, with its type and its default: "| `Name` | text | | ".
template <typename Owner>
std::string rows_of(std::span<const Parameter<Owner>> parameters) {
  std::string pattern;
  for (const auto& parameter : parameters) {
    std::string value;
    for (const std::string& one : parameter.get(Owner{})) value = one;
    pattern += "| `" + std::string(parameter.name) + "` | " + std::string(documented_type(parameter.kind)) +
               " | " + (value.empty() ? "| " : "`" + value + "` | ") + "\n";
  }
  return pattern;
}

// The same of the table under a heading.
std::string documented_rows(const std::string& text, std::string_view heading) {
  std::string rows;
  size_t at = text.find(heading);
  EXPECT_NE(at, std::string::npos) << heading;
  while (at != std::string::npos) {
    const size_t end = text.find('\n', at);
    const std::string line = text.substr(at, end - at);
    at = end == std::string::npos ? end : end + 1;
    if (line.starts_with("## ") && line != heading) break;
    if (!line.starts_with("| `")) continue;
    size_t bars = 0, i = 0;
    while (i < line.size() && bars < 4) bars += line[i++] == '|';
    rows += line.substr(0, i) + " \n";
  }
  return rows;
}

TEST(PolicyParameters, TheDocumentationNamesEachWithItsTypeAndDefault) {
  const std::string text = documentation();
  ASSERT_FALSE(text.empty()) << "docs/policies.md is missing";
  EXPECT_EQ(documented_rows(text, "## Parameters of a policy"), rows_of(policy_parameters()));
  EXPECT_EQ(documented_rows(text, "## Parameters of a rule"), rows_of(rule_parameters()));
}

TEST(PolicyValidation, NotificationTextIsCountedInCharactersNotBytes) {
  SafeLinksPolicy policy = policy_named("P");
  for (int i = 0; i < 200; ++i) policy.CustomNotificationText += "\u00fc";
  EXPECT_TRUE(validate(policy).has_value());
  policy.CustomNotificationText += "x";
  EXPECT_EQ(validate(policy).error().message(), "CustomNotificationText: is longer than 200 characters");
}

TEST(PolicyValidation, ARuleNamesAddressesAndDomains) {
  SafeLinksRule rule = rule_for("P");
  EXPECT_THAT(validate(rule).error().message(), testing::HasSubstr("at least one condition"));
  rule.ExceptIfSentTo = {"a@b.c"};
  EXPECT_FALSE(validate(rule).has_value()) << "an exception is no condition";
  rule.SentTo = {"alice@example.com"};
  EXPECT_TRUE(validate(rule).has_value());
  rule.RecipientDomainIs = {"*.example.com"};
  EXPECT_EQ(validate(rule).error().message(), "RecipientDomainIs: '*.example.com' is not a domain");
  rule.RecipientDomainIs = {"example.com"};
  rule.ExceptIfSentTo = {"alice"};
  EXPECT_EQ(validate(rule).error().message(), "ExceptIfSentTo: 'alice' is not an address");
}

}  // namespace
}  // namespace linkgate::verdict
