#include "cli/borrowed_store.h"

#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <thread>

#include "cli/installed.h"
#include "net/listener.h"
#include "store/open.h"
#include "supervise/data_directory.h"
#include "supervise/spawn.h"

namespace linkgate::cli {
namespace {

constexpr int kReadyTimeoutMs = 60'000;
constexpr std::chrono::milliseconds kStopPatience{30'000}, kStopPoll{5};
constexpr char kAnyPort[] = "127.0.0.1:0";

}  // namespace

Result<std::unique_ptr<BorrowedStore>> BorrowedStore::open(const Config& config, bool already_runs) {
  std::unique_ptr<BorrowedStore> out(new BorrowedStore);
  TRY_ASSIGN(store::StoreOptions options, already_runs ? store::store_options(config) : out->start(config));
  out->client_ = std::make_unique<store::StoreClient>(std::move(options));
  TRY(out->client_->ping());
  return out;
}

// The secret lies in its file and the socket is handed down, so that neither the command line nor DATA/run
// says anything of this store.
Result<store::StoreOptions> BorrowedStore::start(const Config& config) {
  const bool own_users = !config.run_as.empty() && ::geteuid() == 0;
  store::StoreOptions options{.user = config.events.user, .database = config.events.database};
  TRY(supervise::prepare_data_directory(config, own_users));
  TRY_ASSIGN(options.password, supervise::store_secret(config, own_users));
  TRY_ASSIGN(const int listener, net::open_listener(kAnyPort));
  options.url = "http://" + net::local_address(listener);

  supervise::ProgramSpec spec{.name = "store", .command = {installed_program("store")}};
  spec.sockets = {{"store", listener}};
  if (own_users) spec.user = config.run_as + "-store";
  if (!config.file.empty()) spec.command.insert(spec.command.end(), {"--config", config.file});
  spec.command.insert(spec.command.end(), {"--data", config.data, "--log-level", "warn"});
  const auto started = supervise::spawn(spec);
  ::close(listener);
  if (!started) return started.error();
  pid_ = started->pid;
  pollfd ready{started->ready_fd, POLLIN, 0};
  char byte = 0;
  const bool is_ready = ::poll(&ready, 1, kReadyTimeoutMs) == 1 && ::read(started->ready_fd, &byte, 1) == 1;
  ::close(started->ready_fd);
  if (!is_ready)
    return Error(ErrorCode::kUnavailable, "the event store does not start; see what it says above");
  return options;
}

void BorrowedStore::stop() {
  const std::lock_guard alone(stopping_);
  if (pid_ <= 0) return;
  ::kill(pid_, SIGTERM);
  for (auto waited = std::chrono::milliseconds(0); pid_ > 0 && waited < kStopPatience; waited += kStopPoll) {
    if (::waitpid(pid_, nullptr, WNOHANG) != 0)
      pid_ = -1;
    else
      std::this_thread::sleep_for(kStopPoll);
  }
  if (pid_ <= 0) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

BorrowedStore::~BorrowedStore() { stop(); }

}  // namespace linkgate::cli
