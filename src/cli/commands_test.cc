// The commands as somebody types them: answers, exit codes, and one clear line where something is wrong.
#include <gmock/gmock.h>

#include <algorithm>

#include "cli/run_for_test.h"

namespace linkgate::cli {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class Command : public RunTest {
 protected:
  void SetUp() override {
    RunTest::SetUp();
    ASSERT_TRUE(std::filesystem::exists(binary_)) << "linkgate is not built beside this test";
  }
  // Makes state and a first key, as `linkgate up` does.
  void make_keys() { ASSERT_EQ(run({"keys", "rotate"}).code, 0); }
};

struct BadUse {
  std::vector<std::string> arguments;
  const char* says;
};
class RefusedCommand : public Command, public testing::WithParamInterface<BadUse> {};

TEST_P(RefusedCommand, GetsOneClearLineAndCodeTwo) {
  const Outcome outcome = run_plain(GetParam().arguments);
  EXPECT_EQ(outcome.code, 2) << outcome.err;
  EXPECT_EQ(outcome.out, "");
  EXPECT_THAT(outcome.err, StartsWith("linkgate: "));
  EXPECT_THAT(outcome.err, HasSubstr(GetParam().says));
  EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 1) << outcome.err;
}

INSTANTIATE_TEST_SUITE_P(
    Table, RefusedCommand,
    testing::Values(BadUse{{}, "A subcommand is required"}, BadUse{{"polcy"}, "did you mean policy?"},
                    BadUse{{"policy", "shw"}, "did you mean show?"}, BadUse{{"status", "--jsn"}, "--jsn"},
                    BadUse{{"schema", "--format", "xml"}, "{table,json,csv}"},
                    BadUse{{"keys", "export"}, "FILE is required"}, BadUse{{"url"}, "no URL is given"},
                    BadUse{{"unwrap", "--data", "/nonexistent"}, "no URL is given"},
                    BadUse{{"wrap", "https://a.example/"}, "--recipient is required"},
                    BadUse{{"rewrite", "--data", "/nonexistent"}, "--recipient is missing"},
                    BadUse{{"list", "add", "blok", "url", "a.example"}, "{block,allow}"},
                    BadUse{{"keys", "revoke", "one", "--data", "/nonexistent"}, "not the number of a key"},
                    BadUse{{"policy", "list", "--config", "/nonexistent.toml"}, "/nonexistent.toml: "},
                    BadUse{{"import", "/nonexistent"}, "/nonexistent"}));

TEST_F(Command, HelpOfEveryCommandExitsWithZero) {
  const Outcome all = run_plain({"--help"});
  EXPECT_EQ(all.code, 0);
  std::istringstream lines(all.out.substr(all.out.find("Subcommands:")));
  int commands = 0;
  std::string line;
  std::getline(lines, line);
  while (std::getline(lines, line) && line.starts_with("  ")) {
    const std::string name = line.substr(2, line.find(' ', 2) - 2);
    const Outcome help = run_plain({name, "--help"});
    EXPECT_EQ(help.code, 0) << name;
    EXPECT_THAT(help.out, HasSubstr(name));
    ++commands;
  }
  EXPECT_GE(commands, 18);
  EXPECT_THAT(all.out, Not(HasSubstr("config-keys")));
}

TEST_F(Command, AWrongConfigurationIsRefusedWithItsLine) {
  std::ofstream(config()) << "[click]\norgin = \"http://a\"\n";
  const Outcome outcome = run({"policy", "list"});
  EXPECT_EQ(outcome.code, 2);
  EXPECT_EQ(outcome.err,
            "linkgate: " + config() + ":2:1: unknown key click.orgin; did you mean click.origin?\n");
}

TEST_F(Command, TheEnvironmentNamesTheConfigurationToo) {
  ::setenv("LINKGATE_CONFIG", config().c_str(), 1);
  ASSERT_EQ(run_plain({"list", "add", "block", "url", "evil.example"}).code, 0);
  EXPECT_THAT(run({"list", "show"}).out, HasSubstr("evil.example"));
}

