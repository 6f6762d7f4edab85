#include "browser/relay.h"

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <set>
#include <string_view>
#include <utility>

namespace linkgate::browser {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using asio::local::stream_protocol;

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
constexpr size_t kBufferBytes = 16 * 1024;
constexpr std::chrono::milliseconds kAcceptPause{50};  // where no descriptor is left
constexpr std::string_view kRefusal =
    "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

struct Connection {
  explicit Connection(asio::io_context& io) : inside(io), outside(io) {}
  void close() {
    boost::system::error_code ignored;
    inside.close(ignored);
    outside.close(ignored);
  }
  tcp::socket inside;
  stream_protocol::socket outside;
};

// Until one side has nothing more to say; then the other is told.
template <typename From, typename To>
asio::awaitable<void> pump(std::shared_ptr<Connection> connection, From& from, To& to) {
  std::array<char, kBufferBytes> buffer;
  while (true) {
    const auto [read_error, size] = co_await from.async_read_some(asio::buffer(buffer), kAwait);
    if (read_error) break;
    const auto [write_error, written] = co_await asio::async_write(to, asio::buffer(buffer, size), kAwait);
    if (write_error) {
      connection->close();
      co_return;
    }
  }
  boost::system::error_code ignored;
  to.shutdown(asio::socket_base::shutdown_send, ignored);
}

}  // namespace

struct Relay::State {
  State(asio::io_context& context, int listener, std::string path)
      : io(context), acceptor(context), socket_path(std::move(path)) {
    acceptor.assign(tcp::v4(), listener);
  }
  asio::io_context& io;
  tcp::acceptor acceptor;
  std::string socket_path;
  std::set<std::shared_ptr<Connection>> connections;
  uint64_t accepted = 0;
};

namespace {

template <typename State>
asio::awaitable<void> refuse(State& state, Connection& connection) {
  std::array<char, kBufferBytes> ignored;
  co_await connection.inside.async_read_some(asio::buffer(ignored), kAwait);
  co_await asio::async_write(connection.inside, asio::buffer(kRefusal), kAwait);
  (void)state;
}

template <typename State>
asio::awaitable<void> serve(std::shared_ptr<State> state, std::shared_ptr<Connection> connection) {
  if (state->socket_path.empty()) {
    co_await refuse(*state, *connection);
  } else {
    const auto [error] =
        co_await connection->outside.async_connect(stream_protocol::endpoint(state->socket_path), kAwait);
    if (!error) {
      asio::co_spawn(state->io, pump(connection, connection->outside, connection->inside),
                     [state, connection](const std::exception_ptr&) {
                       connection->close();
                       state->connections.erase(connection);
                     });
      co_await pump(connection, connection->inside, connection->outside);
      co_return;
    }
  }
  connection->close();
  state->connections.erase(connection);
}

template <typename State>
asio::awaitable<void> accept_all(std::shared_ptr<State> state) {
  while (state->acceptor.is_open()) {
    auto connection = std::make_shared<Connection>(state->io);
    const auto [error] = co_await state->acceptor.async_accept(connection->inside, kAwait);
    if (error == asio::error::operation_aborted) break;
    if (error) {
      asio::steady_timer pause(state->io, kAcceptPause);
      co_await pause.async_wait(kAwait);
      continue;
    }
    ++state->accepted;
    if (state->connections.size() >= kMaxRelayed) continue;
    state->connections.insert(connection);
    asio::co_spawn(state->io, serve(state, connection), asio::detached);
  }
}

}  // namespace

Relay::Relay(asio::io_context& io, int listener, std::string socket_path)
    : state_(std::make_shared<State>(io, listener, std::move(socket_path))) {
  asio::co_spawn(io, accept_all(state_), asio::detached);
}

Relay::~Relay() {
  boost::system::error_code ignored;
  state_->acceptor.close(ignored);
  for (const auto& connection : state_->connections) connection->close();
  state_->connections.clear();
}

uint64_t Relay::accepted() const { return state_->accepted; }

}  // namespace linkgate::browser
