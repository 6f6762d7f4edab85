#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/log.h"
#include "net/http_connection.h"
#include "net/listener.h"

namespace linkgate::net {
namespace {

using boost::system::error_code;

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
constexpr std::chrono::milliseconds kAcceptRetry{50};  // when there are too many connections or descriptors

std::string peer_address(const HttpSocket& socket) {
  error_code error;
  auto endpoint = socket.remote_endpoint(error);
  if (error || endpoint.protocol().family() == AF_UNIX) return {};
  IpAddress address;
  if (endpoint.protocol().family() == AF_INET6) {
    const auto* v6 = reinterpret_cast<const sockaddr_in6*>(endpoint.data());
    std::copy_n(reinterpret_cast<const uint8_t*>(&v6->sin6_addr), 16, address.bytes.begin());
  } else {
    const auto* v4 = reinterpret_cast<const sockaddr_in*>(endpoint.data());
    address.bytes[10] = address.bytes[11] = 0xff;
    std::copy_n(reinterpret_cast<const uint8_t*>(&v4->sin_addr), 4, address.bytes.begin() + 12);
  }
  return address.text();
}

// The connection that has been waiting longest for a next request makes room for a new one.
bool close_idlest(ServerShared& shared) {
  ServerConnection* idlest = nullptr;
  for (const auto& one : shared.watchdog->watched()) {
    auto& connection = static_cast<ServerConnection&>(*one);
    if (connection.phase != Phase::kIdle || !connection.socket.is_open()) continue;
    if (idlest == nullptr || connection.since < idlest->since) idlest = &connection;
  }
  if (idlest != nullptr) idlest->close();
  return idlest != nullptr;
}

asio::awaitable<void> accept_loop(std::shared_ptr<ServerShared> shared) {
  asio::steady_timer pause(shared->io);
  while (shared->acceptor.is_open()) {
    if (shared->connections >= shared->options.max_connections && !close_idlest(*shared)) {
      pause.expires_after(kAcceptRetry);
      co_await pause.async_wait(kAwait);
      continue;
    }
    HttpSocket socket(shared->io);
    auto [error] = co_await shared->acceptor.async_accept(socket, kAwait);
    if (!shared->acceptor.is_open()) co_return;
    if (error) {  // out of descriptors, or the peer is gone already
      pause.expires_after(kAcceptRetry);
      co_await pause.async_wait(kAwait);
      continue;
    }
    auto connection = std::make_shared<ServerConnection>(std::move(socket));
    connection->peer = peer_address(connection->socket);
    shared->watchdog->add(connection);
    ++shared->connections;
    asio::co_spawn(shared->io, run_session(shared, connection),
                   [shared, connection](std::exception_ptr exception) {
                     if (exception) log::error("http: a connection ended by an exception");
                     connection->close();
                     shared->watchdog->remove(*connection);
                     --shared->connections;
                   });
  }
}

class BeastHttpServer final : public HttpServer {
 public:
  explicit BeastHttpServer(std::shared_ptr<ServerShared> shared, std::string address)
      : shared_(std::move(shared)), address_(std::move(address)) {}
  ~BeastHttpServer() override {
    close_listener();
    shared_->close_all(false);
  }

  std::string address() const override { return address_; }

  asio::awaitable<void> stop(std::chrono::milliseconds grace) override {
    auto shared = shared_;
    close_listener();
    shared->close_all(true);
    asio::steady_timer pause(shared->io);
    auto end = std::chrono::steady_clock::now() + grace;
    while (shared->connections > 0 && std::chrono::steady_clock::now() < end) {
      pause.expires_after(std::chrono::milliseconds(5));
      co_await pause.async_wait(kAwait);
    }
    shared->close_all(false);
  }

 private:
  void close_listener() {
    shared_->stopping = true;
    error_code ignored;
    shared_->acceptor.close(ignored);
  }

  std::shared_ptr<ServerShared> shared_;
  std::string address_;
};

}  // namespace

Result<std::unique_ptr<HttpServer>> HttpServer::start(asio::io_context& io, HttpServerOptions options,
                                                      HttpHandler handler) {
  auto shared = std::make_shared<ServerShared>(io, std::move(options), std::move(handler));
  TRY_ASSIGN(shared->trusted, AddressSet::parse(shared->options.trusted_proxies));
  if (shared->options.tls) {
    TRY_ASSIGN(shared->tls, TlsContext::load(*shared->options.tls));
  }
  int fd = shared->options.inherited_fd;
  if (fd < 0) {
    TRY_ASSIGN(fd, open_listener(shared->options.listen));
  }
  ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK);
  std::string address = local_address(fd);
  int family = address.starts_with("unix:") ? AF_UNIX : address.starts_with('[') ? AF_INET6 : AF_INET;
  error_code error;
  shared->acceptor.assign(HttpProtocol(family, 0), fd, error);
  if (error) {
    ::close(fd);
    return Error(ErrorCode::kIo, "cannot accept on " + address + ": " + error.message());
  }
  asio::co_spawn(io, accept_loop(shared), asio::detached);
  return std::unique_ptr<HttpServer>(new BeastHttpServer(std::move(shared), std::move(address)));
}

}  // namespace linkgate::net
