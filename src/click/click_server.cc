#include "click/click_server.h"

#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <thread>
#include <utility>
#include <vector>

#include "base/log.h"
#include "click/answers.h"
#include "click/click_handler.h"
#include "click/verdict_news.h"
#include "net/admin.h"
#include "net/listener.h"
#include "state/poller.h"

namespace linkgate::click {
namespace {

namespace asio = net::asio;

constexpr std::chrono::seconds kStopGrace{5};
// A form in a mail may carry anything; it is read and thrown away.
constexpr size_t kMaxFormBytes = 1024 * 1024;
// sealed links are at most url::kMaxVisibleLink long, but clients append to them and re-encode them.
constexpr size_t kMaxHeaderBytes = 48 * 1024;

// URLs too long for a link, read from the gateway's store on the node's lookup thread. Opened at the first
// use: most installations never see such a link, and the gateway may not have made its store yet.
class LongUrls {
 public:
  explicit LongUrls(std::string location) : location_(std::move(location)) {}
  Result<std::optional<std::string>> find(const std::string& hash) {
    std::lock_guard lock(mutex_);
    if (!store_) {
      state::StateOptions options;
      options.location = location_;
      options.read_only = true;
      TRY_ASSIGN(store_, state::open_delivery_store(options));
    }
    return store_->url(hash);
  }

 private:
  const std::string location_;
  std::mutex mutex_;
  std::unique_ptr<state::DeliveryStore> store_;
};

struct Worker {
  asio::io_context io{1};
  std::unique_ptr<ClickHandler> handler;
  std::unique_ptr<net::HttpServer> server;
  std::thread thread;
};

std::string machine_name(const std::string& configured) {
  if (!configured.empty()) return configured;
  char name[256] = {};
  if (gethostname(name, sizeof(name) - 1) != 0) return "localhost";
  return name;
}

net::HttpServerOptions server_options(const ClickConfig& config) {
  net::HttpServerOptions options;
  if (!config.tls_certificate.empty()) options.tls = net::TlsFiles{config.tls_certificate, config.tls_key};
  options.trusted_proxies = config.trusted_proxies;
  options.proxy_protocol = config.proxy_protocol;
  options.max_header_bytes = kMaxHeaderBytes;
  options.max_body_bytes = kMaxFormBytes;
  options.common_headers = common_headers(config.origin.starts_with("https://"));
  options.refusal_headers.emplace_back("Content-Security-Policy", kBareCsp);
  return options;
}

class ThreadedClickServer final : public ClickServer {
 public:
  explicit ThreadedClickServer(ClickServerOptions options) : options_(std::move(options)) {
    clock_ = options_.clock != nullptr ? options_.clock : &system_clock_;
  }
  ~ThreadedClickServer() override { stop(); }

  Result<void> start() {
    TRY(open_state());
    TRY(open_node());
    TRY(listen());
    TRY(start_admin_socket());
    asio::co_spawn(workers_.front()->io, follow_changes(workers_.front()->io, *node_), asio::detached);
    for (auto& worker : workers_) {
      worker->thread = std::thread([raw = worker.get()] { raw->io.run(); });
    }
    return {};
  }

  std::string address() const override { return workers_.front()->server->address(); }

  void stop() override {
    for (auto& worker : workers_) {
      if (!worker->thread.joinable()) continue;
      asio::post(worker->io, [raw = worker.get()] {
        asio::co_spawn(raw->io, raw->server->stop(kStopGrace), [raw](std::exception_ptr) { raw->io.stop(); });
      });
    }
    for (auto& worker : workers_) {
      if (worker->thread.joinable()) worker->thread.join();
    }
    admin_.reset();
    workers_.clear();
    if (node_) node_->lookups.join();
    node_.reset();
    spool_.reset();  // seals what is open
  }

 private:
  Result<void> open_state() {
    const Config& config = options_.config;
    std::string location = config.state.location;
    if (location.empty()) location = "sqlite:" + DataPaths(config.data).state();
    state::StateOptions read_only;
    read_only.location = location;
    read_only.read_only = true;
    TRY_ASSIGN(std::unique_ptr<state::PolicyStore> policy_store, state::open_policy_store(read_only));
    TRY_ASSIGN(policies_, state::PolicySnapshots::start(std::move(policy_store)));
    state::StateOptions acknowledging;
    acknowledging.location = location;
    TRY_ASSIGN(std::unique_ptr<state::KeyStore> key_store, state::open_key_store(acknowledging));
    node_name_ = machine_name(config.click.node_name) + "." + std::to_string(options_.node);
    TRY_ASSIGN(keys_, state::KeySnapshots::start(std::move(key_store), node_name_));
    long_urls_ = std::make_unique<LongUrls>(location);
    return {};
  }

