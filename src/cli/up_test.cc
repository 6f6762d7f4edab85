// `linkgate up` itself, with small scripts in the place of the programs it starts.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <sys/socket.h>

#include <algorithm>

#include "base/config.h"
#include "cli/run_for_test.h"
#include "supervise/run_file.h"

namespace linkgate::cli {
namespace {

using supervise::RunFile;
using testing::ElementsAre;
using testing::HasSubstr;

// Says that it is ready, notes what it was given, and ends when asked.
constexpr char kScript[] =
    "#!/bin/bash\n"
    "name=$(basename $0); echo \"$name $* fds=$LINKGATE_FDS\" >> $LOG\n"
    "trap 'echo \"$name ends\" >> $LOG; exit 0' TERM\n"
    "eval \"printf R >&$LINKGATE_READY_FD\"; eval \"exec $LINKGATE_READY_FD>&-\"\n"
    "while :; do sleep 0.02; done\n";

class Up : public RunTest {
 protected:
  void SetUp() override {
    RunTest::SetUp();
    std::filesystem::create_directory(folder_ + "/bin");
    std::error_code error;
    std::filesystem::create_hard_link(binary_, folder_ + "/bin/linkgate", error);
    if (error) std::filesystem::copy_file(binary_, folder_ + "/bin/linkgate");
    binary_ = folder_ + "/bin/linkgate";
    for (const char* program : {"store", "egress", "ship", "scan", "respond", "gateway", "click"}) {
      const std::string path = folder_ + "/bin/linkgate-" + program;
      std::ofstream(path) << kScript;
      ::chmod(path.c_str(), 0755);
    }
    ::unsetenv("LINKGATE_STORE_BINARY");
    ::setenv("LOG", (folder_ + "/log").c_str(), 1);
    configure("[[gateway.listener]]\nlisten = \"127.0.0.1:0\"\n");
  }

