// linkgate-ship: drains the spools of all programs into the event store.
#include <poll.h>

#include <boost/asio/io_context.hpp>
#include <thread>

#include "base/log.h"
#include "base/metrics.h"
#include "base/program.h"
#include "base/readiness.h"
#include "net/admin.h"
#include "store/freshness.h"
#include "store/shipper.h"
#include "store/store_sink.h"

using namespace linkgate;

namespace {

void wait_for_stop(const StopSignal& stop, std::chrono::milliseconds at_most) {
  pollfd look{stop.fd(), POLLIN, 0};
  (void)poll(&look, 1, static_cast<int>(at_most.count()));
}

// /healthz and /metrics, on a thread of their own.
class Admin {
 public:
  Result<void> start(const std::string& socket, const store::Shipper& shipper) {
    const auto health = [&shipper] {
      const std::string trouble = shipper.trouble();
      return net::Health{.ok = trouble.empty(), .trouble = trouble};
    };
    TRY_ASSIGN(server_,
               net::start_admin(io_, socket, health, [] { return metrics::process().exposition(); }));
    thread_ = std::thread([this] { io_.run(); });
    return {};
  }
  ~Admin() {
    io_.stop();
    if (thread_.joinable()) thread_.join();
  }

 private:
  boost::asio::io_context io_{1};
  std::unique_ptr<net::HttpServer> server_;
  std::thread thread_;
};

Result<void> run(const ProgramStart& start, StopSignal& stop) {
  const DataPaths paths(start.config.data);
  FileSystem& files = real_file_system();
  TRY(files.make_directories(paths.spools()));
  TRY(files.make_directories(paths.run()));
  SystemClock clock;
  store::StoreSink sink(start.config);
  store::Shipper shipper({.spools = paths.spools()}, sink, files, clock);
  store::FreshnessFile freshness(paths, files);
  Admin admin;
  TRY(admin.start(paths.admin_socket("ship"), shipper));
  log::info("shipping {}", paths.spools());
  announce_ready();
  shipper.run([&] { return stop.arrived(); },
              [&](std::chrono::milliseconds at_most) {
                freshness.tell(shipper.fresh_until(), clock.now());
                wait_for_stop(stop, at_most);
              });
  return {};
}

}  // namespace

int main(int argc, char** argv) {
  const ProgramStart start = start_program("ship", argc, argv);
  StopSignal stop;
  if (auto ran = run(start, stop); !ran) {
    log::error("{}", ran.error().message());
    return 3;
  }
  return 0;
}
