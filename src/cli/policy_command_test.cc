// linkgate policy: create, delete, priority, presets, export and apply, run as programs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/run_for_test.h"

namespace linkgate::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

class PolicyCommand : public RunTest {
 protected:
  std::string file(const std::string& text) {
    const std::string path = folder_ + "/policies.toml";
    std::ofstream(path) << text;
    return path;
  }
  std::string rules() { return run({"policy", "rule", "list", "--format", "csv"}).out; }
};

TEST_F(PolicyCommand, CreateMakesPolicyAndRuleUnderOneNameAndDeleteRemovesBoth) {
  const Outcome made = run({"policy", "create", "Sales", "RecipientDomainIs=sales.test",
                            "AllowClickThrough=on", "EnableSafeLinksForTeams=false"});
  ASSERT_EQ(made.code, 0) << made.err;
  EXPECT_THAT(made.err,
              HasSubstr("EnableSafeLinksForTeams is kept, not acted on: there is no part for Teams"));
  EXPECT_THAT(rules(), HasSubstr("0,Sales,Sales,true,RecipientDomainIs=sales.test"));
  EXPECT_EQ(run({"policy", "create", "sales", "SentTo=a@b.test"}).code, 2) << "it is there";
  EXPECT_EQ(run({"policy", "create", "Other", "SentToMemberOf=Nobody"}).code, 2) << "there is no such group";
  EXPECT_EQ(run({"policy", "show", "Other"}).code, 1) << "nothing was made of it";
  ASSERT_EQ(run({"policy", "delete", "SALES"}).code, 0);
  EXPECT_EQ(run({"policy", "show", "Sales"}).code, 1);
  EXPECT_THAT(rules(), Not(HasSubstr("Sales")));
  EXPECT_EQ(run({"policy", "delete", "Built-in protection"}).code, 1);
}

TEST_F(PolicyCommand, DefaultsAreTheCmdletsOrThePortals) {
  ASSERT_EQ(run({"policy", "create", "A"}).code, 0);
  ASSERT_EQ(run({"policy", "create", "B", "--defaults", "portal", "AllowClickThrough=false"}).code, 0);
  EXPECT_THAT(run({"policy", "show", "A", "--format", "csv"}).out, HasSubstr("DisableUrlRewrite,false,"));
  const std::string portal = run({"policy", "show", "B", "--format", "csv"}).out;
  EXPECT_THAT(portal, HasSubstr("DisableUrlRewrite,true,"));
  EXPECT_THAT(portal, HasSubstr("AllowClickThrough,false,")) << "what is named counts";
}

TEST_F(PolicyCommand, APriorityMovesARuleAndDeletingClosesTheGap) {
  for (const char* name : {"A", "B", "C"})
    ASSERT_EQ(run({"policy", "create", name, "RecipientDomainIs=x.test"}).code, 0);
  ASSERT_EQ(run({"policy", "priority", "c", "0"}).code, 0);
  EXPECT_THAT(rules(), HasSubstr("0,C,C"));
  EXPECT_THAT(rules(), HasSubstr("1,A,A"));
  EXPECT_THAT(rules(), HasSubstr("2,B,B"));
  ASSERT_EQ(run({"policy", "delete", "A"}).code, 0);
  EXPECT_THAT(rules(), HasSubstr("1,B,B"));
  EXPECT_EQ(run({"policy", "priority", "B", "first"}).code, 2);
  EXPECT_EQ(run({"policy", "priority", "B", "-1"}).code, 2);
  EXPECT_EQ(run({"policy", "priority", "Z", "0"}).code, 1);
}

TEST_F(PolicyCommand, ExplainSaysWhichAppliesAndWhyEachEarlierOneDoesNot) {
  ASSERT_EQ(run({"policy", "group", "set", "Board", "ceo@x.test"}).code, 0);
  ASSERT_EQ(run({"policy", "preset", "set", "strict", "Enabled=true", "SentToMemberOf=Board"}).code, 0);
  ASSERT_EQ(run({"policy", "create", "A", "RecipientDomainIs=y.test"}).code, 0);
  ASSERT_EQ(run({"policy", "create", "B", "RecipientDomainIs=x.test"}).code, 0);
  const std::string clerk = run({"policy", "explain", "clerk@x.test", "--format", "csv"}).out;
  EXPECT_THAT(clerk, HasSubstr("preset,Strict Preset Security Policy,Strict Preset Security Policy,"
                               "SentToMemberOf=Board,does not apply,SentToMemberOf: no member of Board"));
  EXPECT_THAT(clerk, HasSubstr("does not apply,it is off"));
  EXPECT_THAT(clerk,
              HasSubstr("0,A,A,RecipientDomainIs=y.test,does not apply,RecipientDomainIs does not name "
                        "the domain: y.test"));
  EXPECT_THAT(clerk,
              HasSubstr("1,B,B,RecipientDomainIs=x.test,applies,\"every condition holds, no exception\""));
  EXPECT_THAT(clerk, HasSubstr("everybody else,does not apply,not asked: an earlier one applies"));
  EXPECT_THAT(run({"policy", "explain", "CEO@x.test", "--format", "csv"}).out,
              HasSubstr("SentToMemberOf=Board,applies"));
}

