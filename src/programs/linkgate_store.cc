// linkgate-store: the embedded event engine behind the ClickHouse HTTP protocol, on loopback.
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include "base/log.h"
#include "base/metrics.h"
#include "base/program.h"
#include "base/readiness.h"
#include "engine/confine.h"
#include "engine/service.h"
#include "engine/store_files.h"
#include "net/admin.h"
#include "net/http.h"
#include "net/listener.h"

using namespace linkgate;
namespace asio = net::asio;

namespace {

constexpr size_t kMaxBodyBytes = 256u << 20;  // one INSERT
constexpr std::chrono::seconds kStopGrace{5};
constexpr int kStuckExit = 75;  // sysexits.h: EX_TEMPFAIL; whoever supervises us starts us again

asio::awaitable<void> stop_when_told(StopSignal& stop, asio::posix::stream_descriptor& signal,
                                     net::HttpServer& server, asio::io_context& io) {
  co_await signal.async_wait(asio::posix::stream_descriptor::wait_read, asio::use_awaitable);
  (void)stop.arrived();  // takes the signal, which would else be delivered once it is unblocked
  log::info("stopping");
  co_await server.stop(kStopGrace);
  io.stop();
}

Result<void> serve(const ProgramStart& start, StopSignal& stop) {
  const DataPaths paths(start.config.data);
  TRY_ASSIGN(const engine::StoreFiles files, engine::prepare_store_files(start.config));
  if (auto confined = engine::confine_files(files.writable(), files.readable()); !confined) {
    log::warn("not confined to its own files: {}", confined.error().message());
  }
  TRY_ASSIGN(const auto database, engine::Database::open(files.database));
  engine::ServiceOptions options{.credentials = {start.config.events.user, files.secret}};
  options.on_stuck = [](const std::string& id) {
    log::error("the engine does not come back from query {}, which was ended; starting anew", id);
    std::_Exit(kStuckExit);
  };
  options.limits.max_memory_bytes = start.config.events.store_memory_bytes / 2;
  engine::StoreService service(*database, options);

  asio::io_context io(1);
  net::HttpServerOptions http{.inherited_fd = net::inherited_fd("store"),
                              .listen = start.config.events.store_listen};
  http.max_body_bytes = kMaxBodyBytes;
  const bool alone = http.inherited_fd < 0;
  TRY_ASSIGN(const auto server, net::HttpServer::start(io, http, [&service](net::HttpRequest& request) {
               return service.handle(request);
             }));
  TRY_ASSIGN(const auto admin, net::start_admin(
                                   io, paths.admin_socket("store"), [] { return net::Health{}; },
                                   [] { return metrics::process().exposition(); }));
  if (alone) TRY(engine::publish_address(paths, server->address()));
  log::info("serving {} on {}", files.database.data, server->address());
  announce_ready();
  asio::posix::stream_descriptor signal(io, ::dup(stop.fd()));
  asio::co_spawn(io, stop_when_told(stop, signal, *server, io), asio::detached);
  io.run();
  return {};
}

}  // namespace

int main(int argc, char** argv) {
  const ProgramStart start = start_program("store", argc, argv);
  StopSignal stop;
  if (auto served = serve(start, stop); !served) {
    log::error("{}", served.error().message());
    return 3;
  }
  return 0;
}