  Result<void> open_node() {
    const Config& config = options_.config;
    DataPaths paths(config.data);
    events::SpoolOptions spool;
    spool.directory = paths.spool("click-" + std::to_string(options_.node));
    spool.program = "click-" + std::to_string(options_.node);
    TRY_ASSIGN(spool_, events::SpoolWriter::open(spool, *options_.files));
    Branding branding{config.click.organisation, config.click.contact, {}};
    TRY_ASSIGN(branding.logo, load_logo(config.click.logo, real_file_system()));
    ClickSources sources;
    sources.policies = [this] { return policies_->current(); };
    sources.keys = [this] { return keys_->current(); };
    sources.long_url = [this](const std::string& hash) { return long_urls_->find(hash); };
    sources.scan_socket = paths.scan_socket();
    sources.state_in_trouble = [this] { return policies_->in_trouble() || keys_->in_trouble(); };
    node_ = std::make_unique<ClickNode>(config.click, node_name_, std::move(sources), std::move(branding),
                                        *spool_, *clock_, metrics::process());
    if (node_->host.empty()) {
      return Error(ErrorCode::kInvalidArgument, "click.origin '" + config.click.origin + "' has no host");
    }
    return {};
  }

  // Every worker accepts on its own descriptor of the one listening socket.
  Result<void> listen() {
    const Config& config = options_.config;
    int fd = net::inherited_fd("click." + std::to_string(options_.node));
    if (fd < 0) {
      if (static_cast<size_t>(options_.node) >= config.click.listen.size()) {
        return Error(ErrorCode::kInvalidArgument,
                     "click.listen has no address for node " + std::to_string(options_.node));
      }
      TRY_ASSIGN(fd, net::open_listener(config.click.listen[static_cast<size_t>(options_.node)]));
    }
    int count = options_.workers > 0 ? options_.workers
                                     : static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
    for (int i = 0; i < count; ++i) {
      auto worker = std::make_unique<Worker>();
      worker->handler = std::make_unique<ClickHandler>(worker->io, *node_);
      net::HttpServerOptions options = server_options(config.click);
      options.inherited_fd = i + 1 < count ? ::dup(fd) : fd;
      if (options.inherited_fd < 0) return Error(ErrorCode::kIo, "out of descriptors");
      net::HttpHandler handler = [raw = worker->handler.get()](net::HttpRequest& request) {
        return raw->handle(request);
      };
      TRY_ASSIGN(worker->server, net::HttpServer::start(worker->io, std::move(options), std::move(handler)));
      workers_.push_back(std::move(worker));
    }
    return {};
  }

  Result<void> start_admin_socket() {
    DataPaths paths(options_.config.data);
    TRY(real_file_system().make_directories(paths.run()));
    auto health = [this] {
      node_->metrics.spool_healthy.set(spool_->healthy() ? 1 : 0);
      if (!spool_->healthy()) return net::Health{false, spool_->trouble()};
      if (node_->sources.state_in_trouble()) return net::Health{false, "policies or keys cannot be read"};
      return net::Health{};
    };
    auto exposition = [this] {
      node_->metrics.spool_healthy.set(spool_->healthy() ? 1 : 0);
      return metrics::process().exposition();
    };
    TRY_ASSIGN(admin_,
               net::start_admin(workers_.front()->io, paths.admin_socket(options_.name), health, exposition));
    return {};
  }

  ClickServerOptions options_;
  SystemClock system_clock_;
  const Clock* clock_;
  std::string node_name_;
  std::unique_ptr<state::PolicySnapshots> policies_;
  std::unique_ptr<state::KeySnapshots> keys_;
  std::unique_ptr<LongUrls> long_urls_;
  std::unique_ptr<events::SpoolWriter> spool_;
  std::unique_ptr<ClickNode> node_;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::unique_ptr<net::HttpServer> admin_;
};

}  // namespace

Result<std::unique_ptr<ClickServer>> ClickServer::start(ClickServerOptions options) {
  auto server = std::make_unique<ThreadedClickServer>(std::move(options));
  TRY(server->start());
  return std::unique_ptr<ClickServer>(std::move(server));
}

}  // namespace linkgate::click
