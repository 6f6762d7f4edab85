#include "gateway/gateway.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <thread>

#include "base/log.h"
#include "base/readiness.h"
#include "gateway/contacts.h"
#include "gateway/delivery.h"
#include "mail/signature.h"
#include "net/admin.h"
#include "net/listener.h"

namespace linkgate::gateway {
namespace {

constexpr size_t kMemoryFactor =
    4;  // octets held for each octet received: the message, its parts, a rendering
constexpr std::chrono::seconds kMemoryPatience{30};
constexpr std::chrono::seconds kStopGrace{
    110};  // a transaction waits at most the next hop's time; then connections are closed
constexpr std::chrono::hours kMarkerLifetime{14 * 24};  // longer than any MTA keeps a mail (Postfix: 5 days)
constexpr std::chrono::hours kMarkerSweep{1};
constexpr unsigned kMinWorkers = 4;  // some of them wait for the disk

// Says once for each version of the policies what they ask for that there is not yet.
class PolicyNotices {
 public:
  void look(const DeliveryContext& context) {
    const state::PolicyView& view = *context.policies.current();
    if (told_ && *told_ == view.version) return;
    told_ = view.version;
    for (const verdict::SafeLinksPolicy& policy : view.policies.policies()) {
      if (policy.OnUnscannable != verdict::UnscannableAction::kQuarantine) continue;
      if (context.files.read(context.held_key_file)) continue;
      log::warn(
          "policy '{}': UnscannableAction Quarantine acts as PassWithTip as long as linkgate-respond knows "
          "no mailboxes (mailboxes.imap)",
          policy.Name);
    }
  }

 private:
  std::optional<state::Version> told_;
};

// What a session of one listener asks.
class Listener final : public net::SmtpHandler {
 public:
  Listener(const DeliveryContext& context, GatewayListenerConfig config, MemoryBudget& memory,
           std::shared_ptr<NextHopPool> next_hop, PolicyNotices& notices)
      : context_(context),
        config_(std::move(config)),
        memory_(memory),
        next_hop_(std::move(next_hop)),
        notices_(notices) {}

  asio::awaitable<net::SmtpExtensions> extensions() override {
    const auto known = co_await next_hop_->extensions();
    if (!known) co_return net::SmtpExtensions();
    net::SmtpExtensions offered = *known;
    if (offered.size && (*offered.size == 0 || *offered.size > context_.config.max_message_bytes)) {
      offered.size = context_.config.max_message_bytes;
    }
    co_return offered;
  }

  std::optional<net::SmtpReply> refuse_mail() override {
    if (next_hop_->known_extensions()) return std::nullopt;
    return net::SmtpReply(451, "4.4.1 The next hop does not answer, try again later");
  }

  std::unique_ptr<net::SmtpRoom> room() override { return memory_.room(); }

  asio::awaitable<void> deliver(net::SmtpTransaction& transaction, net::SmtpAnswers& answers) override {
    notices_.look(context_);
    Delivery delivery(context_, config_, *next_hop_, transaction, answers);
    co_await delivery.run();
  }

 private:
  const DeliveryContext& context_;
  const GatewayListenerConfig config_;
  MemoryBudget& memory_;
  std::shared_ptr<NextHopPool> next_hop_;
  PolicyNotices& notices_;
};

class GatewayImpl final : public Gateway {
 public:
  GatewayImpl(asio::io_context& io, GatewayOptions options, const Clock& clock, FileSystem& files)
      : io_(io),
        options_(std::move(options)),
        clock_(clock),
        files_(files),
        metrics_(metrics::process()),
        memory_(options_.config.max_memory_bytes, kMemoryFactor, kMemoryPatience,
                [this](size_t used) { metrics_.memory.set(static_cast<double>(used)); }),
        workers_(std::max(kMinWorkers, std::thread::hardware_concurrency())),
        sweep_(io) {}
  ~GatewayImpl() override { workers_.join(); }

  Result<void> open();
  Result<void> listen();
  std::vector<std::string> addresses() const override {
    std::vector<std::string> all;
    for (const auto& server : servers_) all.push_back(server->address());
    return all;
  }
  void stop(std::function<void()> stopped) override {
    asio::co_spawn(io_, stop_all(std::move(stopped)), asio::detached);
  }

