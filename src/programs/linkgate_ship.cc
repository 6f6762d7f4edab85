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
#include "store/open.h"
#include "store/shipper.h"

using namespace linkgate;

namespace {

constexpr std::chrono::milliseconds kStoreRetry{250};

class StoreSink final : public store::EventSink {
 public:
  explicit StoreSink(store::StoreClient& client) : client_(client) {}
  Result<void> insert(std::string_view table, const std::vector<std::string_view>& lines,
                      std::string_view token) override {
    return client_.insert(table, lines, token);
  }

 private:
  store::StoreClient& client_;
};

void wait_for_stop(const StopSignal& stop, std::chrono::milliseconds at_most) {
  pollfd look{stop.fd(), POLLIN, 0};
  (void)poll(&look, 1, static_cast<int>(at_most.count()));
}

// Keeps trying until the store is there, its tables are as they should be, or we are told to stop (null).
std::unique_ptr<store::StoreClient> open_store(const Config& config, StopSignal& stop) {
  std::string said;
  while (!stop.arrived()) {
    auto opened = [&]() -> Result<std::unique_ptr<store::StoreClient>> {
      TRY_ASSIGN(auto options, store::store_options(config));
      auto client = std::make_unique<store::StoreClient>(std::move(options));
      TRY(store::migrate(*client));
      TRY(store::apply_retention(*client, config.events.retention_days));
      return client;
    }();
    if (opened) return std::move(*opened);
    if (opened.error().message() != said)
      log::warn("waiting for the event store: {}", opened.error().message());
    said = opened.error().message();
    wait_for_stop(stop, kStoreRetry);
  }
  return nullptr;
}

// /healthz and /metrics, on a thread of their own.
class Admin {
 public:
  Result<void> start(const std::string& socket) {
    TRY_ASSIGN(server_, net::start_admin(
                            io_, socket, [] { return net::Health{}; },
                            [] { return metrics::process().exposition(); }));
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
  Admin admin;
  TRY(admin.start(paths.admin_socket("ship")));
  announce_ready();
  const auto client = open_store(start.config, stop);
  if (client == nullptr) return {};
  log::info("shipping {}", paths.spools());
  StoreSink sink(*client);
  SystemClock clock;
  store::Shipper shipper({.spools = paths.spools()}, sink, files, clock);
  store::FreshnessFile freshness(paths, files);
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
