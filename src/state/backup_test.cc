#include "state/backup.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "base/folder_for_test.h"

#include "state/stores.h"

namespace linkgate::state {
namespace {

class Backup : public FolderTest {
 protected:
  void SetUp() override {
    for (const char* part : {"/state", "/copy"}) std::filesystem::create_directory(folder_ + part);
  }
  StateOptions at(const std::string& part) const { return {.location = "sqlite:" + folder_ + part}; }
};

TEST_F(Backup, WhatIsCopiedOpensAndHoldsTheSame) {
  // Kept open: others go on writing while a copy is taken, and the write-ahead log is part of what is copied.
  const auto keys = open_key_store(at("/state"));
  ASSERT_TRUE(keys);
  const url::SealingKey key = url::generate_key(7, Time{});
  ASSERT_TRUE((*keys)->put_key(key));
  const auto policies = open_policy_store(at("/state"));
  ASSERT_TRUE(policies);
  ASSERT_TRUE((*policies)->put_entry({.value = "evil.example"}));

  const auto names = copy_databases(folder_ + "/state", folder_ + "/copy");
  ASSERT_TRUE(names) << names.error().message();
  EXPECT_EQ(names->size(), 2U);
  for (const std::string& name : *names) {
    struct stat status {};
    ASSERT_EQ(::stat((folder_ + "/copy/" + name).c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0600U) << name;
  }

  const auto copied = open_key_store(at("/copy"));
  ASSERT_TRUE(copied);
  const auto ring = (*copied)->load();
  ASSERT_TRUE(ring);
  ASSERT_NE(ring->find(7), nullptr);
  EXPECT_EQ(ring->find(7)->secret, key.secret);
  const auto entries = (*open_policy_store(at("/copy")))->entries();
  ASSERT_TRUE(entries);
  EXPECT_EQ(entries->at(0).value, "evil.example");
}

TEST_F(Backup, NothingIsOverwritten) {
  ASSERT_TRUE(open_key_store(at("/state")));
  ASSERT_TRUE(copy_databases(folder_ + "/state", folder_ + "/copy"));
  const auto again = copy_databases(folder_ + "/state", folder_ + "/copy");
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code(), ErrorCode::kInvalidArgument);
}

TEST_F(Backup, AnEmptyFolderAndADamagedDatabaseAreSaid) {
  EXPECT_EQ(copy_databases(folder_ + "/state", folder_ + "/copy").error().code(), ErrorCode::kNotFound);
  std::ofstream(folder_ + "/state/policy.db") << std::string(5000, 'x');
  const auto copied = copy_databases(folder_ + "/state", folder_ + "/copy");
  ASSERT_FALSE(copied);
  EXPECT_THAT(copied.error().message(), testing::HasSubstr("policy.db"));
}

}  // namespace
}  // namespace linkgate::state
