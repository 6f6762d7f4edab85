// Defaults and precedence as Microsoft's pages have them: New-SafeLinksPolicy, New-SafeAttachmentPolicy,
// "Recommended settings", "Preset security policies", "How policies and protections are combined".
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "verdict/policy.h"
#include "verdict/policy_parameters.h"

namespace linkgate::verdict {
namespace {

struct Default {
  std::string_view parameter;
  std::string_view cmdlet, portal, built_in, standard, strict;
  std::string_view ours =
      {};  // of the built-in protection, where it is not Defender's; docs/policies.md says why
};

constexpr Default kDefaults[] = {
    {"EnableSafeLinksForEmail", "true", "true", "true", "true", "true"},
    {"EnableForInternalSenders", "true", "true", "false", "true", "true", "true"},
    {"ScanUrls", "true", "true", "true", "true", "true"},
    {"DeliverMessageAfterScan", "true", "true", "true", "true", "true"},
    {"DisableUrlRewrite", "false", "true", "true", "false", "false", "false"},
    {"DoNotRewriteUrls", "", "", "", "", ""},
    {"EnableSafeLinksForTeams", "true", "true", "true", "true", "true"},
    {"EnableSafeLinksForOffice", "true", "true", "true", "true", "true"},
    {"TrackClicks", "true", "true", "true", "true", "true"},
    {"AllowClickThrough", "false", "true", "true", "false", "false", "false"},
    {"EnableOrganizationBranding", "false", "false", "false", "false", "false"},
    {"CustomNotificationText", "", "", "", "", ""},
    {"UseTranslatedNotificationText", "false", "false", "false", "false", "false"},
    {"SafeAttachments.Enable", "false", "false", "true", "true", "true"},
    {"SafeAttachments.Action", "Block", "Block", "Block", "Block", "Block"},
    {"SafeAttachments.Redirect", "false", "false", "false", "false", "false"},
    {"SafeAttachments.QuarantineTag", "AdminOnlyAccessPolicy", "AdminOnlyAccessPolicy",
     "AdminOnlyAccessPolicy", "AdminOnlyAccessPolicy", "AdminOnlyAccessPolicy"},
    {"EnableFirstContactSafetyTips", "false", "false", "false", "true", "true"},
};

std::string value_of(const SafeLinksPolicy& policy, std::string_view name) {
  for (const auto& parameter : policy_parameters()) {
    if (parameter.name != name) continue;
    const auto values = parameter.get(policy);
    return values.empty() ? "" : values[0];
  }
  return "there is no such parameter";
}

TEST(PolicyDefaults, AreThoseOfTheCmdletThePortalAndThePresets) {
  for (const Default& row : kDefaults) {
    EXPECT_EQ(value_of(SafeLinksPolicy{}, row.parameter), row.cmdlet) << row.parameter;
    EXPECT_EQ(value_of(portal_policy(), row.parameter), row.portal) << row.parameter;
    EXPECT_EQ(value_of(preset_policy(Preset::kStandard), row.parameter), row.standard) << row.parameter;
    EXPECT_EQ(value_of(preset_policy(Preset::kStrict), row.parameter), row.strict) << row.parameter;
    EXPECT_EQ(value_of(built_in_policy(), row.parameter), row.ours.empty() ? row.built_in : row.ours)
        << row.parameter;
  }
}

SafeLinksRule custom(const char* name, int priority, std::vector<std::string> domains) {
  SafeLinksRule rule;
  rule.Name = rule.SafeLinksPolicy = name;
  rule.Priority = priority;
  rule.RecipientDomainIs = std::move(domains);
  return rule;
}

SafeLinksRule preset(Preset which, std::vector<std::string> groups) {
  SafeLinksRule rule = preset_rule(which);
  rule.Enabled = true;
  rule.SentToMemberOf = std::move(groups);
  return rule;
}

std::vector<SafeLinksPolicy> policies() {
  std::vector<SafeLinksPolicy> policies(2);
  policies[0].Name = "First";
  policies[1].Name = "Second";
  return policies;
}

// Everybody of corp.example has First or Second; the board has Strict, the sales Standard.
PolicySet organisation() {
  SafeLinksRule built_in = preset_rule(Preset::kBuiltIn);
  built_in.ExceptIfSentTo = {"robot@other.example"};
  SafeLinksRule strict = preset(Preset::kStrict, {"Board"});
  strict.ExceptIfRecipientDomainIs = {"lab.corp.example"};
  SafeLinksRule first = custom("First", 0, {"corp.example"});
  first.ExceptIfSentToMemberOf = {"Guests"};
  return PolicySet(policies(), {custom("Second", 1, {"corp.example"}), first},
                   {{"Board", {"ceo@corp.example", "cto@lab.corp.example", "both@corp.example"}, {}},
                    {"Sales", {"seller@corp.example", "both@corp.example", "cto@lab.corp.example"}, {}},
                    {"Guests", {"guest@corp.example"}, {}}},
                   {preset(Preset::kStandard, {"Sales"}), strict, built_in});
}

TEST(PolicyPrecedence, StrictThenStandardThenCustomByPriorityThenBuiltIn) {
  const struct {
    const char *recipient, *policy;
  } cases[] = {
      {"ceo@corp.example", "Strict Preset Security Policy"},
      {"both@corp.example", "Strict Preset Security Policy"},
      {"CTO@lab.corp.example", "Standard Preset Security Policy"},
      {"seller+x@corp.example", "Standard Preset Security Policy"},
      {"clerk@corp.example", "First"},
      {"guest@corp.example", "Second"},
      {"someone@other.example", "Built-in protection"},
      {"robot@other.example", "No protection"},
  };
  const PolicySet set = organisation();
  for (const auto& c : cases) {
    EXPECT_EQ(set.match(c.recipient).policy->Name, c.policy) << c.recipient;
    size_t applied = 0;
    for (const auto& step : set.explain(c.recipient)) {
      if (!step.applies) continue;
      ++applied;
      EXPECT_EQ(step.policy, c.policy) << c.recipient;
    }
    EXPECT_EQ(applied, std::string_view(c.policy) == "No protection" ? 0u : 1u) << c.recipient;
  }
}

TEST(PolicyPrecedence, AnExplanationSaysOfEveryEarlierOneWhyNot) {
  const auto steps = organisation().explain("guest@corp.example");
  ASSERT_EQ(steps.size(), 5u);
  EXPECT_EQ(steps[0].why, "SentToMemberOf: no member of Board");
  EXPECT_EQ(steps[1].why, "SentToMemberOf: no member of Sales");
  EXPECT_EQ(steps[2].why, "exempt: ExceptIfSentToMemberOf, a member of Guests");
  EXPECT_TRUE(steps[3].applies);
  EXPECT_EQ(steps[4].why, "not asked: an earlier one applies");
}

TEST(PolicyPrecedence, EachReasonIsTold) {
  SafeLinksRule off = custom("First", 0, {"corp.example"}), gone = custom("Gone", 1, {"corp.example"});
  off.Enabled = false;
  SafeLinksRule narrow = custom("Second", 2, {"corp.example"});
  narrow.SentTo = {"boss@corp.example"};
  SafeLinksRule group = custom("First", 3, {});
  group.SentToMemberOf = {"Removed"};
  SafeLinksRule far = custom("First", 4, {"a.example", "b.example", "c.example", "d.example"});
  const PolicySet set(policies(), {off, gone, narrow, group, far}, {});
  std::vector<std::string> reasons;
  for (const auto& step : set.explain("clerk@corp.example")) reasons.push_back(step.why);
  EXPECT_THAT(reasons, testing::ElementsAre(
                           "it is off", "it is off", "it is off", "there is no policy Gone",
                           "SentTo does not name the address: boss@corp.example",
                           "SentToMemberOf: there is no such group: Removed",
                           "RecipientDomainIs does not name the domain: a.example, b.example, c.example, ...",
                           "it is for everybody"));
}

TEST(Presets, AreOffUntilTurnedOnAndThenForEverybodyUnlessScoped) {
  EXPECT_EQ(PolicySet(policies(), {}, {}).match("a@b.example").policy, &built_in_policy());
  const PolicySet on(policies(), {}, {}, {preset(Preset::kStandard, {})});
  EXPECT_EQ(on.match("a@b.example").policy, &preset_policy(Preset::kStandard));
  EXPECT_EQ(on.match("").policy, &preset_policy(Preset::kStandard)) << "also whom nobody can name";
}

TEST(Presets, KeepTheirNamesAndTheBuiltInProtectionStaysOn) {
  SafeLinksRule built_in = preset_rule(Preset::kBuiltIn);
  EXPECT_TRUE(validate_preset(built_in).has_value());
  built_in.SentTo = {"a@b.example"};
  EXPECT_FALSE(validate_preset(built_in).has_value());
  built_in = preset_rule(Preset::kBuiltIn);
  built_in.Enabled = false;
  EXPECT_FALSE(validate_preset(built_in).has_value());
  SafeLinksRule strict = preset_rule(Preset::kStrict);
  strict.SafeLinksPolicy = "Mine";
  EXPECT_FALSE(validate_preset(strict).has_value());
  for (const char* name :
       {"Strict", "standard preset security policy", "Built-in protection", "No protection"}) {
    SafeLinksPolicy policy;
    policy.Name = name;
    EXPECT_FALSE(validate(policy).has_value()) << name;
    SafeLinksRule rule = custom("First", 0, {"a.example"});
    rule.Name = name;
    EXPECT_FALSE(validate(rule).has_value()) << name;
  }
}

TEST(SafeAttachments, RedirectNeedsAnAddressAndMonitoring) {
  SafeLinksPolicy policy;
  policy.Name = "P";
  policy.AttachmentsRedirect = true;
  EXPECT_THAT(validate(policy).error().message(),
              testing::HasSubstr("needs SafeAttachments.RedirectAddress"));
  policy.AttachmentsRedirectAddress = "soc@corp.example";
  EXPECT_THAT(validate(policy).error().message(), testing::HasSubstr("Action=Allow only"));
  policy.AttachmentsAction = AttachmentAction::kAllow;
  EXPECT_TRUE(validate(policy).has_value());
  policy.AttachmentsRedirectAddress = "soc";
  EXPECT_FALSE(validate(policy).has_value());
}

}  // namespace
}  // namespace linkgate::verdict
