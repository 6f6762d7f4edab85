#include "base/file_system.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>

#include "base/memory_file_system.h"

namespace linkgate {
namespace {

// Both disks keep one contract: every test of this kind runs on each.
class FileSystemTest : public testing::TestWithParam<bool> {
 protected:
  FileSystemTest() {
    if (GetParam()) {
      char name[] = "/tmp/linkgate-files-XXXXXX";
      root = mkdtemp(name);
      files = &real_file_system();
    } else {
      root = "/root";
      (void)memory.make_directories(root);
      files = &memory;
    }
  }
  ~FileSystemTest() override {
    if (GetParam()) std::filesystem::remove_all(root);
  }
  MemoryFileSystem memory;
  FileSystem* files;
  std::string root;
};

INSTANTIATE_TEST_SUITE_P(Disks, FileSystemTest, testing::Bool(),
                         [](const auto& info) { return info.param ? "Real" : "Memory"; });

TEST_P(FileSystemTest, WhatWasAppendedIsRead) {
  auto file = files->create(root + "/a").value();
  ASSERT_TRUE(file->append("one"));
  ASSERT_TRUE(file->append(std::string("\0two", 4)));
  EXPECT_EQ(file->size(), 7u);
  ASSERT_TRUE(file->sync());
  EXPECT_EQ(files->read(root + "/a").value(), std::string("one\0two", 7));
  EXPECT_EQ(files->create(root + "/a").error().code(), ErrorCode::kInvalidArgument);
}

TEST_P(FileSystemTest, NamesMoveGoAndAreListedInOrder) {
  for (const char* name : {"/b", "/a", "/c"}) ASSERT_TRUE(files->create(root + name));
  ASSERT_TRUE(files->make_directories(root + "/d/e"));
  ASSERT_TRUE(files->make_directories(root + "/d/e")) << "again is fine";
  ASSERT_TRUE(files->rename(root + "/b", root + "/z"));
  ASSERT_TRUE(files->remove(root + "/c"));
  ASSERT_TRUE(files->sync_directory(root));
  EXPECT_EQ(files->list(root).value(), (std::vector<std::string>{"a", "d", "z"}));
}

TEST_P(FileSystemTest, WhatIsMissingIsNotFound) {
  const std::string nothing = root + "/nothing";
  EXPECT_EQ(files->read(nothing).error().code(), ErrorCode::kNotFound);
  EXPECT_EQ(files->remove(nothing).error().code(), ErrorCode::kNotFound);
  EXPECT_EQ(files->rename(nothing, root + "/x").error().code(), ErrorCode::kNotFound);
  EXPECT_EQ(files->list(nothing).error().code(), ErrorCode::kNotFound);
  EXPECT_EQ(files->create(nothing + "/x").error().code(), ErrorCode::kNotFound);
  EXPECT_EQ(files->modified_at(nothing).error().code(), ErrorCode::kNotFound);
}

TEST_P(FileSystemTest, TruncateCutsTheEnd) {
  ASSERT_TRUE(files->create(root + "/a").value()->append("whole torn"));
  ASSERT_TRUE(files->truncate(root + "/a", 5));
  ASSERT_TRUE(files->sync_file(root + "/a"));
  EXPECT_EQ(files->read(root + "/a").value(), "whole");
  const Time modified = files->modified_at(root + "/a").value();
  EXPECT_LT(SystemClock().now() - modified, std::chrono::minutes(1));
}

TEST_P(FileSystemTest, ALockIsHeldByOneUntilItIsLetGo) {
  auto lock = files->lock(root + "/LOCK").value();
  EXPECT_EQ(files->lock(root + "/LOCK").error().code(), ErrorCode::kUnavailable);
  lock.reset();
  EXPECT_TRUE(files->lock(root + "/LOCK"));
}

TEST(MemoryFileSystem, APowerCutTakesBytesAndNamesThatWereNotSynced) {
  MemoryFileSystem files;
  ASSERT_TRUE(files.make_directories("/d"));
  auto kept = files.create("/d/kept").value();
  ASSERT_TRUE(kept->append("synced"));
  ASSERT_TRUE(kept->sync());
  ASSERT_TRUE(files.sync_directory("/d"));
  ASSERT_TRUE(kept->append("lost"));
  ASSERT_TRUE(files.create("/d/nameless").value()->sync());
  files.lose_unsynced(2);
  EXPECT_EQ(files.read("/d/kept").value(), "syncedlo");
  EXPECT_EQ(files.list("/d").value(), std::vector<std::string>{"kept"});
  ASSERT_TRUE(kept->append("into nowhere"));
  EXPECT_EQ(files.read("/d/kept").value(), "syncedlo");
}

TEST(MemoryFileSystem, AFullDiskRefusesAndLeavesNothing) {
  MemoryFileSystem files;
  ASSERT_TRUE(files.make_directories("/d"));
  files.set_capacity(10);
  auto file = files.create("/d/a").value();
  ASSERT_TRUE(file->append("12345678"));
  EXPECT_EQ(files.free_bytes("/d").value(), 2u);
  EXPECT_EQ(file->append("abc").error().code(), ErrorCode::kIo);
  EXPECT_EQ(files.read("/d/a").value(), "12345678");
}

}  // namespace
}  // namespace linkgate
