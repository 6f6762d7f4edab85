#pragma once
// For tests: a real linkgate-store on a free port with a data folder of its own, both gone afterwards.

#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <thread>

#include "base/config.h"
#include "store/client.h"
#include "store/open.h"

namespace linkgate::store {

class StoreProcess {
 public:
  // The program: LINKGATE_STORE_BINARY, or beside this test, or in build/bin. Empty: not built; tests then
  // skip, loudly.
  static std::string binary() {
    if (const char* named = getenv("LINKGATE_STORE_BINARY"); named != nullptr && *named != '\0') return named;
    std::error_code ignored;
    const auto beside =
        std::filesystem::read_symlink("/proc/self/exe", ignored).parent_path() / "linkgate-store";
    const auto built = std::filesystem::path(LINKGATE_SOURCE_DIR) / "build/bin/linkgate-store";
    for (const auto& path : {beside, built}) {
      if (std::filesystem::exists(path, ignored)) return path;
    }
    return "";
  }

  StoreProcess() {
    char name[] = "/tmp/linkgate-store-XXXXXX";
    config.data = mkdtemp(name);
    config.events.store_memory_bytes = 1ULL << 30;
    std::ofstream(config.data + "/linkgate.toml")
        << "[events]\nstore_memory_bytes = " << config.events.store_memory_bytes << "\n";
    start();
  }
  ~StoreProcess() {
    stop(SIGTERM);
    std::filesystem::remove_all(config.data);
  }

  // True once it serves.
  bool start() {
    const DataPaths paths(config.data);
    std::filesystem::remove(paths.store_address());
    const std::string program = binary();
    const std::string file = config.data + "/linkgate.toml";
    pid_ = fork();
    if (pid_ == 0) {
      prctl(PR_SET_PDEATHSIG, SIGKILL);  // never outlives the test
      execl(program.c_str(), program.c_str(), "--config", file.c_str(), "--data", config.data.c_str(),
            nullptr);
      _exit(127);
    }
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (std::chrono::steady_clock::now() < deadline && waitpid(pid_, nullptr, WNOHANG) == 0) {
      if (auto options = store_options(config); options && StoreClient(*options).ping()) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    return false;
  }

  // The process's exit status as of waitpid.
  int stop(int signal) {
    if (pid_ <= 0) return 0;
    int status = 0;
    kill(pid_, signal);
    waitpid(pid_, &status, 0);
    pid_ = -1;
    return status;
  }

  std::unique_ptr<StoreClient> client(const std::string& database = "linkgate") const {
    StoreOptions options = store_options(config).value();
    options.database = database;
    return std::make_unique<StoreClient>(options);
  }

  Config config;

 private:
  pid_t pid_ = -1;
};

}  // namespace linkgate::store