 private:
  Result<void> listen_on(const GatewayListenerConfig& config, size_t index);
  asio::awaitable<void> stop_all(std::function<void()> stopped);
  void sweep_markers();
  net::Health health() const;

  asio::io_context& io_;
  const GatewayOptions options_;
  const Clock& clock_;
  FileSystem& files_;
  Metrics metrics_;
  MemoryBudget memory_;
  Workers workers_;
  asio::steady_timer sweep_;
  std::unique_ptr<state::PolicySnapshots> policies_;
  std::unique_ptr<state::KeySnapshots> keys_;
  std::unique_ptr<state::DeliveryStore> delivered_;
  std::unique_ptr<state::HeldStore> held_;
  std::unique_ptr<events::SpoolWriter> spool_;
  std::unique_ptr<ScanClient> scan_;
  std::optional<mail::SignatureTrust> trust_;
  std::set<std::string> under_way_;
  PolicyNotices notices_;
  OwnNamesCache own_names_;
  std::unique_ptr<DeliveryContext> context_;
  std::vector<std::unique_ptr<Listener>> listeners_;
  std::vector<std::unique_ptr<net::SmtpServer>> servers_;
  std::unique_ptr<net::HttpServer> admin_;
};

Result<void> GatewayImpl::open() {
  const state::StateOptions reading{.location = options_.state_location, .read_only = true};
  const state::StateOptions writing{.location = options_.state_location};
  TRY_ASSIGN(auto policy_store, state::open_policy_store(reading));
  TRY_ASSIGN(policies_, state::PolicySnapshots::start(std::move(policy_store)));
  TRY_ASSIGN(auto key_store, state::open_key_store(reading));
  TRY_ASSIGN(keys_, state::KeySnapshots::start(std::move(key_store)));
  TRY_ASSIGN(delivered_, state::open_delivery_store(writing));
  TRY_ASSIGN(held_, state::open_held_store(writing));
  const std::string spool_directory = options_.paths.spool("gateway");
  TRY(files_.make_directories(spool_directory));
  TRY_ASSIGN(spool_, events::SpoolWriter::open({.directory = spool_directory, .program = "gateway"}, files_));
  TRY_ASSIGN(std::string host, host_of_origin(options_.click_origin));
  if (!options_.config.signature_trust.empty()) {
    TRY_ASSIGN(const std::string pem, files_.read(options_.config.signature_trust));
    TRY_ASSIGN(trust_, mail::SignatureTrust::from_pem(pem));
  }
  scan_ = std::make_unique<ScanClient>(io_, options_.paths.scan_socket());
  context_ = std::make_unique<DeliveryContext>(DeliveryContext{
      options_.config, options_.click_origin, options_.report_mailbox, std::move(host), spool_directory,
      trust_ ? &*trust_ : nullptr, clock_, files_, *policies_, *keys_, *delivered_, *spool_, workers_, *scan_,
      metrics_, under_way_, own_names_, *held_, state::held_key_file(options_.paths.state())});
  notices_.look(*context_);
  return {};
}

Result<void> GatewayImpl::listen() {
  for (size_t i = 0; i < options_.config.listeners.size(); ++i)
    TRY(listen_on(options_.config.listeners[i], i));
  const std::string admin = options_.paths.admin_socket("gateway");
  TRY(files_.make_directories(options_.paths.run()));
  TRY_ASSIGN(admin_,
             net::start_admin(
                 io_, admin, [this] { return health(); }, [this] { return metrics_.registry.exposition(); }));
  sweep_markers();
  return {};
}

Result<void> GatewayImpl::listen_on(const GatewayListenerConfig& config, size_t index) {
  TRY_ASSIGN(net::SmtpNextHop hop, net::SmtpNextHop::parse(config.next_hop));
  net::SmtpClientOptions client{.hop = std::move(hop), .hostname = options_.config.hostname};
  client.reply_timeout = options_.config.next_hop_timeout;
  auto pool = std::make_shared<NextHopPool>(io_, std::move(client));
  listeners_.push_back(std::make_unique<Listener>(*context_, config, memory_, pool, notices_));
  net::SmtpServerOptions server;
  server.protocol = config.protocol == "smtp" ? net::SmtpProtocol::kSmtp : net::SmtpProtocol::kLmtp;
  server.inherited_fd = net::inherited_fd("gateway." + std::to_string(index));
  server.listen = config.listen;
  server.hostname = options_.config.hostname;
  server.xforward_peers = options_.config.xforward_peers;
  server.max_message = options_.config.max_message_bytes;
  server.max_sessions = static_cast<size_t>(options_.config.max_sessions);
  TRY_ASSIGN(auto started, net::SmtpServer::start(io_, std::move(server), *listeners_.back()));
  log::info("{} mail on {}, next hop {}", config.outbound ? "outbound" : "inbound", started->address(),
            config.next_hop);
  servers_.push_back(std::move(started));
  return {};
}

net::Health GatewayImpl::health() const {
  if (!spool_->healthy()) return {false, "spool: " + spool_->trouble()};
  if (keys_->current()->sealing() == nullptr) return {false, "there is no sealing key"};
  if (policies_->in_trouble() || keys_->in_trouble()) return {false, "state cannot be read"};
  return {};
}

void GatewayImpl::sweep_markers() {
  asio::post(workers_, [this] {
    auto dropped = delivered_->drop_markers_before(clock_.now() - kMarkerLifetime);
    if (!dropped) log::warn("old delivered-markers stay: {}", dropped.error().message());
    auto forgotten = delivered_->drop_contacts(clock_.now() - kContactMemory, kMaxContacts);
    if (!forgotten) log::warn("old contacts stay: {}", forgotten.error().message());
  });
  sweep_.expires_after(kMarkerSweep);
  sweep_.async_wait([this](const boost::system::error_code& error) {
    if (!error) sweep_markers();
  });
}

asio::awaitable<void> GatewayImpl::stop_all(std::function<void()> stopped) {
  // All stop accepting at once; then each is waited for.
  size_t left = servers_.size();
  asio::steady_timer done(io_, asio::steady_timer::time_point::max());
  const auto stop_one = [](net::SmtpServer& server, size_t& count,
                           asio::steady_timer& timer) -> asio::awaitable<void> {
    co_await server.stop(kStopGrace);
    if (--count == 0) timer.cancel();
  };
  for (const auto& server : servers_) asio::co_spawn(io_, stop_one(*server, left, done), asio::detached);
  boost::system::error_code ignored;
  if (left > 0) co_await done.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  sweep_.cancel();
  if (admin_ != nullptr) co_await admin_->stop(std::chrono::milliseconds(100));
  stopped();
}

}  // namespace

Result<std::unique_ptr<Gateway>> Gateway::start(asio::io_context& io, GatewayOptions options,
                                                const Clock& clock, FileSystem& files) {
  auto gateway = std::make_unique<GatewayImpl>(io, std::move(options), clock, files);
  TRY(gateway->open());
  TRY(gateway->listen());
  return std::unique_ptr<Gateway>(std::move(gateway));
}

int run_gateway(const Config& config) {
  SystemClock clock;
  asio::io_context io(1);
  GatewayOptions options;
  options.config = config.gateway;
  options.click_origin = config.click.origin;
  options.report_mailbox = config.submissions.mailbox;
  options.paths = DataPaths(config.data);
  options.state_location =
      config.state.location.empty() ? "sqlite:" + options.paths.state() : config.state.location;
  auto gateway = Gateway::start(io, std::move(options), clock, real_file_system());
  if (!gateway) {
    log::error("{}", gateway.error().message());
    return 3;
  }
  asio::signal_set signals(io, SIGTERM, SIGINT);
  signals.async_wait([&](const boost::system::error_code& error, int) {
    if (error) return;
    log::info("stopping: what is under way is delivered first");
    (*gateway)->stop([&io] { io.stop(); });
  });
  announce_ready();
  io.run();
  return 0;
}

}  // namespace linkgate::gateway
