// linkgate-scan: the verdict service. Feeds in, verdicts out, on a unix socket in the data directory.

#include <signal.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <filesystem>

#include "base/log.h"
#include "base/metrics.h"
#include "base/program.h"
#include "base/readiness.h"
#include "net/admin.h"
#include "scan/service.h"

namespace {

using namespace linkgate;
namespace asio = boost::asio;

constexpr int kFailed = 3;
constexpr std::chrono::seconds kStopGrace{5};

struct Servers {
  std::unique_ptr<net::HttpServer> scan, admin;
};

Result<Servers> start_servers(asio::io_context& io, const Config& config, scan::Service& service) {
  const DataPaths paths(config.data);
  Servers servers;
  net::HttpServerOptions options;
  options.listen = "unix:" + paths.scan_socket();
  options.max_body_bytes = api::kMaxCheckBytes;
  TRY_ASSIGN(servers.scan, net::HttpServer::start(io, options, service.handler()));
  const auto health = [&service] {
    const std::string trouble = service.trouble().empty() ? service.no_browser() : service.trouble();
    return net::Health{trouble.empty(), trouble};
  };
  TRY_ASSIGN(servers.admin, net::start_admin(io, paths.admin_socket("scan"), health,
                                             [] { return metrics::process().exposition(); }));
  return servers;
}

// Feeds alone change while running; a file that is refused changes nothing.
void reload(const ProgramStart& start, scan::Service& service) {
  if (start.config.file.empty()) return log::info("SIGHUP: no configuration file, nothing to read");
  const auto config = load_config(start.config.file);
  if (!config) return log::error("SIGHUP: {}", config.error().message());
  service.configure_feeds(config->scan.feeds);
  log::info("SIGHUP: {} feeds configured", config->scan.feeds.size());
}

asio::awaitable<void> serve_signals(asio::signal_set& signals, const ProgramStart& start,
                                    scan::Service& service, Servers& servers) {
  while (true) {
    const int signal = co_await signals.async_wait(asio::use_awaitable);
    if (signal != SIGHUP) break;
    reload(start, service);
  }
  co_await servers.scan->stop(kStopGrace);
  co_await servers.admin->stop(std::chrono::milliseconds(0));
}

}  // namespace

int main(int argc, char** argv) {
  const ProgramStart start = start_program("scan", argc, argv);
  asio::io_context io(1);
  asio::signal_set signals(io, SIGTERM, SIGINT, SIGHUP);
  std::error_code error;
  std::filesystem::create_directories(DataPaths(start.config.data).run(), error);
  const SystemClock clock;
  auto service = scan::Service::start(start.config, clock);
  if (!service) {
    log::error("cannot start: {}", service.error().message());
    return kFailed;
  }
  auto servers = start_servers(io, start.config, **service);
  if (!servers) {
    log::error("cannot start: {}", servers.error().message());
    return kFailed;
  }
  asio::co_spawn(io, serve_signals(signals, start, **service, *servers), asio::detached);
  announce_ready();
  log::info("verdicts are given on {}", servers->scan->address());
  io.run();
  return 0;
}
