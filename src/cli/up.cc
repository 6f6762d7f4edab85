// linkgate up: everything on this machine, until Ctrl-C.
#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <filesystem>
#include <fstream>
#include <thread>

#include "base/log.h"
#include "cli/command.h"
#include "cli/commands.h"
#include "cli/first_start.h"
#include "cli/installed.h"
#include "supervise/data_directory.h"
#include "supervise/data_lock.h"
#include "supervise/machine.h"
#include "supervise/overview.h"
#include "supervise/plan.h"
#include "supervise/run_file.h"
#include "supervise/supervisor.h"

namespace linkgate::cli {
namespace {

namespace asio = boost::asio;
using std::chrono::milliseconds;

// After a kill -9 of the former `up` its programs, which hold the sockets, need a moment to die with it.
constexpr milliseconds kBindPatience{5000}, kBindPause{50};

log::Level level_of(const std::string& name) {
  if (name == "debug") return log::Level::kDebug;
  if (name == "warn") return log::Level::kWarn;
  if (name == "error") return log::Level::kError;
  return log::Level::kInfo;
}

Result<supervise::Sockets> bind_patiently(const Config& config) {
  const auto end = std::chrono::steady_clock::now() + kBindPatience;
  while (true) {
    auto sockets = supervise::Sockets::bind(config);
    const bool taken = !sockets && sockets.error().code() == ErrorCode::kUnavailable;
    if (!taken || std::chrono::steady_clock::now() > end) return sockets;
    std::this_thread::sleep_for(kBindPause);
  }
}

class Up {
 public:
  Up(const Config& config, supervise::Sockets sockets)
      : config_(config),
        paths_(config.data),
        sockets_(std::move(sockets)),
        supervisor_(io_, {}),
        signals_(io_, SIGINT, SIGTERM, SIGHUP) {}

  Result<int> run(bool own_users) {
    for (auto& program : supervise::plan_programs(config_, sockets_, installed_program, own_users))
      supervisor_.add(std::move(program));
    const std::string control = paths_.run() + "/up.control";
    TRY_ASSIGN(overview_, supervise::serve_overview(io_, config_.admin_listen, supervisor_, paths_));
    TRY_ASSIGN(control_, supervise::serve_control(io_, control, supervisor_, paths_));
    run_file_.control = "unix:" + control;
    fill_run_file();
    TRY(write_run_file());
    supervisor_.on_change([this] {
      // A full disk is no reason to stop watching; the file is for others to look at.
      if (const auto written = write_run_file(); !written) log::warn("{}", written.error().message());
    });
    watch_signals();
    supervisor_.start([this](bool all_ready) { tell(all_ready); });
    io_.run();
    std::error_code ignored;
    std::filesystem::remove(paths_.run() + "/up.json", ignored);
    return kYes;
  }

 private:
  std::string address(const std::string& name) const {
    const supervise::BoundSocket* socket = sockets_.find(name);
    return socket != nullptr ? socket->address : "";
  }

  void fill_run_file() {
    run_file_.pid = ::getpid();
    run_file_.version = LINKGATE_VERSION;
    run_file_.data = config_.data;
    run_file_.config = config_.file;
    run_file_.admin =
        config_.admin_listen.starts_with("unix:") ? overview_->address() : "http://" + overview_->address();
    run_file_.click_origin = config_.click.origin;
    run_file_.store_url =
        supervise::has_own_store(config_) ? "http://" + address("store") : config_.events.url;
    for (const auto& socket : sockets_.all()) run_file_.listeners.push_back({socket.name, socket.address});
  }

  Result<void> write_run_file() {
    run_file_.programs.clear();
    for (const auto& program : supervisor_.programs()) {
      run_file_.programs.push_back(
          {program.name, std::string(to_string(program.state)), program.pid, program.restarts});
    }
    return supervise::write_run_file(paths_.run() + "/up.json", run_file_);
  }

  void tell(bool all_ready) {
    fmt::print("Linkgate runs{}.\n",
               all_ready ? "" : ", but not all of its programs are ready: see /healthz");
    for (size_t i = 0; i < config_.gateway.listeners.size(); ++i) {
      const auto& listener = config_.gateway.listeners[i];
      fmt::print("  mail     {} {} ({}) -> {}\n", listener.protocol, address(fmt::format("gateway.{}", i)),
                 listener.outbound ? "outbound" : "inbound", listener.next_hop);
    }
    if (config_.gateway.listeners.empty()) fmt::print("  mail     no [[gateway.listener]] is configured\n");
    for (size_t i = 0; i < config_.click.listen.size(); ++i) {
      fmt::print("  clicks   {} for {}\n", address(fmt::format("click.{}", i)), config_.click.origin);
    }
    fmt::print("  hunting  {}://{}\n", config_.portal.tls_certificate.empty() ? "http" : "https",
               address("portal"));
    fmt::print("  health   {0}/healthz  metrics {0}/metrics\n", run_file_.admin);
    fmt::print("  events   {}\n  data     {}\n", run_file_.store_url, config_.data);
    std::fflush(stdout);
  }

  void watch_signals() {
    signals_.async_wait([this](boost::system::error_code error, int number) {
      if (error) return;
      watch_signals();
      if (number == SIGHUP) {
        log::info("restarting all programs, one after another");
        if (const auto begun = supervisor_.restart_all(); !begun) log::warn("{}", begun.error().message());
        return;
      }
      log::info("stopping");
      supervisor_.stop([this] { io_.stop(); });
    });
  }

  const Config& config_;
  DataPaths paths_;
  supervise::Sockets sockets_;
  asio::io_context io_{1};
  supervise::Supervisor supervisor_;
  asio::signal_set signals_;
  std::unique_ptr<net::HttpServer> overview_, control_;
  supervise::RunFile run_file_;
};

Result<int> run_up(Context& context) {
  TRY_ASSIGN(const Config* config, context.installation(/*may_be_new=*/true));
  log::start("up", level_of(config->log_level));
  ::signal(SIGPIPE, SIG_IGN);
  const DataPaths paths(config->data);
  const bool own_users = !config->run_as.empty() && ::geteuid() == 0;
  if (!config->run_as.empty() && !own_users)
    log::warn("linkgate.run_as has no effect: only root can change users");

  TRY(supervise::check_machine(*config, own_users));
  TRY(supervise::prepare_data_directory(*config, own_users));
  TRY_ASSIGN(const auto lock, supervise::DataLock::claim(paths.root + "/lock", "up"));
  TRY(supervise::store_secret(*config, own_users));
  TRY_ASSIGN(const bool first_key, prepare_state(*config));
  TRY(supervise::share_state_files(*config, own_users));
  if (first_key)
    log::info("made the first sealing key; without it no delivered link opens: keep a `linkgate backup`");
  TRY_ASSIGN(auto sockets, bind_patiently(*config));
  if (const auto* store = sockets.find("store")) {
    std::ofstream out(paths.store_address(), std::ios::trunc);
    out << "http://" << store->address;
    if (!out.flush()) return Error(ErrorCode::kIo, paths.store_address() + ": cannot be written");
  }
  Up up(*config, std::move(sockets));
  return up.run(own_users);
}

}  // namespace

void add_up(Commands& commands) {
  commands.add("up", "run everything on this machine until Ctrl-C")
      .notes(
          "Starts linkgate-store, -egress, -ship, -scan, -respond, -gateway, -click and -portal, hands them "
          "their "
          "listening sockets, "
          "starts again\n"
          "what ends, and stops them in order. SIGHUP restarts them one after another; no connection is "
          "refused.")
      .action(run_up);
}

}  // namespace linkgate::cli