TEST_F(PolicyCommand, WhomTheBuiltInProtectionExemptsHasNoneAndIsToldSo) {
  ASSERT_EQ(run({"policy", "preset", "set", "built-in", "ExceptIfSentTo=robot@x.test"}).code, 0);
  const Outcome robot = run({"policy", "explain", "robot@x.test"});
  EXPECT_THAT(robot.out, HasSubstr("exempt: ExceptIfSentTo names the address"));
  EXPECT_THAT(robot.err, HasSubstr("robot@x.test has no protection"));
  EXPECT_EQ(run({"policy", "preset", "set", "built-in", "Enabled=false"}).code, 2);
  EXPECT_EQ(run({"policy", "preset", "set", "built-in", "SentTo=a@x.test"}).code, 2);
  EXPECT_EQ(run({"policy", "preset", "set", "lax", "Enabled=true"}).code, 2);
}

TEST_F(PolicyCommand, WhatIsExportedAppliesToNothingAndMakesTheSameElsewhere) {
  ASSERT_EQ(run({"policy", "group", "set", "Board", "ceo@x.test", "cfo@x.test"}).code, 0);
  ASSERT_EQ(
      run({"policy", "create", "Quoted \"one\" \\", "RecipientDomainIs=x.test,y.test", "Comments=why\tnot",
           "SafeAttachments.Action=DynamicDelivery", "DoNotRewriteUrls=a.test/*,*.b.test/*"})
          .code,
      0);
  ASSERT_EQ(run({"policy", "preset", "set", "standard", "Enabled=true", "SentToMemberOf=Board"}).code, 0);
  const std::string exported = run({"policy", "export"}).out;
  const Outcome same = run({"policy", "apply", file(exported)});
  EXPECT_EQ(same.out, "nothing changes\n") << same.err;
  ASSERT_EQ(run({"policy", "delete", "Quoted \"one\" \\"}).code, 0);
  ASSERT_EQ(run({"policy", "preset", "set", "standard", "Enabled=false", "SentToMemberOf="}).code, 0);
  ASSERT_EQ(run({"policy", "group", "remove", "Board"}).code, 0);
  const Outcome back = run({"policy", "apply", file(exported)});
  ASSERT_EQ(back.code, 0) << back.err;
  EXPECT_THAT(back.out, HasSubstr("group \"Board\" is new, of 2 members"));
  EXPECT_EQ(run({"policy", "export"}).out, exported);
}

TEST_F(PolicyCommand, ADryRunSaysInWordsWhatWouldChangeAndChangesNothing) {
  ASSERT_EQ(run({"policy", "create", "Old", "SentTo=a@x.test,b@x.test", "AllowClickThrough=true"}).code, 0);
  ASSERT_EQ(run({"policy", "create", "Gone", "SentTo=z@x.test"}).code, 0);
  const std::string path = file(
      "[[policy]]\nName = \"Old\"\nSafeAttachments.Enable = true\n\n[[policy]]\nName = "
      "\"New\"\nWarnOnUnknown = true\n"
      "[[rule]]\nName = \"New\"\nSafeLinksPolicy = \"New\"\nRecipientDomainIs = \"x.test\"\nPriority = 0\n"
      "[[rule]]\nName = \"Old\"\nSafeLinksPolicy = \"Old\"\nSentTo = [\"b@x.test\", \"c@x.test\"]\n"
      "[[group]]\nName = \"g\"\nMembers = [\"a@x.test\"]\n");
  const Outcome dry = run({"policy", "apply", path, "--dry-run"});
  ASSERT_EQ(dry.code, 0) << dry.err;
  EXPECT_EQ(dry.out,
            "policy \"Old\": AllowClickThrough: true -> false\n"
            "policy \"Old\": SafeAttachments.Enable: false -> true\n"
            "policy \"New\" is new: WarnOnUnknown=true\n"
            "rule \"New\" is new: SafeLinksPolicy=New RecipientDomainIs=x.test Priority=0\n"
            "rule \"Old\": SentTo: gains c@x.test, loses a@x.test\n"
            "rule \"Old\": Priority: 0 -> 1\n"
            "rule \"Gone\": Priority: 1 -> 2\n"
            "group \"g\" is new, of 1 members\n");
  EXPECT_THAT(rules(), HasSubstr("0,Old,Old"));
  const Outcome pruned = run({"policy", "apply", path, "--prune"});
  ASSERT_EQ(pruned.code, 0) << pruned.err;
  EXPECT_THAT(pruned.out, HasSubstr("policy \"Gone\" is removed\n"));
  EXPECT_THAT(rules(), HasSubstr("0,New,New"));
  EXPECT_THAT(rules(), HasSubstr("1,Old,Old"));
  EXPECT_THAT(rules(), Not(HasSubstr("Gone")));
}

