// Which installation a command means: --config and --data wherever they stand, and what happens where there
// is none.
#include <gmock/gmock.h>

#include <algorithm>

#include "cli/run_for_test.h"

namespace linkgate::cli {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

using Arguments = std::vector<std::string>;

class Installation : public RunTest {
 protected:
  void SetUp() override {
    RunTest::SetUp();
    working_folder_ = folder_ + "/empty";
    std::filesystem::create_directory(working_folder_);
  }
  bool made_nothing() const { return std::filesystem::is_empty(working_folder_); }
};

TEST_F(Installation, WithoutOneWhatNeedsItIsRefusedAndMakesNothing) {
  if (std::filesystem::exists("/etc/linkgate/linkgate.toml"))
    GTEST_SKIP() << "this machine has an installation";
  const Arguments commands[] = {{"up"},
                                {"policy", "set", "P", "AllowClickThrough=false"},
                                {"policy", "list"},
                                {"policy", "rule", "set", "R", "SafeLinksPolicy=P", "SentTo=a@x.test"},
                                {"policy", "group", "set", "g", "a@x.test"},
                                {"list", "add", "block", "url", "evil.example"},
                                {"list", "remove", "block", "url", "evil.example"},
                                {"list", "show"},
                                {"feed", "list"},
                                {"feed", "refresh"},
                                {"keys", "list"},
                                {"keys", "rotate"},
                                {"check", "https://evil.example/"},
                                {"wrap", "--recipient", "a@x.test", "https://a.example/"},
                                {"rewrite", "--recipient", "a@x.test"},
                                {"unwrap-mailbox", folder_},
                                {"backup", folder_ + "/copy"},
                                {"restore", folder_ + "/copy"}};
  for (const Arguments& command : commands) {
    const Outcome outcome = run_plain(command);
    EXPECT_EQ(outcome.code, 2) << command[0];
    EXPECT_EQ(outcome.out, "") << command[0];
    EXPECT_THAT(outcome.err, StartsWith("linkgate: no configuration was found (/etc/linkgate/linkgate.toml"));
    EXPECT_THAT(outcome.err, testing::AllOf(HasSubstr("--config"), HasSubstr("--data")));
    EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 1) << outcome.err;
    EXPECT_TRUE(made_nothing()) << command[0];
  }
}

TEST_F(Installation, WithoutOneWhatNeedsNoneAnswersAndMakesNothing) {
  if (std::filesystem::exists("/etc/linkgate/linkgate.toml"))
    GTEST_SKIP() << "this machine has an installation";
  EXPECT_EQ(run_plain({"url", "https://a.example/"}).code, 0);
  EXPECT_EQ(run_plain({"schema"}).code, 0);
  EXPECT_EQ(run_plain({"kql", "--explain", "UrlClickEvents | count"}).code, 0);
  EXPECT_EQ(run_plain({"status"}).code, 1);
  EXPECT_THAT(
      run_plain({"unwrap", "https://eu1.safelinks.protection.outlook.com/?url=https%3A%2F%2Fa.example%2F"})
          .out,
      HasSubstr("https://a.example/"));
  EXPECT_TRUE(made_nothing());
}

TEST_F(Installation, OneOfTheTwoOptionsIsEnough) {
  const Outcome misspelt = run_plain({"policy", "set", "P", "--data", folder_ + "/other"});
  EXPECT_EQ(misspelt.code, 2);
  EXPECT_THAT(misspelt.err, HasSubstr("there is no such directory; linkgate up makes it"));
  std::filesystem::create_directory(folder_ + "/other");
  EXPECT_EQ(run_plain({"policy", "set", "P", "--data", folder_ + "/other"}).code, 0);
  EXPECT_THAT(run_plain({"policy", "list", "--data", folder_ + "/other"}).out, HasSubstr("P "));
  EXPECT_EQ(run({"policy", "set", "P"}).code, 0);
  EXPECT_TRUE(made_nothing());
}

TEST_F(Installation, ConfigAndDataStandBeforeOrBehindEveryVerb) {
  const Arguments groups = {"policy", "group", "set", "g", "a@x.test"};
  for (size_t at = 0; at <= groups.size(); ++at) {
    for (const Arguments& named : {Arguments{"--config", config()}, Arguments{"--data", data()}}) {
      Arguments command = groups;
      command.insert(command.begin() + static_cast<ptrdiff_t>(at), named.begin(), named.end());
      const Outcome outcome = run_plain(command);
      EXPECT_EQ(outcome.code, 0) << named[0] << " at " << at << ": " << outcome.err;
      EXPECT_THAT(run_plain({named[0], named[1], "policy", "group", "list", "--format", "csv"}).out,
                  EndsWith("\ng,a@x.test,people\r\n"));
      EXPECT_EQ(run_plain({"policy", "group", "remove", "g", named[0], named[1]}).code, 0);
    }
  }
  EXPECT_TRUE(made_nothing());
}

TEST_F(Installation, AQueryOfADataDirectoryThatIsNotThereMakesNone) {
  const Outcome outcome = run({"kql", "UrlClickEvents | count"});
  EXPECT_EQ(outcome.code, 2);
  EXPECT_EQ(outcome.err, "linkgate: " + data() + ": there is no such data directory\n");
  EXPECT_FALSE(std::filesystem::exists(data()));
}

TEST_F(Installation, UpSaysWhereTheConfigurationNamesWhatThisMachineHasNot) {
  std::ofstream(folder_ + "/key") << "key";
  configure("tls_certificate = \"" + folder_ + "/absent\"\ntls_key = \"" + folder_ + "/key\"\n");
  const Outcome certificate = run({"up"});
  EXPECT_EQ(certificate.code, 2);
  EXPECT_EQ(certificate.err, "linkgate: " + config() + ":9:19: click.tls_certificate: " + folder_ +
                                 "/absent cannot be read: No such file or directory\n");
  std::ofstream(config()) << "[linkgate]\ndata = \"" << data() << "\"\nrun_as = \"nobody-has-this\"\n";
  const Outcome user = run({"up"});
  if (::geteuid() == 0) {
    EXPECT_EQ(user.code, 2);
    EXPECT_THAT(user.err, StartsWith("linkgate: " + config() +
                                     ":3:10: linkgate.run_as: there is no user nobody-has-this-store"));
  }
  EXPECT_FALSE(std::filesystem::exists(data())) << "looked at before anything is made";
}

TEST_F(Installation, ARecipientWithoutADomainIsRefusedEverywhereWithOneSentence) {
  const Arguments commands[] = {{"wrap", "--recipient", "bob", "https://a.example/"},
                                {"rewrite", "--recipient", "bob"},
                                {"check", "--recipient", "bob", "https://a.example/"},
                                {"policy", "explain", "bob"}};
  for (const Arguments& command : commands) {
    const Outcome outcome = run(command);
    EXPECT_EQ(outcome.code, 2) << command[0];
    EXPECT_EQ(outcome.err, "linkgate: \"bob\" is no address: a recipient is NAME@DOMAIN\n");
  }
}

}  // namespace
}  // namespace linkgate::cli