TEST_F(Command, APolicyIsSetChangedExplainedAndRemoved) {
  ASSERT_EQ(run({"policy", "set", "Sales may decide", "AllowClickThrough=true"}).code, 0);
  ASSERT_EQ(
      run({"policy", "set", "sales MAY decide", "TrackClicks=on", "DoNotRewriteUrls=a.example,b.example"})
          .code,
      0);
  ASSERT_EQ(run({"policy", "rule", "set", "Sales", "SafeLinksPolicy=sales may decide",
                 "RecipientDomainIs=sales.test"})
                .code,
            0);
  const std::string shown = run({"policy", "show", "Sales may decide", "--format", "csv"}).out;
  EXPECT_THAT(shown, HasSubstr("AllowClickThrough,true,\r\n"));
  EXPECT_THAT(shown, HasSubstr("DoNotRewriteUrls,\"a.example,b.example\",\r\n"));
  EXPECT_THAT(shown,
              HasSubstr("EnableSafeLinksForTeams,true,\"kept, not acted on: there is no part for Teams\""));
  EXPECT_THAT(run({"policy", "explain", "ada@sales.test", "--format", "csv"}).out,
              HasSubstr("0,Sales,Sales may decide,RecipientDomainIs=sales.test,applies"));
  EXPECT_THAT(run({"policy", "explain", "ada@other.test", "--format", "csv"}).out,
              HasSubstr("everybody else,applies"));
  const Outcome used = run({"policy", "remove", "Sales may decide"});
  EXPECT_EQ(used.code, 2) << "a rule uses it";
  ASSERT_EQ(run({"policy", "rule", "remove", "Sales"}).code, 0);
  EXPECT_EQ(run({"policy", "remove", "Sales may decide"}).code, 0);
  EXPECT_EQ(run({"policy", "show", "Sales may decide"}).code, 1);
}

TEST_F(Command, AParameterThatDoesNotExistChangesNothing) {
  const Outcome outcome = run({"policy", "set", "P", "AllowClickThrough=true", "AlowClickThrough=true"});
  EXPECT_EQ(outcome.code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("did you mean AllowClickThrough?"));
  EXPECT_THAT(run({"policy", "list"}).out, Not(HasSubstr("P ")));
  for (const char* wrong :
       {"AllowClickThrough", "AllowClickThrough=perhaps", "Name=Q", "UnscannableAction=Explode"}) {
    EXPECT_EQ(run({"policy", "set", "P", wrong}).code, 2) << wrong;
  }
}

TEST_F(Command, NewRulesComeLastUnlessTheySayOtherwise) {
  for (const char* name : {"A", "B", "C"}) {
    ASSERT_EQ(run({"policy", "set", name}).code, 0);
    const std::string policy = std::string("SafeLinksPolicy=") + name;
    ASSERT_EQ(run({"policy", "rule", "set", name, policy, "SentTo=x@y.test",
                   std::string(name) == "C" ? "Priority=0" : "Comments=x"})
                  .code,
              0);
  }
  const std::string rules = run({"policy", "rule", "list", "--format", "csv"}).out;
  EXPECT_THAT(rules, HasSubstr("\n0,C,C"));
  EXPECT_THAT(rules, HasSubstr("\n1,A,A"));
  EXPECT_THAT(rules, HasSubstr("\n2,B,B"));
}

TEST_F(Command, AGroupGrowsAndShrinks) {
  ASSERT_EQ(run({"policy", "group", "set", "board", "a@x.test", "b@x.test"}).code, 0);
  ASSERT_EQ(run({"policy", "group", "add", "board", "B@x.test", "c@x.test"}).code, 0);
  ASSERT_EQ(run({"policy", "group", "remove", "board", "a@x.test"}).code, 0);
  EXPECT_EQ(run({"policy", "group", "list", "--format", "csv"}).out,
            "group,members,kept by\r\nboard,\"b@x.test,c@x.test\",people\r\n");
  EXPECT_EQ(run({"policy", "group", "remove", "board", "nobody@x.test"}).code, 1);
  EXPECT_EQ(run({"policy", "group", "remove", "board"}).code, 0);
  EXPECT_EQ(run({"policy", "group", "list", "--format", "csv"}).out, "group,members,kept by\r\n");
}