struct WrongFile {
  std::string_view text, said;
};

TEST_F(PolicyCommand, AFileThatIsWrongIsRefusedWithItsPlaceAndChangesNothing) {
  const WrongFile cases[] = {
      {"[[policy]]\nName = \"P\"\nAlowClickThrough = true\n",
       ":3:1: no parameter is called 'AlowClickThrough'; did you mean AllowClickThrough?"},
      {"[[policy]]\nName = \"P\"\nTrackClicks = \"maybe\"\n",
       ":3:1: TrackClicks: 'maybe' is not true or false"},
      {"[[policy]]\nName = \"P\"\nTrackClicks = 1.5\n", ":3:1: TrackClicks wants"},
      {"[[policy]]\nName = \"P\"\nDoNotRewriteUrls = [\"*.com/*\"]\n", "top-level domain"},
      {"[[policy]]\nName = \"P\"\n[[policy]]\nName = \"p\"\n", "stands in the file twice"},
      {"[[policy]]\n", "Name: must be given"},
      {"[[policies]]\n", ":1:3: unknown table policies"},
      {"[policy]\nName = \"P\"\n", "write [[policy]]"},
      {"[[rule]]\nName = \"R\"\nSafeLinksPolicy = \"None\"\nSentTo = [\"a@x.test\"]\n",
       "there is no policy \"None\""},
      {"[[policy]]\nName = \"P\"\n[[rule]]\nName = \"R\"\nSafeLinksPolicy = \"P\"\nSentToMemberOf = "
       "[\"none\"]\n",
       "there is no group 'none'"},
      {"[[preset]]\nName = \"Lax\"\n", "a preset has a Name"},
      {"[[group]]\nName = \"g\"\nMember = []\n", "a group has Name and Members"},
      {"[[group]]\nName = \"g\"\nMembers = [\"nobody\"]\n", "'nobody' is not an address"},
      {"[[policy]\n", ":1:"},
  };
  ASSERT_EQ(run({"policy", "create", "Before"}).code, 0);
  for (const WrongFile& c : cases) {
    const Outcome outcome = run({"policy", "apply", file(std::string(c.text)), "--prune"});
    EXPECT_NE(outcome.code, 0) << c.text;
    EXPECT_THAT(outcome.err, HasSubstr(std::string(c.said)));
  }
  EXPECT_THAT(run({"policy", "list"}).out, HasSubstr("Before"));
  EXPECT_EQ(run({"policy", "apply", folder_ + "/none.toml"}).code, 1);
}

TEST_F(PolicyCommand, GroupsOfTheConfigurationAreKeptThere) {
  std::ofstream(folder_ + "/groups.csv") << "Sales,s@x.test\n";
  configure("[groups]\nfile = \"" + folder_ +
            "/groups.csv\"\n[[group]]\nname = \"Board\"\nmembers = [\"ceo@x.test\"]\n");
  const Outcome synced = run({"policy", "group", "sync"});
  EXPECT_EQ(synced.code, 0) << synced.err;
  EXPECT_EQ(run({"policy", "group", "list", "--format", "csv"}).out,
            "group,members,kept by\r\nBoard,ceo@x.test,configuration\r\nSales,s@x.test,file\r\n");
  const Outcome added = run({"policy", "group", "add", "Sales", "me@x.test"});
  EXPECT_EQ(added.code, 2);
  EXPECT_THAT(added.err, HasSubstr("is kept by the groups of source file; change it there"));
  EXPECT_THAT(run({"policy", "export"}).out, Not(HasSubstr("Sales"))) << "a file would take them over";
}

TEST_F(PolicyCommand, WhatDecidesForOthersIsInTheAuditLogAndNothingElse) {
  ASSERT_EQ(run({"policy", "create", "It's one", "SentTo=a@x.test"}).code, 0);
  ASSERT_EQ(run({"list", "add", "block", "url", "evil.example"}).code, 0);
  ASSERT_EQ(run({"policy", "list"}).code, 0);
  ASSERT_EQ(run({"list", "add", "block", "url", "conto*so"}).code, 2);
  ASSERT_EQ(run({"policy", "apply", file("[[group]]\nName = \"g\"\n"), "--dry-run"}).code, 0);
  const std::string audit = run({"audit", "--format", "csv"}).out;
  EXPECT_EQ(std::count(audit.begin(), audit.end(), '\n'), 3) << audit;
  EXPECT_THAT(audit, HasSubstr(",policy create,policy create 'It'\\''s one' SentTo=a@x.test"));
  EXPECT_THAT(audit, HasSubstr(",list add,list add block url evil.example"));
  EXPECT_EQ(run({"audit", "--since", "yesterday"}).code, 2);
  EXPECT_THAT(run({"audit", "--who", "nobody else"}).out, Not(HasSubstr("evil")));
}

}  // namespace
}  // namespace linkgate::cli
