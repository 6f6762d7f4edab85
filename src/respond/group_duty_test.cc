#include "respond/group_duty.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "base/file_system.h"
#include "base/folder_for_test.h"
#include "respond/slapd_for_test.h"

namespace linkgate::respond {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

std::vector<std::string> lines_of(const std::vector<verdict::Group>& groups) {
  std::vector<std::string> lines;
  for (const auto& group : groups)
    lines.push_back(fmt::format("{}: {}", group.name, fmt::join(group.members, " ")));
  return lines;
}

TEST(GroupFile, IsOneMemberALine) {
  const auto groups =
      parse_group_file("g.csv",
                       "\xef\xbb\xbfGroup,Address\r\n# comment, with comma\n\nBoard,CEO@x.test\r\n"
                       "\"Sales, \"\"all\"\"\" , b@x.test\nboard,ceo@X.test\nBoard,a@x.test");
  ASSERT_TRUE(groups.has_value()) << groups.error().message();
  EXPECT_THAT(lines_of(*groups), ElementsAre("Board: a@x.test ceo@x.test", "Sales, \"all\": b@x.test"));
}

TEST(GroupFile, ALineThatIsNoneIsRefusedWithItsNumber) {
  for (const char* wrong :
       {"Board", "Board,a@x.test,b@x.test", "\"Board,a@x.test", "Board,nobody", ",a@x.test"}) {
    const auto groups = parse_group_file("g.csv", std::string("A,a@x.test\n") + wrong + "\n");
    ASSERT_FALSE(groups.has_value()) << wrong;
    EXPECT_THAT(groups.error().message(), HasSubstr("g.csv:2: ")) << wrong;
  }
}

class GroupDutyTest : public FolderTest {
 protected:
  void SetUp() override {
    config_.data = folder_;
    std::filesystem::create_directories(DataPaths(folder_).state());
    store_ = state::open_policy_store({.location = "sqlite:" + DataPaths(folder_).state()}).value();
  }
  std::vector<std::string> stored() { return lines_of(store_->load().value().groups()); }
  Result<std::chrono::milliseconds> step() {
    std::filesystem::create_directories(folder_ + "/spool");
    auto spool = events::SpoolWriter::open({folder_ + "/spool", "respond"}, real_file_system());
    const SystemClock clock;
    return make_group_duty({config_, clock, **spool}).value()->step();
  }

