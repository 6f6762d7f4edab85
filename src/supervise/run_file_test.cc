#include "supervise/run_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "base/folder_for_test.h"

namespace linkgate::supervise {
namespace {

class RunFileTest : public FolderTest {
 protected:
};

RunFile example() {
  RunFile run{.pid = ::getpid(), .version = "1", .data = "/d\xff", .admin = "http://127.0.0.1:1"};
  run.listeners = {{"click.0", "127.0.0.1:2"}};
  run.programs = {{"click.0", "running", 7, 3}, {"store", "waiting", -1, 0}};
  return run;
}

TEST_F(RunFileTest, ComesBackAsItWasWritten) {
  ASSERT_TRUE(write_run_file(folder_ + "/up.json", example()));
  const auto run = read_run_file(folder_ + "/up.json");
  ASSERT_TRUE(run) << run.error().message();
  EXPECT_EQ(run->pid, ::getpid());
  EXPECT_EQ(run->programs.at(0).restarts, 3);
  EXPECT_EQ(run->programs.at(1).pid, -1);
  EXPECT_EQ(run->listeners.at(0).address, "127.0.0.1:2");
}

// Whoever sends a signal to what stands there must not reach every process of the machine.
TEST_F(RunFileTest, AProgramWithoutProcessHasNoNumber) {
  EXPECT_THAT(to_json(example()), testing::HasSubstr("\"pid\": null"));
  EXPECT_THAT(to_json(example()), testing::Not(testing::HasSubstr("-1")));
}

TEST_F(RunFileTest, OneLeftByADeadProcessCountsAsNone) {
  RunFile run = example();
  run.pid = 0x7ffffff0;  // beyond any process number of Linux
  ASSERT_TRUE(write_run_file(folder_ + "/up.json", run));
  const auto read = read_run_file(folder_ + "/up.json");
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code(), ErrorCode::kNotFound);
}

TEST_F(RunFileTest, AnotherFileIsRefused) {
  for (const char* text : {"", "{}", "[1]", "{\"pid\":\"x\"}"}) {
    const auto run = parse_run_file(text);
    ASSERT_FALSE(run) << text;
    EXPECT_EQ(run.error().code(), ErrorCode::kCorrupt);
  }
}

}  // namespace
}  // namespace linkgate::supervise