TEST_F(Command, ListEntriesAreShownWithWhoWhenAndUntil) {
  ASSERT_EQ(run({"list", "add", "block", "url", "evil.example", "~bad.example~", "--notes", "ticket 7",
                 "--expires", "30d"})
                .code,
            0);
  ASSERT_EQ(run({"list", "add", "allow", "url", "good.example"}).code, 0);
  const std::string blocked = run({"list", "show", "--action", "block", "--format", "json"}).out;
  EXPECT_THAT(blocked, HasSubstr("\"value\":\"~bad.example~\""));
  EXPECT_THAT(blocked, HasSubstr("\"notes\":\"ticket 7\""));
  EXPECT_THAT(blocked, Not(HasSubstr("good.example")));
  EXPECT_EQ(run({"list", "add", "block", "url", "evil.example", "--expires", "yesterday"}).code, 2);
  EXPECT_EQ(run({"list", "add", "block", "url", "evil.example", "--expires", "2001-01-01"}).code, 2);
  EXPECT_EQ(run({"list", "add", "block", "url", "*"}).code, 2);
  ASSERT_EQ(run({"list", "remove", "block", "url", "evil.example"}).code, 0);
  EXPECT_EQ(run({"list", "remove", "block", "url", "evil.example"}).code, 1);
}

TEST_F(Command, TheOrganisationsOwnListAnswersACheck) {
  ASSERT_EQ(run({"list", "add", "block", "url", "evil.example"}).code, 0);
  const Outcome bad = run({"check", "https://evil.example/login", "--format", "json"});
  EXPECT_EQ(bad.code, 1);
  EXPECT_THAT(bad.out, HasSubstr("\"disposition\":\"phishing\""));
  EXPECT_THAT(bad.out, HasSubstr("\"code\":\"list.block\""));
  ASSERT_EQ(run({"keys", "rotate"}).code, 0);
  const Outcome lines =
      run({"check", "--static", "--jsonl"}, "{\"url\":\"https://evil.example/\"}\n{\"uri\":1}\n");
  EXPECT_EQ(lines.code, 2);
  EXPECT_THAT(lines.out,
              StartsWith("{\"url\":\"https://evil.example/\",\"disposition\":\"phishing\",\"score\":"));
  EXPECT_THAT(lines.out, EndsWith("{\"error\":\"the line has no text \\\"url\\\"\"}\n"));
}

