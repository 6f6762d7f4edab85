#pragma once
// Inside the HTTP server: one connection, and what all connections of a server share. For http_server.cc,
// which accepts, and http_session.cc, which speaks. Everything happens on the io_context's thread.

#include <poll.h>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/io_context.hpp>
#include <ctime>
#include <memory>
#include <string>

#include "net/byte_stream.h"
#include "net/http.h"
#include "net/http_text.h"
#include "net/peer.h"
#include "net/tls.h"
#include "net/watchdog.h"

namespace linkgate::net {

using HttpProtocol = StreamProtocol;
using HttpSocket = StreamSocket;

enum class Phase { kIdle, kReading, kHandling, kWriting };

// Watched all its life; closing it makes its coroutine end.
class ServerConnection final : public Watched {
 public:
  explicit ServerConnection(HttpSocket accepted) : socket(std::move(accepted)) {}

  void on_tick(std::chrono::steady_clock::time_point) override {
    // While the handler runs nobody reads the socket, so a client that went would stay unnoticed.
    if (phase != Phase::kHandling || gone->load(std::memory_order_relaxed)) return;
    pollfd look{socket.native_handle(), POLLRDHUP, 0};
    if (poll(&look, 1, 0) == 1) gone->store(true, std::memory_order_relaxed);
  }
  void on_deadline() override { close(); }
  void close() {
    boost::system::error_code ignored;
    socket.close(ignored);
  }

  HttpSocket socket;
  std::string peer;  // address of who connected; empty on unix sockets
  bool secure = false;
  Phase phase = Phase::kReading;
  std::chrono::steady_clock::time_point since{};  // start of the phase
  std::string head;  // of the answer that is being written; its room serves the next
  std::shared_ptr<std::atomic<bool>> gone = std::make_shared<std::atomic<bool>>(false);
};

struct ServerShared : std::enable_shared_from_this<ServerShared> {
  ServerShared(asio::io_context& context, HttpServerOptions opts, HttpHandler h)
      : io(context),
        options(std::move(opts)),
        handler(std::move(h)),
        acceptor(context),
        watchdog(std::make_shared<Watchdog>(context)),
        common_lines(header_lines(options.common_headers)) {}

  std::string_view date() {
    std::time_t now = std::time(nullptr);
    if (now != dated) {
      dated = now;
      date_text = http_date(now);
    }
    return date_text;
  }
  void close_all(bool only_idle) {
    auto connections = watchdog->watched();
    for (const auto& one : connections) {
      auto& connection = static_cast<ServerConnection&>(*one);
      if (!only_idle || connection.phase == Phase::kIdle) connection.close();
    }
  }

  asio::io_context& io;
  HttpServerOptions options;
  HttpHandler handler;
  asio::basic_socket_acceptor<HttpProtocol> acceptor;
  std::shared_ptr<Watchdog> watchdog;
  const std::string common_lines;
  AddressSet trusted;
  std::unique_ptr<TlsContext> tls;
  bool stopping = false;
  size_t connections = 0;

 private:
  std::time_t dated = 0;
  std::string date_text;
};

// Speaks HTTP on a connection until either side is done with it. The caller takes it off the watchdog
// afterwards.
asio::awaitable<void> run_session(std::shared_ptr<ServerShared> shared,
                                  std::shared_ptr<ServerConnection> connection);

}  // namespace linkgate::net
