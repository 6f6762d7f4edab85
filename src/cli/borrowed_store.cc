#include "cli/borrowed_store.h"

#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <thread>

#include "cli/event_store.h"
#include "cli/installed.h"
#include "supervise/spawn.h"

namespace linkgate::cli {
namespace {

constexpr int kReadyTimeoutMs = 60'000;
constexpr std::chrono::milliseconds kStopPatience{30'000}, kStopPoll{20};

}  // namespace

Result<std::unique_ptr<BorrowedStore>> BorrowedStore::open(const Config& config, bool already_runs) {
  std::unique_ptr<BorrowedStore> out(new BorrowedStore);
  if (!already_runs) {
    supervise::ProgramSpec spec{
        .name = "store", .command = {installed_program("store")}, .sockets = {}, .stage = 0, .user = ""};
    if (!config.file.empty()) spec.command.insert(spec.command.end(), {"--config", config.file});
    spec.command.insert(spec.command.end(), {"--data", config.data});
    TRY_ASSIGN(const supervise::Spawned started, supervise::spawn(spec));
    out->pid_ = started.pid;
    pollfd ready{started.ready_fd, POLLIN, 0};
    char byte = 0;
    const bool is_ready = ::poll(&ready, 1, kReadyTimeoutMs) == 1 && ::read(started.ready_fd, &byte, 1) == 1;
    ::close(started.ready_fd);
    if (!is_ready)
      return Error(ErrorCode::kUnavailable, "the event store does not start; see what it says above");
  }
  TRY_ASSIGN(out->client_, open_event_store(config));
  TRY(out->client_->ping());
  return out;
}

BorrowedStore::~BorrowedStore() {
  if (pid_ <= 0) return;
  ::kill(pid_, SIGTERM);
  for (auto waited = std::chrono::milliseconds(0); waited < kStopPatience; waited += kStopPoll) {
    if (::waitpid(pid_, nullptr, WNOHANG) != 0) return;
    std::this_thread::sleep_for(kStopPoll);
  }
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

}  // namespace linkgate::cli
