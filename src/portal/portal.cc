#include "portal/portal.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <functional>
#include <memory>

#include "base/ascii.h"
#include "base/file_system.h"
#include "base/log.h"
#include "base/metrics.h"
#include "base/readiness.h"
#include "net/admin.h"
#include "net/listener.h"
#include "portal/callback.h"
#include "portal/check_door.h"
#include "portal/doors.h"
#include "portal/function_library.h"
#include "portal/kusto_request.h"
#include "store/open.h"

namespace linkgate::portal {
namespace {

namespace asio = boost::asio;

constexpr int kFailed = 3;
constexpr size_t kThreads = 16;  // queries at once; each waits for the store
constexpr std::chrono::seconds kStopGrace{5};

// Nothing of ours belongs into a frame, a cache, or a page of somebody else's.
net::Headers fixed_headers() {
  return {{"Cache-Control", "no-store"},
          {"X-Content-Type-Options", "nosniff"},
          {"X-Frame-Options", "DENY"},
          {"Referrer-Policy", "no-referrer"},
          {"Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"}};
}

asio::awaitable<net::HttpResponse> on_pool(Doors& doors, net::HttpRequest& request) {
  co_return doors.answer(request);
}

class Portal {
 public:
  explicit Portal(const Config& config) : config_(config) {}

  Result<void> start(asio::io_context& io) {
    state::StateOptions options;
    options.location =
        config_.state.location.empty() ? "sqlite:" + DataPaths(config_.data).state() : config_.state.location;
    TRY_ASSIGN(tokens_, state::open_token_store(options));
    TRY_ASSIGN(auto functions, state::open_function_store(options));
    functions_ = std::make_unique<FunctionLibrary>(std::move(functions), clock_);
    hunting_ =
        std::make_unique<Hunting>([this] { return store::store_options(config_); }, config_.events.database,
                                  config_.portal.queries_per_user, clock_, functions_.get(), config_.kql,
                                  DataPaths(config_.data).egress_feeds_socket());
    access_ = std::make_unique<Access>(config_.portal, *tokens_);
    TRY_ASSIGN(alerts_, state::open_alert_store(options));
    doors_ = std::make_unique<Doors>(*hunting_, *access_, *alerts_, config_.portal);
    TRY(open_check_door(io, options));
    TRY(listen(io));
    const auto health = [this] {
      const std::string trouble = hunting_->trouble();
      return net::Health{trouble.empty(), trouble};
    };
    const DataPaths paths(config_.data);
    TRY(real_file_system().make_directories(paths.run()));
    TRY_ASSIGN(admin_, net::start_admin(io, paths.admin_socket("portal"), health,
                                        [] { return metrics::process().exposition(); }));
    return {};
  }

  std::string address() const { return server_->address(); }

  asio::awaitable<void> stop() {
    co_await server_->stop(kStopGrace);
    co_await admin_->stop(std::chrono::milliseconds(0));
    pool_.stop();
  }

 private:
  Result<void> open_check_door(asio::io_context& io, state::StateOptions options) {
    options.read_only = true;
    TRY_ASSIGN(auto lists, state::open_policy_store(options));
    TRY_ASSIGN(policies_, state::PolicySnapshots::start(std::move(lists)));
    const DataPaths paths(config_.data);
    if (!config_.portal.callback_hosts.empty()) {
      TRY_ASSIGN(const std::string text, real_file_system().read(config_.portal.callback_key_file));
      const std::string_view key = ascii::trim(text);
      if (key.empty()) return wrong_value(config_, "portal.callback_key_file", "holds no key");
      callbacks_ = std::make_unique<CallbackSender>(
          CallbackSender::Options{config_.portal.callback_hosts, std::string(key), paths.egress_socket()},
          clock_);
    }
    check_door_ = std::make_unique<CheckDoor>(
        io, pool_.get_executor(),
        CheckDoor::Sources{*access_, *policies_, callbacks_.get(), clock_, paths.scan_socket()});
    return {};
  }

  Result<void> listen(asio::io_context& io) {
    net::HttpServerOptions options;
    options.inherited_fd = net::inherited_fd("portal");
    options.listen = config_.portal.listen;
    if (!config_.portal.tls_certificate.empty())
      options.tls = net::TlsFiles{config_.portal.tls_certificate, config_.portal.tls_key};
    options.max_body_bytes = kMaxRequestBytes;
    options.common_headers = fixed_headers();
    const auto handler = [this](net::HttpRequest& request) -> asio::awaitable<net::HttpResponse> {
      if (CheckDoor::is_meant(request.target)) return check_door_->answer(request);
      return asio::co_spawn(pool_.get_executor(), on_pool(*doors_, request), asio::use_awaitable);
    };
    TRY_ASSIGN(server_, net::HttpServer::start(io, std::move(options), handler));
    return {};
  }

  const Config config_;
  const SystemClock clock_;
  std::unique_ptr<state::TokenStore> tokens_;
  std::unique_ptr<FunctionLibrary> functions_;
  std::unique_ptr<Hunting> hunting_;
  std::unique_ptr<Access> access_;
  std::unique_ptr<state::AlertStore> alerts_;
  std::unique_ptr<Doors> doors_;
  std::unique_ptr<state::PolicySnapshots> policies_;
  std::unique_ptr<CallbackSender> callbacks_;  // null where none are configured
  std::unique_ptr<CheckDoor> check_door_;
  std::unique_ptr<net::HttpServer> server_, admin_;
  asio::thread_pool pool_{kThreads};  // last: its threads use all of the above
};

asio::awaitable<void> serve_until_signal(asio::signal_set& signals, Portal& portal) {
  co_await signals.async_wait(asio::use_awaitable);
  co_await portal.stop();
}

}  // namespace

int run_portal(const Config& config) {
  asio::io_context io(1);
  asio::signal_set signals(io, SIGTERM, SIGINT);
  Portal portal(config);
  if (const auto started = portal.start(io); !started) {
    log::error("cannot start: {}", started.error().message());
    return kFailed;
  }
  log::info("hunting is served on {}", portal.address());
  announce_ready();
  asio::co_spawn(io, serve_until_signal(signals, portal), [&io](std::exception_ptr) { io.stop(); });
  io.run();
  return 0;
}

}  // namespace linkgate::portal