TEST_F(Command, WhatNobodyKnowsIsUnknownAndNeverClean) {
  ASSERT_EQ(run({"policy", "group", "set", "g", "a@x.test"}).code, 0);  // makes the data directory
  const Outcome outcome = run({"check", "--static", "https://nobody-knows.example/"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("unknown"));
  EXPECT_THAT(outcome.out, Not(HasSubstr("clean")));
}

TEST_F(Command, AnAddressWithoutASchemeIsCheckedAsHttp) {
  ASSERT_EQ(run({"list", "add", "block", "url", "~evil.example~"}).code, 0);
  for (const char* typed : {"evil.example", " evil.example ", "evil.example/login?a=b", "evil.example:8080",
                            "www.evil.example:8080/x", "//evil.example/x", "hTTp://evil.example"}) {
    const Outcome outcome = run({"check", "--static", "--format", "csv", typed});
    EXPECT_EQ(outcome.code, 1) << typed << ": " << outcome.err;
    EXPECT_THAT(outcome.out, HasSubstr(",phishing,")) << typed;
  }
  for (const char* typed :
       {"", "a word", "word", "localhost:8080", "http://", "http://[::1", "ada@evil.example"}) {
    const Outcome outcome = run({"check", "--static", typed});
    EXPECT_EQ(outcome.code, 2) << typed;
    EXPECT_EQ(outcome.err, "linkgate: \"" + std::string(typed) + "\" is no URL\n");
  }
  const Outcome lines =
      run({"check", "--static", "--jsonl"}, "{\"url\":\"evil.example\"}\n{\"url\":\"a b\"}\n");
  EXPECT_EQ(lines.code, 2);
  EXPECT_THAT(lines.out, StartsWith("{\"url\":\"evil.example\",\"disposition\":\"phishing\""));
  EXPECT_THAT(lines.out, EndsWith("{\"error\":\"\\\"a b\\\" is no URL\"}\n"));
}

TEST_F(Command, ATopLevelDomainIsBlockedAndNeverAllowed) {
  const Outcome outcome = run({"list", "add", "allow", "url", "*.xyz/*"});
  EXPECT_EQ(outcome.code, 2);
  EXPECT_EQ(outcome.err,
            "linkgate: URL entry \"*.xyz/*\": a whole top-level domain can be blocked, not allowed\n");
  EXPECT_EQ(run({"list", "remove", "allow", "url", "*.xyz/*"}).code, 1) << "it is not there";
  EXPECT_EQ(run({"list", "add", "block", "url", "*.xyz/*"}).code, 0);
  EXPECT_EQ(run({"check", "--static", "https://any.xyz/"}).code, 1);
}

TEST_F(Command, AFeedFromAFileIsReadWhenItChanges) {
  configure(
      "[[feed]]\nname = \"f\"\nsource = \"/tmp/f.txt\"\n[[feed]]\nname = \"u\"\nsource = "
      "\"https://feeds.test/u\"\n");
  const std::string feeds = run({"feed", "list", "--format", "csv"}).out;
  EXPECT_THAT(feeds, HasSubstr("f,0,never,change of the file,/tmp/f.txt,"));
  EXPECT_THAT(feeds, HasSubstr("u,0,never,15m,https://feeds.test/u,"));
}

TEST_F(Command, AUrlIsTakenApart) {
  const Outcome outcome = run_plain({"url", "http://EXAMPLE.com:80/../a?b#c", "--format", "csv"});
  EXPECT_EQ(outcome.code, 0);
  EXPECT_THAT(outcome.out, HasSubstr(",href,http://example.com/a?b#c\r\n"));
  EXPECT_EQ(run_plain({"url", "http://[::1"}).code, 1);
  const Outcome lines =
      run_plain({"url", "--jsonl"},
                "{\"input\":\"../x\",\"base\":\"https://a.example/b/c\"}\n{\"input\":\"http://[\"}\nno\n");
  EXPECT_THAT(lines.out, HasSubstr("\"href\":\"https://a.example/x\""));
  EXPECT_THAT(lines.out, HasSubstr("{\"input\":\"http://[\",\"error\":\"no browser would open this\"}\n"));
  EXPECT_EQ(lines.code, 2);
  EXPECT_EQ(std::count(lines.out.begin(), lines.out.end(), '\n'), 3);
}

TEST_F(Command, WhatIsWrappedIsUnwrapped) {
  make_keys();
  const std::string original = "https://example.com/a?b=c&d=%C3%A9";
  const Outcome wrapped = run(
      {"wrap", "--recipient", "ada@x.test", "--message", "01234567-89ab-cdef-0123-456789abcdef", original});
  ASSERT_EQ(wrapped.code, 0) << wrapped.err;
  const std::string link = wrapped.out.substr(0, wrapped.out.size() - 1);
  EXPECT_THAT(link, StartsWith("http://links.test:8480/?url="));
  EXPECT_EQ(run({"wrap", "--recipient", "ada@x.test", "ftp://f.example/x", "https://y.example/"}).code, 0);
  EXPECT_EQ(run({"wrap", "--recipient", "ada@x.test", "mailto:a@b"}).code, 2);

  const Outcome opened =
      run({"unwrap", "--jsonl"}, "{\"url\":\"" + link + "\"}\n{\"url\":\"https://plain.example/\"}\n");
  EXPECT_EQ(opened.out, "{\"url\":\"" + original +
                            "\",\"wrappers\":[\"Linkgate\"],\"recipient\":\"ada@x.test\","
                            "\"message\":\"01234567-89ab-cdef-0123-456789abcdef\"}\n"
                            "{\"url\":\"https://plain.example/\",\"wrappers\":[]}\n");
  EXPECT_EQ(run({"unwrap", link}).code, 0);
  EXPECT_EQ(run({"unwrap", "https://plain.example/"}).code, 1);
  std::string forged = link;
  forged[forged.size() - 20] = forged[forged.size() - 20] == 'A' ? 'B' : 'A';
  const Outcome refused = run({"unwrap", forged});
  EXPECT_EQ(refused.code, 1);
  EXPECT_THAT(refused.out, HasSubstr("damaged"));
}

TEST_F(Command, ALongLinkIsStoredAndFoundAgain) {
  make_keys();
  const std::string original = "https://example.com/?q=" + std::string(9000, 'x');
  const Outcome wrapped = run({"wrap", "--recipient", "ada@x.test", original});
  ASSERT_EQ(wrapped.code, 0) << wrapped.err;
  EXPECT_LT(wrapped.out.size(), 3000U);
  const Outcome opened = run({"unwrap", "--format", "csv", wrapped.out.substr(0, wrapped.out.size() - 1)});
  EXPECT_THAT(opened.out, HasSubstr("\n" + original + ","));
}

TEST_F(Command, KeysRotateExportImportAndRevoke) {
  make_keys();
  const std::string link = run({"wrap", "--recipient", "a@x.test", "https://example.com/"}).out;
  ASSERT_EQ(run({"keys", "rotate"}).code, 0);
  const std::string listed = run({"keys", "list", "--format", "csv"}).out;
  EXPECT_THAT(listed, HasSubstr("\n1,open-only,"));
  EXPECT_THAT(listed, HasSubstr("\n2,sealing,"));

  const std::string file = folder_ + "/keys";
  const Outcome exported = run({"keys", "export", file});
  ASSERT_EQ(exported.code, 0) << exported.err;
  EXPECT_THAT(exported.err, HasSubstr("Losing every copy of them kills every link"));
  struct stat status {};
  ASSERT_EQ(::stat(file.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600U);
  EXPECT_EQ(run({"keys", "export", file}).code, 2) << "never over another file";

  const std::string other = folder_ + "/other";
  EXPECT_EQ(run({"keys", "import", file, "--data", other}).out, "2 keys imported, 0 were here already\n");
  EXPECT_EQ(run({"keys", "import", file, "--data", other}).out, "0 keys imported, 2 were here already\n");
  EXPECT_EQ(run({"unwrap", link.substr(0, link.size() - 1), "--data", other}).code, 0);
  EXPECT_EQ(run({"keys", "import", config()}).code, 2);

  ASSERT_EQ(run({"keys", "revoke", "1"}).code, 0);
  const Outcome revoked = run({"unwrap", link.substr(0, link.size() - 1)});
  EXPECT_EQ(revoked.code, 1);
  EXPECT_THAT(revoked.out, HasSubstr("its key is revoked"));
  EXPECT_EQ(run({"keys", "revoke", "2"}).code, 2) << "the key that seals has no successor";
  EXPECT_EQ(run({"keys", "revoke", "9"}).code, 1);
}

constexpr char kMail[] =
    "From: a@ext.test\nTo: ada@x.test\nSubject: s\n\nsee https://example.com/x and https://example.org/y\n";

TEST_F(Command, RewriteSealsAndOutboundGivesTheLinksBack) {
  make_keys();
  const Outcome sealed = run({"rewrite", "--recipient", "ada@x.test"}, kMail);
  ASSERT_EQ(sealed.code, 0) << sealed.err;
  EXPECT_THAT(sealed.out, HasSubstr("see http://links.test:8480/?url=https%3A%2F%2Fexample.com%2Fx&data="));
  EXPECT_THAT(sealed.err, HasSubstr("2 links: sealed"));
  const Outcome again = run({"rewrite", "--recipient", "ada@x.test"}, sealed.out);
  EXPECT_EQ(again.out, sealed.out) << "twice is once";
  EXPECT_EQ(run({"rewrite", "--outbound", "--quiet"}, sealed.out).out, kMail);
}

TEST_F(Command, RewriteReportsWhatBecomesOfEachLink) {
  make_keys();
  ASSERT_EQ(run({"policy", "set", "Keep", "DoNotRewriteUrls=intranet.test"}).code, 0);
  ASSERT_EQ(run({"policy", "rule", "set", "Keep", "SafeLinksPolicy=Keep", "RecipientDomainIs=x.test"}).code,
            0);
  const std::string mail =
      "From: a@ext.test\nSubject: see https://s.example/\nMIME-Version: 1.0\nContent-Type: text/html\n\n"
      "<a href=\"https://example.com/x\">x</a> <a href=\"mailto:b@ext.test\">b</a>\n"
      "<a href=\"https://intranet.test/\">in</a>\n<form action=\"https://example.com/f\"></form>\n";
  const std::vector<std::string> report = {"rewrite",  "--recipient", "ada@x.test",
                                           "--report", "--format",    "csv"};
  const Outcome links = run(report, mail);
  EXPECT_EQ(links.code, 0) << links.err;
  EXPECT_EQ(
      links.out,
      "result,place,part,url\r\nsealed,HTML,text/html,https://example.com/x\r\n"
      "NotHttp,HTML,text/html,mailto:b@ext.test\r\ndo-not-rewrite,HTML,text/html,https://intranet.test/\r\n"
      "sealed,form,text/html,https://example.com/f\r\nHeader,subject,text/html,https://s.example/\r\n");
  EXPECT_EQ(links.err, "");
  const std::string sealed = run({"rewrite", "--recipient", "ada@x.test"}, mail).out;
  EXPECT_THAT(run(report, sealed).out, HasSubstr("already-sealed,HTML,text/html,https://example.com/x\r\n"))
      << "where it leads, not the seal";
}

TEST_F(Command, ARuleForAGroupThatDoesNotExistIsRefused) {
  ASSERT_EQ(run({"policy", "set", "P"}).code, 0);
  ASSERT_EQ(run({"policy", "group", "set", "VIP", "ceo@x.test"}).code, 0);
  const Outcome refused = run({"policy", "rule", "set", "R", "SafeLinksPolicy=P", "SentToMemberOf=VIPP"});
  EXPECT_EQ(refused.code, 2);
  EXPECT_THAT(refused.err, HasSubstr("there is no group 'VIPP'; did you mean 'VIP'?"));
  EXPECT_EQ(run({"policy", "rule", "set", "R", "SafeLinksPolicy=P", "SentToMemberOf=vip"}).code, 0);
}

TEST_F(Command, AQueryMayComeFromAPipe) {
  EXPECT_THAT(run({"kql", "--explain"}, "print x = 1\n").out, HasSubstr("x = 1"));
  EXPECT_EQ(run({"kql"}, " \n").code, 2);
}

TEST_F(Command, AQueryThatIsWrongIsShownWithACaret) {
  const Outcome outcome = run({"kql", "UrlClickEvents | wher x"});
  EXPECT_EQ(outcome.code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("did you mean 'where'?"));
  EXPECT_THAT(outcome.err, HasSubstr("^~~~"));
  EXPECT_EQ(run({"kql", "--explain", "UrlClickEvents | count"}).code, 0);
  EXPECT_EQ(run({"kql"}).code, 2);
}

TEST_F(Command, WithoutARunningLinkgateStatusSaysSo) {
  const Outcome outcome = run({"status"});
  EXPECT_EQ(outcome.code, 1);
  EXPECT_THAT(outcome.err, HasSubstr("no Linkgate runs on this data directory"));
  EXPECT_EQ(run({"restart", "gateway"}).code, 1);
}

TEST_F(Command, ABackupOfStateIsRestoredIntoAnEmptyDirectory) {
  make_keys();
  ASSERT_EQ(run({"policy", "set", "P", "AllowClickThrough=true"}).code, 0);
  const std::string link = run({"wrap", "--recipient", "a@x.test", "https://example.com/"}).out;
  const std::string copy = folder_ + "/copy";
  const Outcome made = run({"backup", copy, "--without-events"});
  ASSERT_EQ(made.code, 0) << made.err;
  struct stat status {};
  ASSERT_EQ(::stat(copy.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0700U);
  EXPECT_EQ(run({"backup", copy, "--without-events"}).code, 2) << "never over another backup";
  EXPECT_EQ(run({"restore", copy}).code, 2) << "never over what is there";

  const std::string other = folder_ + "/other";
  const Outcome restored = run({"restore", copy, "--data", other});
  ASSERT_EQ(restored.code, 0) << restored.err;
  EXPECT_THAT(run({"policy", "list", "--data", other}).out, HasSubstr("P "));
  EXPECT_EQ(run({"unwrap", link.substr(0, link.size() - 1), "--data", other}).code, 0);
  EXPECT_EQ(run({"restore", folder_, "--data", folder_ + "/third"}).code, 2) << "not a backup";
}

}  // namespace
}  // namespace linkgate::cli
