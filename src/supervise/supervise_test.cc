// Real child programs: small bash scripts in a folder of the test's own.
#include <fcntl.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>
#include <thread>

#include "base/folder_for_test.h"

#include "net/listener.h"
#include "supervise/data_lock.h"
#include "supervise/supervisor.h"

namespace linkgate::supervise {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr char kSayReady[] = "eval \"printf R >&$LINKGATE_READY_FD\"; eval \"exec $LINKGATE_READY_FD>&-\"\n";
constexpr char kUntilTerm[] = "trap 'echo \"$0 ends\" >> $LOG; exit 0' TERM\nwhile :; do sleep 0.02; done\n";

class Supervise : public FolderTest {
 protected:
  void SetUp() override {
    log_ = folder_ + "/log";
    ::setenv("LOG", log_.c_str(), 1);
    std::ofstream(log_).flush();
  }

  ProgramSpec program(const std::string& name, const std::string& body, int stage = 0) {
    const std::string path = folder_ + "/" + name;
    std::ofstream(path) << "#!/bin/bash\n" << body;
    ::chmod(path.c_str(), 0755);
    return {.name = name, .command = {path}, .sockets = {}, .stage = stage, .niceness = 0, .user = ""};
  }
  std::vector<std::string> lines() const {
    std::vector<std::string> out;
    std::ifstream in(log_);
    for (std::string line; std::getline(in, line);) out.push_back(line.substr(line.rfind('/') + 1));
    return out;
  }
  // Runs the loop until `holds`; false after ten seconds.
  bool run_until(const std::function<bool()>& holds) {
    const auto end = std::chrono::steady_clock::now() + seconds(10);
    while (!holds()) {
      if (std::chrono::steady_clock::now() > end) return false;
      io_.restart();
      io_.run_for(milliseconds(5));
    }
    return true;
  }
  bool running(const Supervisor& supervisor, size_t index) {
    return run_until([&] { return supervisor.programs()[index].state == ProgramState::kRunning; });
  }
  bool stop(Supervisor& supervisor) {
    bool done = false;
    supervisor.stop([&] { done = true; });
    return run_until([&] { return done; });
  }

