// Queries where no Linkgate runs: a store for the command alone.
#include <gmock/gmock.h>

#include <algorithm>

#include "cli/installed.h"
#include "cli/run_for_test.h"
#include "supervise/data_lock.h"

namespace linkgate::cli {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

constexpr char kCount[] = "UrlClickEvents | count";
constexpr char kAnswer[] = "Count\n0\n";

class OwnStore : public RunTest {
 protected:
  void SetUp() override {
    RunTest::SetUp();
    if (!std::filesystem::exists(installed_program("store")))
      GTEST_SKIP() << "linkgate-store is not built here";
    std::filesystem::create_directory(data());
  }
  // Processes that have `word` among their arguments.
  static int processes(const std::string& word) {
    int found = 0;
    for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
      const std::string arguments = slurp(entry.path().string() + "/cmdline");
      found += arguments.find(word) != std::string::npos ? 1 : 0;
    }
    return found;
  }
  // `kql --jsonl` after its first answer, with standard input still open in input_.
  pid_t start_asking() {
    ::mkfifo((folder_ + "/stdin").c_str(), 0600);
    std::filesystem::remove(folder_ + "/stdout");  // an earlier answer is none
    const pid_t pid = start({"kql", "--jsonl", "--data", data()});
    input_ = ::open((folder_ + "/stdin").c_str(), O_WRONLY);
    const std::string line = "{\"id\":1,\"query\":\"print 1\"}\n";
    EXPECT_EQ(::write(input_, line.data(), line.size()), static_cast<ssize_t>(line.size()));
    EXPECT_TRUE(wait_until([this] { return slurp(folder_ + "/stdout").find("rows") != std::string::npos; }))
        << slurp(folder_ + "/stderr");
    return pid;
  }
  void TearDown() override {
    if (input_ >= 0) ::close(input_);
    RunTest::TearDown();
  }
  int input_ = -1;
};

TEST_F(OwnStore, AnswersWhereNothingRunsAndLeavesNothingRunning) {
  std::filesystem::create_directories(data() + "/run");
  std::ofstream(data() + "/run/store.url") << "http://127.0.0.1:1";  // of a store that stopped
  for (int i = 0; i < 2; ++i) {
    const Outcome outcome = run({"kql", kCount});
    EXPECT_EQ(outcome.code, 0);
    EXPECT_EQ(outcome.out, kAnswer);
    EXPECT_EQ(outcome.err,
              i == 0 ? "linkgate: " + data() + " holds no events: no Linkgate has run on it\n" : "");
    EXPECT_EQ(processes(data()), 0);
  }
  EXPECT_TRUE(supervise::DataLock::take(data() + "/lock", "up"));
}

TEST_F(OwnStore, WithoutAnInstallationTheTablesAreEmptyAndNothingIsMade) {
  if (std::filesystem::exists("/etc/linkgate/linkgate.toml"))
    GTEST_SKIP() << "this machine has an installation";
  working_folder_ = folder_ + "/empty";
  std::filesystem::create_directory(working_folder_);
  ::setenv("TMPDIR", data().c_str(), 1);
  const Outcome outcome = run_plain({"kql", kCount});
  ::unsetenv("TMPDIR");
  EXPECT_EQ(outcome.code, 0);
  EXPECT_EQ(outcome.out, kAnswer);
  EXPECT_THAT(outcome.err, StartsWith("linkgate: no configuration was found"));
  EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 1) << outcome.err;
  EXPECT_EQ(run_plain({"kql", ".show tables"}).code, 0);
  EXPECT_EQ(run_plain({"kql", ".create function F() { print 1 }"}).code, 2) << "there is nothing to keep it";
  EXPECT_TRUE(std::filesystem::is_empty(working_folder_));
  EXPECT_TRUE(std::filesystem::is_empty(data())) << "the temporary folder is gone";
  constexpr char kExternal[] = "externaldata(a:string, b:long)['https://lists.example/x'] | count";
  EXPECT_EQ(run_plain({"kql", kExternal}).out, kAnswer);
  EXPECT_EQ(run({"kql", kExternal}).code, 2) << "an installation fetches nothing that a query names";
}

TEST_F(OwnStore, IsStartedOnceForAllLines) {
  const std::string log = folder_ + "/starts", wrapper = folder_ + "/store";
  std::ofstream(wrapper) << "#!/bin/sh\necho started >> " << log << "\nexec " << installed_program("store")
                         << " \"$@\"\n";
  ::chmod(wrapper.c_str(), 0755);
  ::setenv("LINKGATE_STORE_BINARY", wrapper.c_str(), 1);
  std::string lines, wanted;
  for (const char* id : {"1", "2", "3"}) {
    lines += std::string("{\"id\":") + id + ",\"query\":\"" + kCount + "\"}\n";
    wanted += std::string("{\"id\":") + id +
              ",\"columns\":[{\"name\":\"Count\",\"type\":\"long\"}],\"rows\":[[0]]}\n";
  }
  const Outcome outcome = run({"kql", "--jsonl"}, lines);
  ::unsetenv("LINKGATE_STORE_BINARY");
  EXPECT_EQ(outcome.out, wanted);
  EXPECT_EQ(slurp(log), "started\n");
  EXPECT_EQ(processes(data()), 0);
}