  pid_t up() {
    const pid_t pid = start({"up", "--config", config()});
    EXPECT_TRUE(wait_until([&] { return runs("click.0"); })) << slurp(folder_ + "/stderr");
    return pid;
  }
  Result<RunFile> file() const { return supervise::read_run_file(DataPaths(data()).run() + "/up.json"); }
  bool runs(const std::string& name) const {
    const auto run = file();
    return run && std::any_of(run->programs.begin(), run->programs.end(), [&](const auto& program) {
             return program.name == name && program.state == "running";
           });
  }
  RunFile::Program program(const std::string& name) const {
    const auto run = file();
    for (const auto& one : run ? run->programs : std::vector<RunFile::Program>{}) {
      if (one.name == name) return one;
    }
    return {};
  }
  std::string address(const std::string& name) const {
    const auto run = file();
    for (const auto& one : run ? run->listeners : std::vector<RunFile::Listener>{}) {
      if (one.name == name) return one.address;
    }
    return "";
  }
  std::vector<std::string> logged(const std::string& ending) const {
    std::vector<std::string> out;
    std::ifstream in(folder_ + "/log");
    for (std::string line; std::getline(in, line);) {
      if (line.ends_with(ending)) out.push_back(line);
    }
    return out;
  }
};

bool connects(const std::string& address) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(static_cast<uint16_t>(std::stoi(address.substr(address.rfind(':') + 1))));
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const bool good = ::connect(fd, reinterpret_cast<sockaddr*>(&to), sizeof to) == 0;
  ::close(fd);
  return good;
}

TEST_F(Up, MakesWhatIsMissingStartsInOrderAndStopsInReverse) {
  const pid_t pid = up();
  struct stat status {};
  ASSERT_EQ(::stat(DataPaths(data()).store_secret().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600U);
  EXPECT_EQ(slurp(DataPaths(data()).store_address()), "http://" + address("store"));
  EXPECT_EQ(run({"wrap", "--recipient", "a@x.test", "https://example.com/"}).code, 0)
      << "the first key seals";
  const std::string log = slurp(folder_ + "/log");
  EXPECT_THAT(log,
              HasSubstr("linkgate-gateway --config " + config() + " --data " + data() + " fds=gateway.0="));
  EXPECT_THAT(
      log, HasSubstr("linkgate-click --config " + config() + " --data " + data() + " --node 0 fds=click.0="));
  EXPECT_LT(log.find("linkgate-store"), log.find("linkgate-ship"));
  EXPECT_LT(log.find("linkgate-scan"), log.find("linkgate-gateway"));
  ::kill(pid, SIGTERM);
  EXPECT_EQ(wait(pid), 0);
  const auto ends = logged(" ends");
  ASSERT_EQ(ends.size(), 7U);
  EXPECT_THAT((std::vector<std::string>{ends[5], ends[6]}),
              testing::UnorderedElementsAre("linkgate-store ends", "linkgate-egress ends"));
  EXPECT_THAT((std::vector<std::string>{ends[0], ends[1]}),
              testing::UnorderedElementsAre("linkgate-gateway ends", "linkgate-click ends"));
  EXPECT_FALSE(file()) << "up.json goes with a clean stop";
}

TEST_F(Up, ASecondOneOnTheSameDataIsRefused) {
  const pid_t pid = up();
  const Outcome second = run({"up"});
  EXPECT_EQ(second.code, 3);
  EXPECT_THAT(second.err, HasSubstr("in use by process " + std::to_string(pid) + ", `linkgate up` ("));
  EXPECT_TRUE(runs("gateway")) << "the first one is not disturbed";
}

TEST_F(Up, AKilledProgramComesBackAndNoConnectionIsRefusedMeanwhile) {
  up();
  const auto before = program("click.0");
  ::kill(before.pid, SIGKILL);
  // Paced, so that what waits stays well within the socket's backlog.
  const std::string clicks = address("click.0");
  EXPECT_TRUE(wait_until([&] {
    EXPECT_TRUE(connects(clicks));
    return program("click.0").restarts > before.restarts;
  }));
  EXPECT_TRUE(wait_until([&] { return runs("click.0"); }));
  EXPECT_NE(program("click.0").pid, before.pid);
}

TEST_F(Up, RestartReturnsWhenTheProgramIsReadyAgain) {
  up();
  const auto before = program("gateway");
  const Outcome restarted = run({"restart", "gateway"});
  EXPECT_EQ(restarted.code, 0) << restarted.err;
  EXPECT_EQ(program("gateway").restarts, before.restarts + 1);
  EXPECT_TRUE(runs("gateway"));
  EXPECT_EQ(program("scan").restarts, 0);
  const Outcome unknown = run({"restart", "gatway"});
  EXPECT_EQ(unknown.code, 2);
  EXPECT_THAT(unknown.err, HasSubstr("there are store, egress, ship, scan, respond, gateway, click.0"));
}

TEST_F(Up, HangupRestartsEveryProgramOnce) {
  const pid_t pid = up();
  ::kill(pid, SIGHUP);
  EXPECT_TRUE(wait_until([&] { return program("click.0").restarts == 1 && runs("click.0"); }));
  for (const char* name : {"store", "egress", "ship", "scan", "gateway"})
    EXPECT_EQ(program(name).restarts, 1) << name;
}

TEST_F(Up, KilledItTakesItsProgramsAlongAndCanBeStartedAgain) {
  const pid_t pid = up();
  std::vector<pid_t> programs;
  for (const char* name : {"store", "egress", "ship", "scan", "gateway", "click.0"})
    programs.push_back(program(name).pid);
  ::kill(pid, SIGKILL);
  wait(pid);
  for (const pid_t one : programs) {
    EXPECT_TRUE(wait_until([&] {
      std::ifstream stat("/proc/" + std::to_string(one) + "/stat");
      std::string number, name, state;
      return !(stat >> number >> name >> state) || state == "Z";
    }));
  }
  EXPECT_FALSE(file()) << "what a dead process left counts as none";
  up();
}

TEST_F(Up, HealthIsToldForEachProgram) {
  up();
  // The scripts answer no health question, so all run and none is well.
  const Outcome status = run({"status", "--format", "csv"});
  EXPECT_EQ(status.code, 1);
  EXPECT_THAT(status.out, HasSubstr("\ngateway,running,"));
  EXPECT_THAT(status.out, HasSubstr(",0,false,cannot connect to unix:"));
}

TEST_F(Up, AnAddressThatIsTakenIsSaidByItsKey) {
  up();
  configure("[[gateway.listener]]\nlisten = \"" + address("gateway.0") + "\"\n");
  const Outcome second = run({"up", "--data", folder_ + "/other"});
  EXPECT_EQ(second.code, 3);
  EXPECT_THAT(second.err, HasSubstr("gateway.listener.listen: cannot listen on "));
}

}  // namespace
}  // namespace linkgate::cli
