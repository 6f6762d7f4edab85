#pragma once
// For tests: runs the real binary that lies beside the test, in a folder of the test's own.

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "base/folder_for_test.h"

namespace linkgate::cli {

inline std::string slurp(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

inline std::string beside_test(const std::string& program) {
  return (std::filesystem::read_symlink("/proc/self/exe").parent_path() / program).string();
}

struct Outcome {
  int code = -1;
  std::string out, err;
};

class RunTest : public FolderTest {
 protected:
  void SetUp() override {
    ::unsetenv("LINKGATE_CONFIG");
    configure("");
  }
  void TearDown() override {
    for (const pid_t pid : children_) {
      ::kill(pid, SIGKILL);
      ::waitpid(pid, nullptr, 0);
    }
  }

  // [linkgate] and [click] on free ports, and what is given.
  void configure(const std::string& more) {
    std::ofstream(config()) << "[linkgate]\ndata = \"" << folder_
                            << "/data\"\nadmin_listen = \"127.0.0.1:0\"\n"
                            << "[portal]\nlisten = \"127.0.0.1:0\"\n"
                            << "[click]\nlisten = [\"127.0.0.1:0\"]\norigin = \"http://links.test:8480\"\n"
                            << more;
  }
  std::string config() const { return folder_ + "/linkgate.toml"; }
  std::string data() const { return folder_ + "/data"; }

  // With --config unless the first argument says otherwise. Waits for the end.
  Outcome run(std::vector<std::string> arguments, const std::string& input = "") {
    arguments.insert(arguments.end(), {"--config", config()});
    return run_plain(std::move(arguments), input);
  }
  Outcome run_plain(const std::vector<std::string>& arguments, const std::string& input = "") {
    std::ofstream(folder_ + "/stdin") << input;
    int status = 0;
    ::waitpid(spawn(binary_, arguments), &status, 0);
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, slurp(folder_ + "/stdout"),
            slurp(folder_ + "/stderr")};
  }
  pid_t start(const std::vector<std::string>& arguments) {
    const pid_t pid = spawn(binary_, arguments);
    children_.push_back(pid);
    return pid;
  }
  int wait(pid_t pid) {
    int status = 0;
    ::waitpid(pid, &status, 0);
    std::erase(children_, pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }
  static bool wait_until(const std::function<bool()>& holds) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!holds()) {
      if (std::chrono::steady_clock::now() > end) return false;
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return true;
  }

  std::string working_folder_;  // the second empty: where the test runs
  std::string binary_ = beside_test("linkgate");

 private:
  pid_t spawn(const std::string& binary, const std::vector<std::string>& arguments) {
    std::vector<char*> argv = {const_cast<char*>(binary.c_str())};
    for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
    argv.push_back(nullptr);
    const std::string in = folder_ + "/stdin", out = folder_ + "/stdout", err = folder_ + "/stderr";
    const pid_t pid = ::fork();
    if (pid != 0) return pid;
    if (!working_folder_.empty() && ::chdir(working_folder_.c_str()) != 0) ::_exit(126);
    ::dup2(::open(in.c_str(), O_RDONLY | O_CREAT, 0600), STDIN_FILENO);
    ::dup2(::open(out.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600), STDOUT_FILENO);
    ::dup2(::open(err.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600), STDERR_FILENO);
    ::execv(binary.c_str(), argv.data());
    ::_exit(127);
  }
  std::vector<pid_t> children_;
};

}  // namespace linkgate::cli