TEST_F(OwnStore, AnswersEveryLineUnderItsId) {
  const Outcome outcome = run({"kql", "--jsonl"},
                              "{\"id\":3}\n{\"id\":4,\"query\":\".show version\"}\n"
                              "{\"id\":5,\"query\":\".show nothing\"}\n"
                              "{\"id\":6,\"query\":\"set notruncate; print x = 1\"}\n");
  EXPECT_EQ(outcome.code, 2) << "a line has no query";
  EXPECT_THAT(
      outcome.out,
      StartsWith("{\"id\":3,\"error\":{\"code\":\"invalid argument\",\"message\":\"the line has no text "
                 "\\\"query\\\"\"}}\n{\"id\":4,\"columns\":[{\"name\":\"BuildVersion\","));
  EXPECT_THAT(outcome.out, HasSubstr("{\"id\":5,\"error\":{\"code\":\"NotSupported\""));
  EXPECT_THAT(outcome.out,
              HasSubstr("{\"id\":6,\"columns\":[{\"name\":\"x\",\"type\":\"long\"}],\"rows\":[[1]],"
                        "\"warnings\":[{\"code\":\"UnknownName\""));
}

TEST_F(OwnStore, GivesAllRowsThatAreAskedFor) {
  constexpr char kMany[] = "range x from 1 to 600000 step 1";
  const auto lines = [](const std::string& text) { return std::count(text.begin(), text.end(), '\n'); };
  EXPECT_EQ(lines(run({"kql", "--format", "csv", "--rows", "0", kMany}).out), 600'001);
  EXPECT_EQ(lines(run({"kql", "--format", "csv", "--rows", "550000", kMany}).out), 550'001);
  EXPECT_EQ(lines(run({"kql", "--format", "csv", "--rows", "0",
                       std::string("set truncationmaxrecords=5; ") + kMany})
                      .out),
            6)
      << "what the query says stands first";
}

TEST_F(OwnStore, SaysWhatToDoAboutAQueryThatIsTooMuch) {
  const Outcome slow =
      run({"kql", "set servertimeout=1s; range x from 1 to 1000000000000 step 1 | summarize sum(x)"});
  EXPECT_EQ(slow.code, 3);
  EXPECT_THAT(slow.err, HasSubstr("took longer than 1 seconds and was ended; ask less"));
  EXPECT_THAT(slow.err, HasSubstr("set servertimeout"));
  const Outcome large = run({"kql", "set truncationmaxsize=1000; range x from 1 to 100000 step 1"});
  EXPECT_EQ(large.code, 2);
  EXPECT_THAT(large.err, HasSubstr("more than 500000 rows or 1000 bytes; summarize it"));
}

TEST_F(OwnStore, WritesSeveralResultsSoThatProgramsReadThem) {
  const Outcome csv = run({"kql", "--format", "csv", "print a = 1; print b = 'x'"});
  EXPECT_EQ(csv.out, "a\r\n1\r\n\nb\r\nx\r\n");
  const std::string chart = folder_ + "/two.svg";
  const std::string drawn = "datatable(a:string, b:long)['x', 1] | render barchart";
  EXPECT_EQ(run({"kql", "--chart", chart, drawn + "; " + drawn}).code, 0);
  EXPECT_THAT(slurp(chart), HasSubstr("<svg"));
  EXPECT_THAT(slurp(folder_ + "/two-2.svg"), HasSubstr("<svg"));
}

TEST_F(OwnStore, EndsWithTheCommandThatASignalEnds) {
  for (const int signal : {SIGTERM, SIGINT}) {
    const pid_t pid = start_asking();
    EXPECT_GT(processes(data()), 1);
    ::kill(pid, signal);
    EXPECT_EQ(wait(pid), 130);
    EXPECT_EQ(processes(data()), 0);
  }
}

TEST_F(OwnStore, GivesTheDirectoryToALinkgateThatStarts) {
  const pid_t pid = start_asking();
  EXPECT_FALSE(supervise::DataLock::take(data() + "/lock", "backup"));
  EXPECT_TRUE(supervise::DataLock::claim(data() + "/lock", "up"));
  EXPECT_EQ(wait(pid), 3);
  EXPECT_THAT(slurp(folder_ + "/stderr"), HasSubstr("`linkgate up` wants this data directory"));
  EXPECT_EQ(processes(data()), 0);
}

}  // namespace
}  // namespace linkgate::cli
