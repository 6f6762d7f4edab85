#include "supervise/machine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>

#include "base/folder_for_test.h"

namespace linkgate::supervise {
namespace {

using testing::HasSubstr;

class Machine : public FolderTest {
 protected:
  void SetUp() override {
    file_ = folder_ + "/key";
    std::ofstream(file_) << "key";
  }
  std::string file_;
};

TEST_F(Machine, FilesThatAreThereAndUsersThatAreNotUsedAreNoTrouble) {
  Config config;
  EXPECT_TRUE(check_machine(config, false));
  config.run_as = "nobody-has-this";
  config.click.tls_certificate = config.click.tls_key = config.click.logo = file_;
  config.gateway.signature_trust = file_;
  EXPECT_TRUE(check_machine(config, false));
}

TEST_F(Machine, AFileThatCannotBeReadIsSaidByItsKey) {
  for (const std::string& path : {folder_ + "/absent", folder_}) {
    Config config;
    config.click.tls_certificate = file_;
    config.click.tls_key = path;
    const auto checked = check_machine(config, false);
    ASSERT_FALSE(checked) << path;
    EXPECT_EQ(checked.error().code(), ErrorCode::kInvalidArgument);
    EXPECT_THAT(checked.error().message(), HasSubstr("click.tls_key: " + path + " cannot be read: "));
  }
}

TEST_F(Machine, AUserThatDoesNotExistIsSaidAtItsPlace) {
  const auto config = parse_config("[linkgate]\nrun_as = \"nobody-has-this\"\n", "t.toml");
  ASSERT_TRUE(config);
  const auto checked = check_machine(*config, true);
  ASSERT_FALSE(checked);
  EXPECT_THAT(checked.error().message(),
              HasSubstr("t.toml:2:10: linkgate.run_as: there is no user nobody-has-this-store"));
}

TEST_F(Machine, AnotherUsersRightsAreThoseOfTheFileAndOfItsFolder) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root to become somebody else";
  const auto nobody = find_user("nobody");
  ASSERT_TRUE(nobody);
  ASSERT_EQ(::chmod(folder_.c_str(), 0755), 0);
  ASSERT_EQ(::chmod(file_.c_str(), 0644), 0);
  EXPECT_EQ(try_to_read_as(*nobody, file_), 0);
  EXPECT_EQ(try_to_read_as(*nobody, folder_ + "/absent"), ENOENT);
  ASSERT_EQ(::chmod(file_.c_str(), 0600), 0);
  EXPECT_EQ(try_to_read_as(*nobody, file_), EACCES);
  ASSERT_EQ(::chmod(file_.c_str(), 0644), 0);
  ASSERT_EQ(::chmod(folder_.c_str(), 0700), 0);
  EXPECT_EQ(try_to_read_as(*nobody, file_), EACCES);
}

}  // namespace
}  // namespace linkgate::supervise
