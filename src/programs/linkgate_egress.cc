// linkgate-egress: the one program that dials hosts that strangers name. A proxy on two unix sockets in the
// data directory.

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
#include "egress/service.h"
#include "net/admin.h"

namespace {

using namespace linkgate;
namespace asio = boost::asio;

constexpr int kFailed = 3;

// A file that is refused changes nothing.
void reload(const ProgramStart& start, egress::Service& service) {
  if (start.config.file.empty()) return log::info("SIGHUP: no configuration file, nothing to read");
  const auto config = load_config(start.config.file);
  if (!config) return log::error("SIGHUP: {}", config.error().message());
  const auto configured = service.configure(*config);
  if (!configured) return log::error("SIGHUP: {}", configured.error().message());
  log::info("SIGHUP: routes, ports and networks are read anew");
}

asio::awaitable<void> serve_signals(asio::io_context& io, asio::signal_set& signals,
                                    const ProgramStart& start, egress::Service& service) {
  while (true) {
    const int signal = co_await signals.async_wait(asio::use_awaitable);
    if (signal != SIGHUP) break;
    reload(start, service);
  }
  io.stop();  // a fetch that is cut off is tried again by whoever wants it
}

int fail(const Error& error) {
  log::error("cannot start: {}", error.message());
  return kFailed;
}

}  // namespace

int main(int argc, char** argv) {
  const ProgramStart start = start_program("egress", argc, argv);
  const SystemClock clock;
  asio::io_context io(1);
  asio::signal_set signals(io, SIGTERM, SIGINT, SIGHUP);
  const DataPaths paths(start.config.data);
  std::error_code error;
  std::filesystem::create_directories(paths.run(), error);
  auto service = egress::Service::start(io, start.config, clock);
  if (!service) return fail(service.error());
  const auto admin = net::start_admin(
      io, paths.admin_socket("egress"), [] { return net::Health{}; },
      [] { return metrics::process().exposition(); }, (*service)->requests_handler());
  if (!admin) return fail(admin.error());
  asio::co_spawn(io, serve_signals(io, signals, start, **service), asio::detached);
  announce_ready();
  log::info("requests are taken on {}", paths.egress_socket());
  io.run();
  return 0;
}