  boost::asio::io_context io_;
  std::string log_;
  SupervisorOptions quick_{.backoff = {milliseconds(10), milliseconds(80), milliseconds(60'000)},
                           .ready_timeout = milliseconds(2000),
                           .stop_grace = milliseconds(300)};
};

TEST_F(Supervise, StartsStageByStageAndStopsInReverse) {
  Supervisor supervisor(io_, quick_);
  const std::string body = std::string("sleep 0.05; echo \"$0 ready\" >> $LOG\n") + kSayReady + kUntilTerm;
  supervisor.add(program("gateway", body, 2));
  supervisor.add(program("store", body, 0));
  supervisor.add(program("scan", body, 1));
  std::optional<bool> all;
  supervisor.start([&](bool ready) { all = ready; });
  ASSERT_TRUE(run_until([&] { return all.has_value(); }));
  EXPECT_TRUE(*all);
  ASSERT_TRUE(stop(supervisor));
  EXPECT_THAT(lines(), ElementsAre("store ready", "scan ready", "gateway ready", "gateway ends", "scan ends",
                                   "store ends"));
}

TEST_F(Supervise, ABackgroundProgramIsNicerThanTheOthers) {
  Supervisor supervisor(io_, quick_);
  const std::string body = std::string("echo \"$(nice)\" >> $LOG\n") + kSayReady + kUntilTerm;
  ProgramSpec store = program("store", body, 0);
  store.niceness = 3;
  supervisor.add(store);
  supervisor.add(program("click", body, 1));
  bool all = false;
  supervisor.start([&](bool ready) { all = ready; });
  ASSERT_TRUE(run_until([&] { return all; }));
  ASSERT_TRUE(stop(supervisor));
  ASSERT_GE(lines().size(), 2u);
  EXPECT_EQ(std::stoi(lines()[0]), std::min(std::stoi(lines()[1]) + 3, 19));
}

TEST_F(Supervise, AProgramThatNeverIsReadyDoesNotHoldUpTheNextStage) {
  quick_.ready_timeout = milliseconds(50);
  Supervisor supervisor(io_, quick_);
  supervisor.add(program("store", kUntilTerm, 0));
  supervisor.add(program("gateway", std::string(kSayReady) + kUntilTerm, 1));
  std::optional<bool> all;
  supervisor.start([&](bool ready) { all = ready; });
  ASSERT_TRUE(run_until([&] { return all.has_value(); }));
  EXPECT_TRUE(running(supervisor, 1));
  EXPECT_EQ(supervisor.programs()[0].state, ProgramState::kStarting);
  EXPECT_TRUE(stop(supervisor));
}

// Some say so at once, some when the next stage's pipes have taken the place of theirs in the event loop.
TEST_F(Supervise, NoProgramOfManyThatAreReadyTogetherIsOverheard) {
  constexpr int kStages = 6, kPrograms = 12;
  Supervisor supervisor(io_, quick_);
  const std::string late = "sleep 0.05\n";
  for (int stage = 0; stage < kStages; ++stage) {
    for (int i = 0; i < kPrograms; ++i)
      supervisor.add(program(fmt::format("p{}-{}", stage, i),
                             (i % 3 == 0 ? late : "") + kSayReady + "exec sleep 60\n", stage));
  }
  supervisor.start({});
  EXPECT_TRUE(run_until([&] {
    const auto all = supervisor.programs();
    return std::all_of(all.begin(), all.end(),
                       [](const auto& p) { return p.state == ProgramState::kRunning; });
  }));
  EXPECT_TRUE(stop(supervisor));
}

TEST_F(Supervise, AProgramThatEndsIsStartedAgainAndTheEndIsTold) {
  Supervisor supervisor(io_, quick_);
  supervisor.add(program("click", "echo \"$0 starts\" >> $LOG\n" + std::string(kSayReady) + "exit 7\n"));
  supervisor.start(nullptr);
  ASSERT_TRUE(run_until([&] { return supervisor.programs()[0].restarts >= 3; }));
  EXPECT_EQ(supervisor.programs()[0].last_end, "exit code 7");
  EXPECT_GE(lines().size(), 3U);
  EXPECT_TRUE(stop(supervisor));
}

TEST_F(Supervise, AKilledProgramComesBackUnderAnotherProcess) {
  Supervisor supervisor(io_, quick_);
  supervisor.add(program("click", std::string(kSayReady) + kUntilTerm));
  supervisor.start(nullptr);
  ASSERT_TRUE(running(supervisor, 0));
  const pid_t first = supervisor.programs()[0].pid;
  ::kill(first, SIGKILL);
  ASSERT_TRUE(run_until([&] { return supervisor.programs()[0].restarts == 1; }));
  ASSERT_TRUE(running(supervisor, 0));
  EXPECT_NE(supervisor.programs()[0].pid, first);
  EXPECT_EQ(supervisor.programs()[0].last_end, "killed by signal 9");
  EXPECT_TRUE(stop(supervisor));
}

TEST_F(Supervise, WhatAKilledProgramHadStartedGoesWithIt) {
  Supervisor supervisor(io_, quick_);
  supervisor.add(program("scan", "sleep 1000 & echo $! > $LOG\n" + std::string(kSayReady) + "wait\n"));
  supervisor.start(nullptr);
  ASSERT_TRUE(running(supervisor, 0));
  const pid_t grandchild = std::stoi(lines().at(0));
  ::kill(supervisor.programs()[0].pid, SIGKILL);
  ASSERT_TRUE(run_until([&] { return supervisor.programs()[0].restarts == 1; }));
  // Orphaned, it is a zombie until the machine's init collects it; what counts is that it no longer runs.
  EXPECT_TRUE(run_until([&] {
    std::ifstream stat("/proc/" + std::to_string(grandchild) + "/stat");
    std::string pid, name, state;
    return !(stat >> pid >> name >> state) || state == "Z";
  }));
  EXPECT_TRUE(stop(supervisor));
}

TEST_F(Supervise, AProgramDeafToTermIsKilledAfterTheGrace) {
  Supervisor supervisor(io_, quick_);
  supervisor.add(
      program("deaf", "trap '' TERM\n" + std::string(kSayReady) + "while :; do sleep 0.02; done\n"));
  supervisor.start(nullptr);
  ASSERT_TRUE(running(supervisor, 0));
  EXPECT_TRUE(stop(supervisor));
  EXPECT_EQ(supervisor.programs()[0].last_end, "killed by signal 9");
}

TEST_F(Supervise, AMissingProgramIsToldAndTriedAgain) {
  Supervisor supervisor(io_, quick_);
  supervisor.add({.name = "ship", .command = {folder_ + "/nowhere"}, .sockets = {}, .stage = 0, .user = ""});
  supervisor.start(nullptr);
  EXPECT_THAT(supervisor.programs()[0].last_end, HasSubstr("cannot be executed"));
  program("nowhere", std::string(kSayReady) + kUntilTerm);
  EXPECT_TRUE(running(supervisor, 0));
  EXPECT_TRUE(stop(supervisor));
}

TEST_F(Supervise, OnlyTheSocketsNamedReachTheProgram) {
  const auto listener = net::open_listener("127.0.0.1:0");
  ASSERT_TRUE(listener);
  const int stray = ::open("/dev/null", O_RDONLY);  // without O_CLOEXEC, as some library might
  Supervisor supervisor(io_, quick_);
  ProgramSpec spec = program("click", "echo \"$LINKGATE_FDS\" >> $LOG\nls /proc/$$/fd >> $LOG\n" +
                                          std::string(kSayReady) + kUntilTerm);
  spec.sockets = {{"click.0", *listener}};
  supervisor.add(spec);
  supervisor.start(nullptr);
  ASSERT_TRUE(running(supervisor, 0));
  EXPECT_THAT(lines().at(0), "click.0=" + std::to_string(*listener));
  EXPECT_THAT(lines(), testing::Contains(std::to_string(*listener)));
  EXPECT_THAT(lines(), testing::Not(testing::Contains(std::to_string(stray))));
  EXPECT_TRUE(stop(supervisor));
  ::close(*listener);
  ::close(stray);
}

TEST_F(Supervise, RestartAllGoesOnceThroughEveryProgram) {
  Supervisor supervisor(io_, quick_);
  supervisor.add(program("store", std::string(kSayReady) + kUntilTerm, 0));
  supervisor.add(program("gateway", std::string(kSayReady) + kUntilTerm, 1));
  supervisor.start(nullptr);
  ASSERT_TRUE(running(supervisor, 1));
  ASSERT_TRUE(supervisor.restart_all());
  ASSERT_TRUE(run_until([&] { return supervisor.programs()[1].restarts == 1; }));
  ASSERT_TRUE(running(supervisor, 1));
  EXPECT_EQ(supervisor.programs()[0].restarts, 1);
  EXPECT_FALSE(supervisor.restart("nobody"));
  EXPECT_TRUE(stop(supervisor));
}

TEST(Backoff, DoublesUpToItsLimitAndForgetsAfterAStableMinute) {
  Backoff backoff({milliseconds(100), milliseconds(1000), milliseconds(60'000)});
  std::vector<int64_t> pauses;
  for (int i = 0; i < 6; ++i) pauses.push_back(backoff.next(milliseconds(5)).count());
  EXPECT_THAT(pauses, ElementsAre(100, 200, 400, 800, 1000, 1000));
  EXPECT_EQ(backoff.next(milliseconds(59'999)).count(), 1000);
  EXPECT_EQ(backoff.next(milliseconds(60'000)).count(), 100);
}

TEST_F(Supervise, ASecondHolderOfTheDataDirectoryIsRefusedByName) {
  auto first = DataLock::take(folder_ + "/lock", "backup");
  ASSERT_TRUE(first);
  for (const auto& second :
       {DataLock::take(folder_ + "/lock", "up"), DataLock::claim(folder_ + "/lock", "up")}) {
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code(), ErrorCode::kUnavailable);
    EXPECT_THAT(second.error().message(),
                HasSubstr("in use by process " + std::to_string(::getpid()) + ", `linkgate backup` ("));
  }
  { DataLock gone = std::move(*first); }
  EXPECT_TRUE(DataLock::take(folder_ + "/lock", "up"));
}

TEST_F(Supervise, AHolderThatGivesWayIsWaitedForByWhoClaims) {
  auto first = DataLock::take(folder_ + "/lock", "kql", DataLock::Holder::kGivesWay);
  ASSERT_TRUE(first);
  EXPECT_FALSE(DataLock::take(folder_ + "/lock", "backup"));
  EXPECT_FALSE(first->wanted());
  std::thread holder([&first] {
    while (!first->wanted()) std::this_thread::sleep_for(milliseconds(1));
    DataLock gone = std::move(*first);
  });
  const auto second = DataLock::claim(folder_ + "/lock", "up");
  holder.join();
  ASSERT_TRUE(second) << second.error().message();
  EXPECT_FALSE(second->wanted());
}

}  // namespace
}  // namespace linkgate::supervise