  Config config_;
  std::unique_ptr<state::PolicyStore> store_;
};

TEST_F(GroupDutyTest, ConfigurationAndFileArriveInTheStoreAndLeaveItAgain) {
  ASSERT_TRUE(store_->put_group({"Mine", {"me@x.test"}, {}}).has_value());
  config_.groups.named = {{"Fixed", {"f@x.test"}}};
  config_.groups.file = folder_ + "/groups.csv";
  std::ofstream(config_.groups.file) << "Board,a@x.test\nBoard,b@x.test\n";
  ASSERT_TRUE(step().has_value());
  EXPECT_THAT(stored(), ElementsAre("Board: a@x.test b@x.test", "Fixed: f@x.test", "Mine: me@x.test"));
  const auto version = store_->version().value();
  ASSERT_TRUE(step().has_value());
  EXPECT_EQ(store_->version().value(), version) << "nothing changed, so nobody need look";
  std::ofstream(config_.groups.file) << "Board,b@x.test\n";
  config_.groups.named.clear();
  ASSERT_TRUE(step().has_value());
  EXPECT_THAT(stored(), ElementsAre("Board: b@x.test", "Mine: me@x.test"));
  config_.groups.file.clear();
  ASSERT_TRUE(step().has_value());
  EXPECT_THAT(stored(), ElementsAre("Mine: me@x.test"));
}

TEST_F(GroupDutyTest, AFileThatIsWrongOrGoneLeavesItsGroupsAndSaysSo) {
  config_.groups.file = folder_ + "/groups.csv";
  std::ofstream(config_.groups.file) << "Board,a@x.test\n";
  ASSERT_TRUE(step().has_value());
  std::ofstream(config_.groups.file) << "Board,b@x.test\nSales\n";
  config_.groups.named = {{"Fixed", {"f@x.test"}}};
  const auto wrong = step();
  ASSERT_FALSE(wrong.has_value());
  EXPECT_THAT(wrong.error().message(), HasSubstr("groups.csv:2: is not GROUP,ADDRESS; its groups stay"));
  EXPECT_THAT(stored(), ElementsAre("Board: a@x.test", "Fixed: f@x.test")) << "other sources are read";
  std::filesystem::remove(config_.groups.file);
  EXPECT_FALSE(step().has_value());
  EXPECT_THAT(stored(), ElementsAre("Board: a@x.test", "Fixed: f@x.test"));
}

TEST_F(GroupDutyTest, AGroupThatPeopleKeepIsNotTakenFromThem) {
  ASSERT_TRUE(store_->put_group({"board", {"me@x.test"}, {}}).has_value());
  config_.groups.named = {{"Board", {"f@x.test"}}, {"Other", {"o@x.test"}}};
  const auto outcome = step();
  ASSERT_FALSE(outcome.has_value());
  EXPECT_THAT(outcome.error().message(), HasSubstr("\"Board\" is kept by people"));
  EXPECT_THAT(stored(), ElementsAre("board: me@x.test")) << "all of a source or nothing";
}

// People p0..p<n-1>, and what is given.
std::string people(int count, const std::string& more) {
  std::string ldif =
      "dn: ou=groups,dc=corp,dc=test\nobjectClass: organizationalUnit\nou: groups\n\n"
      "dn: ou=people,dc=corp,dc=test\nobjectClass: organizationalUnit\nou: people\n\n";
  for (int i = 0; i < count; ++i)
    ldif += fmt::format(
        "dn: uid=p{0},ou=people,dc=corp,dc=test\nobjectClass: inetOrgPerson\nuid: p{0}\ncn: P {0}\n"
        "sn: P\nmail: P{0}@corp.test\n\n",
        i);
  return ldif + more;
}
std::string group(const std::string& name, const std::vector<std::string>& members) {
  std::string ldif =
      fmt::format("dn: cn={0},ou=groups,dc=corp,dc=test\nobjectClass: groupOfNames\ncn: {0}\n", name);
  for (const std::string& member : members) ldif += "member: " + member + "\n";
  return ldif + "\n";
}
std::string person(int i) { return fmt::format("uid=p{},ou=people,dc=corp,dc=test", i); }

TEST_F(GroupDutyTest, ADirectoryIsReadWholeWithGroupsWithinGroups) {
  std::vector<std::string> many;
  for (int i = 0; i < 1200; ++i) many.push_back(person(i));
  const std::string ldif = people(
      1200,
      "dn: uid=mute,ou=people,dc=corp,dc=test\nobjectClass: inetOrgPerson\nuid: mute\ncn: M\nsn: M\n\n" +
          group("All", many) +
          group("Board", {"UID=P1, OU=People, DC=corp,DC=test", "uid=mute,ou=people,dc=corp,dc=test",
                          "cn=Inner,ou=groups,dc=corp,dc=test", "uid=gone,dc=corp,dc=test"}) +
          group("Inner", {person(2), "cn=Board,ou=groups,dc=corp,dc=test"}));
  std::string why;
  const auto slapd = Slapd::start(ldif, &why);
  if (slapd == nullptr) GTEST_SKIP() << "NOT run: " << why;
  const auto groups = read_directory(slapd->config());
  ASSERT_TRUE(groups.has_value()) << groups.error().message();
  ASSERT_THAT(*groups, SizeIs(3));
  EXPECT_THAT((*groups)[0].members, SizeIs(1200)) << "more than one page of people";
  EXPECT_THAT((*groups)[1].members, ElementsAre("p1@corp.test", "p2@corp.test"));
  EXPECT_THAT((*groups)[2].members, ElementsAre("p1@corp.test", "p2@corp.test"))
      << "they contain one another";
}

TEST_F(GroupDutyTest, AServerThatIsGoneLeavesTheLastKnownMembersAndSaysSo) {
  std::string why;
  const auto slapd = Slapd::start(people(3, group("Board", {person(0), person(1)})), &why);
  if (slapd == nullptr) GTEST_SKIP() << "NOT run: " << why;
  config_.groups.ldap = slapd->config();
  config_.groups.ldap.timeout = std::chrono::seconds(2);
  ASSERT_TRUE(step().has_value());
  EXPECT_THAT(stored(), ElementsAre("Board: p0@corp.test p1@corp.test"));
  slapd->stop();
  const auto gone = step();
  ASSERT_FALSE(gone.has_value());
  EXPECT_THAT(gone.error().message(), HasSubstr("ldap: ldap://127.0.0.1"));
  EXPECT_THAT(gone.error().message(), HasSubstr("stay as they were"));
  EXPECT_THAT(stored(), ElementsAre("Board: p0@corp.test p1@corp.test"));
  ASSERT_TRUE(slapd->fill(people(3, group("Board", {person(2)}))) && slapd->run());
  ASSERT_TRUE(step().has_value());
  EXPECT_THAT(stored(), ElementsAre("Board: p2@corp.test"));
}

TEST_F(GroupDutyTest, TlsIsTrustedOnlyWhereItIsVouchedForAndAPasswordOnlyWhereItIsRight) {
  std::string why;
  const auto slapd = Slapd::start(people(1, group("Board", {person(0)})), &why);
  if (slapd == nullptr) GTEST_SKIP() << "NOT run: " << why;
  LdapConfig config = slapd->config();
  config.start_tls = true;
  config.trust_file = slapd->certificate();
  const auto trusted = read_directory(config);
  EXPECT_TRUE(trusted.has_value()) << trusted.error().message();
  config.trust_file.clear();
  EXPECT_EQ(read_directory(config).error().code(), ErrorCode::kUnavailable)
      << "the system trusts no such server";
  config = slapd->config();
  config.password_file = folder_ + "/wrong";
  std::ofstream(config.password_file) << "wrong\n";
  EXPECT_THAT(read_directory(config).error().message(), HasSubstr("signing in: Invalid credentials"));
  std::ofstream(config.password_file) << "\n";
  EXPECT_EQ(read_directory(config).error().code(), ErrorCode::kInvalidArgument)
      << "none is anonymous, not him";
}

TEST(Directory, AServerThatSaysNothingIsGivenUpInTime) {
  const auto listener = net::open_listener("127.0.0.1:0");
  ASSERT_TRUE(listener.has_value());
  LdapConfig config;
  config.url = "ldap://" + net::local_address(*listener);
  config.timeout = std::chrono::seconds(1);
  const auto begin = std::chrono::steady_clock::now();
  const auto groups = read_directory(config);
  EXPECT_EQ(groups.error().code(), ErrorCode::kUnavailable);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(10));
  ::close(*listener);
}

}  // namespace
}  // namespace linkgate::respond
