// What is SQLite's alone: files, their modes, other processes, kills and full disks.
#include <grp.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "base/folder_for_test.h"

#include "state/sql.h"

namespace linkgate::state {
namespace {

constexpr Time kNoon{Ticks(17'000'000'000'000'000)};
constexpr uid_t kNobody = 65534;

class SqliteFiles : public FolderTest {
 protected:
  void SetUp() override { options_.location = "sqlite:" + folder_; }

  StateOptions read_only() const {
    StateOptions options = options_;
    options.read_only = true;
    return options;
  }
  mode_t mode_of(const std::string& name) const {
    struct stat status {};
    EXPECT_EQ(::stat((folder_ + "/" + name).c_str(), &status), 0) << name;
    return status.st_mode & 0777;
  }

  // Runs `body` in a child process; its exit code, or minus the signal that ended it.
  template <typename Body>
  static int in_child(Body body) {
    const pid_t child = ::fork();
    if (child == 0) ::_exit(body());
    int status = 0;
    EXPECT_EQ(::waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  }

  StateOptions options_;
};

TEST_F(SqliteFiles, KeysAreReadableByTheirOwnerAlone) {
  const mode_t before = ::umask(0);
  {
    const auto keys = open_key_store(options_), again = open_key_store(options_);
    const auto policies = open_policy_store(options_);
    ASSERT_TRUE(keys && policies && again);
    ASSERT_TRUE((*keys)->put_key({}).has_value());
    for (const char* file : {"keys.db", "keys.db-wal", "keys.db-shm"})
      EXPECT_EQ(mode_of(file), 0600u) << file;
    EXPECT_EQ(mode_of("policy.db"), 0640u);
  }
  ::umask(before);
}

TEST_F(SqliteFiles, AMarkerSurvivesTheKillOfItsWriter) {
  const int ended = in_child([&] {
    const auto store = open_delivery_store(options_);
    if (!store || !(*store)->mark_delivered("m", {"a@example.com", "b@example.com"}, kNoon)) return 1;
    ::kill(::getpid(), SIGKILL);
    return 2;
  });
  ASSERT_EQ(ended, -SIGKILL);
  const auto store = open_delivery_store(options_);
  ASSERT_TRUE(store.has_value());
  EXPECT_TRUE((*store)->was_delivered("m", "a@example.com").value());
  EXPECT_TRUE((*store)->was_delivered("m", "b@example.com").value());
}

TEST_F(SqliteFiles, AReaderSeesTheStoreWhileAnotherProcessIsInTheMiddleOfAWrite) {
  const auto owner = open_policy_store(options_);
  ASSERT_TRUE(owner.has_value());
  ASSERT_TRUE((*owner)->put_entry({.value = "contoso.com"}).has_value());
  const StoreSchema schema{"policy", {}};
  auto writing = open_sqlite(folder_, schema, false);
  EXPECT_FALSE(writing.has_value()) << "a schema of no migrations is older than what is there";
  const std::string_view none[] = {"", ""};  // as many as the store has, each of which is done
  writing = open_sqlite(folder_, {"policy", none}, false);
  ASSERT_TRUE(writing.has_value());
  ASSERT_TRUE((*writing)->begin_write().has_value());
  ASSERT_TRUE((*writing)->run("DELETE FROM entries", {}).has_value());
  const int seen = in_child([&] {
    const auto reader = open_policy_store(read_only());
    if (!reader) return 100;
    const auto entries = (*reader)->entries();
    return entries ? static_cast<int>(entries->size()) : 101;
  });
  EXPECT_EQ(seen, 1) << "the state before the transaction";
  (*writing)->rollback();
}

TEST_F(SqliteFiles, AnotherUserMayReadWhatItMayNotWrite) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root to become somebody else";
  {
    const auto owner = open_policy_store(options_);
    ASSERT_TRUE(owner.has_value());
    ASSERT_TRUE((*owner)->put_entry({.value = "contoso.com"}).has_value());
  }
  for (const char* file : {"policy.db", "policy.db-wal", "policy.db-shm"}) {
    ASSERT_EQ(::chmod((folder_ + "/" + file).c_str(), 0644), 0) << file << " stays when nobody has it open";
  }
  ASSERT_EQ(::chmod(folder_.c_str(), 0755), 0);
  const auto as_nobody = [&](auto body) {
    return in_child([&] {
      if (::setgroups(0, nullptr) != 0 || ::setgid(kNobody) != 0 || ::setuid(kNobody) != 0) return 200;
      return body();
    });
  };
  const auto count = [&] {
    const auto reader = open_policy_store(read_only());
    if (!reader) return 100;
    const auto entries = (*reader)->entries();
    return entries ? static_cast<int>(entries->size()) : 101;
  };
  EXPECT_EQ(as_nobody(count), 1) << "with no writer about";
  const auto owner = open_policy_store(options_);
  ASSERT_TRUE((*owner)->put_entry({.value = "fabrikam.com"}).has_value());
  EXPECT_EQ(as_nobody(count), 2) << "while the owner has it open";
  const auto missing = [&] {
    const auto reader = open_intel_store(read_only());
    return reader ? 100 : static_cast<int>(reader.error().code());
  };
  EXPECT_EQ(as_nobody(missing), static_cast<int>(ErrorCode::kNotFound));

  const auto code = [&] {
    const auto reader = open_policy_store(read_only());
    return reader ? 100 : static_cast<int>(reader.error().code());
  };
  ASSERT_EQ(::chmod((folder_ + "/policy.db").c_str(), 0600), 0);
  EXPECT_EQ(as_nobody(code), static_cast<int>(ErrorCode::kPermission)) << "a file that is not ours to read";
  ASSERT_EQ(::chmod(folder_.c_str(), 0700), 0);
  EXPECT_EQ(as_nobody(code), static_cast<int>(ErrorCode::kPermission))
      << "nor is the folder: not \"missing\"";
}

TEST_F(SqliteFiles, AStoreOfANewerReleaseIsRefused) {
  { ASSERT_TRUE(open_policy_store(options_).has_value()); }
  const std::string_view migrations[] = {"", "", "CREATE TABLE later (x BIGINT)"};
  ASSERT_TRUE(open_sqlite(folder_, {"policy", migrations}, false).has_value()) << "the next release";
  EXPECT_EQ(open_policy_store(options_).error().code(), ErrorCode::kCorrupt);
  EXPECT_EQ(open_policy_store(read_only()).error().code(), ErrorCode::kCorrupt);
}

TEST_F(SqliteFiles, AMigrationThatFailsLeavesNothingBehind) {
  const std::string_view broken[] = {"CREATE TABLE a (x BIGINT)",
                                     "CREATE TABLE b (x BIGINT); CREATE TABLE a (y BIGINT)"};
  EXPECT_FALSE(open_sqlite(folder_, {"other", broken}, false).has_value());
  const std::string_view right[] = {"CREATE TABLE a (x BIGINT)", "CREATE TABLE b (x BIGINT)"};
  EXPECT_TRUE(open_sqlite(folder_, {"other", right}, false).has_value());
}

TEST_F(SqliteFiles, WhatIsNoDatabaseIsCorrupt) {
  std::ofstream(folder_ + "/policy.db") << std::string(8192, 'x');
  EXPECT_EQ(open_policy_store(options_).error().code(), ErrorCode::kCorrupt);
}

TEST_F(SqliteFiles, AFullDiskIsAnErrorOfOursAndLosesNothingThatWasMarked) {
  const int marked = in_child([&] {
    const auto store = open_delivery_store(options_);
    if (!store) return 200;
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{200'000, 200'000};
    if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) return 201;
    for (int i = 0; i < 150; ++i) {
      const auto done =
          (*store)->mark_delivered("m" + std::to_string(i), {std::string(2000, 'a') + "@example.com"}, kNoon);
      if (!done) return done.error().code() == ErrorCode::kIo && done.error().is_ours() ? i : 202;
    }
    return 203;
  });
  ASSERT_GT(marked, 0);
  ASSERT_LT(marked, 150) << "the limit was to be hit";
  const auto store = open_delivery_store(options_);
  ASSERT_TRUE(store.has_value());
  for (int i = 0; i < marked; ++i) {
    EXPECT_TRUE(
        (*store)->was_delivered("m" + std::to_string(i), std::string(2000, 'a') + "@example.com").value())
        << i;
  }
}

}  // namespace
}  // namespace linkgate::state
