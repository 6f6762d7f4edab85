#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>

#include "base/ascii.h"
#include "base/log.h"
#include "net/http_text.h"
#include "net/listener.h"
#include "net/peer.h"
#include "net/tls.h"
#include "net/watchdog.h"

namespace linkgate::net {
namespace {

namespace beast = boost::beast;
namespace http = beast::http;
using boost::system::error_code;
using Protocol = asio::generic::stream_protocol;  // TCP and unix sockets are one type to everything below
using Socket = Protocol::socket;
using SteadyTime = std::chrono::steady_clock::time_point;

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
constexpr size_t kReadStep = 4096;
constexpr std::chrono::seconds kWriteTimeout{30};  // of one response, or one chunk of it
constexpr std::chrono::seconds kLingerTimeout{2};  // for a peer to read our answer to what we refused to read
constexpr std::chrono::milliseconds kAcceptRetry{50};  // when there are too many connections or descriptors
constexpr SteadyTime kNever = SteadyTime::max();

struct Shared;

enum class Phase { kIdle, kReading, kHandling, kWriting };

class Connection final : public Watched {
 public:
  explicit Connection(Socket accepted) : socket(std::move(accepted)) {}

  void on_tick(SteadyTime) override {
    // While the handler runs nobody reads the socket, so a client that went would stay unnoticed.
    if (phase != Phase::kHandling || gone->load(std::memory_order_relaxed)) return;
    pollfd look{socket.native_handle(), POLLRDHUP, 0};
    if (poll(&look, 1, 0) == 1) gone->store(true, std::memory_order_relaxed);
  }
  void on_deadline() override { close(); }
  void close() {
    error_code ignored;
    socket.close(ignored);
  }

  Socket socket;
  std::string peer;  // address of who connected; empty on unix sockets
  bool secure = false;
  Phase phase = Phase::kReading;
  SteadyTime since{};  // start of the phase
  std::shared_ptr<std::atomic<bool>> gone = std::make_shared<std::atomic<bool>>(false);
};

struct Shared : std::enable_shared_from_this<Shared> {
  Shared(asio::io_context& context, HttpServerOptions opts, HttpHandler h)
      : io(context),
        options(std::move(opts)),
        handler(std::move(h)),
        acceptor(context),
        watchdog(std::make_shared<Watchdog>(context)) {}

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
      auto& connection = static_cast<Connection&>(*one);
      if (!only_idle || connection.phase == Phase::kIdle) connection.close();
    }
  }

  asio::io_context& io;
  HttpServerOptions options;
  HttpHandler handler;
  asio::basic_socket_acceptor<Protocol> acceptor;
  std::shared_ptr<Watchdog> watchdog;
  AddressSet trusted;
  std::unique_ptr<TlsContext> tls;
  bool stopping = false;
  size_t connections = 0;

 private:
  std::time_t dated = 0;
  std::string date_text;
};

std::string peer_address(const Socket& socket) {
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

void describe_request(http::request<http::string_body>&& from, const Connection& connection,
                      const AddressSet& trusted, HttpRequest& to) {
  to.method = std::string(from.method_string());
  to.target = std::string(from.target());
  std::string forwarded_for;
  std::string_view forwarded_proto;
  for (const auto& field : from) {
    std::string_view name = field.name_string();
    std::string_view value = field.value();
    to.headers.emplace_back(name, value);
    if (field.name() == http::field::unknown && ascii::iequals(name, "X-Forwarded-For")) {
      if (!forwarded_for.empty()) forwarded_for += ',';
      forwarded_for += value;
    } else if (ascii::iequals(name, "X-Forwarded-Proto")) {
      forwarded_proto = value;
    }
  }
  to.body = std::move(from.body());
  to.client_address = forwarded_client(connection.peer, forwarded_for, trusted);
  to.secure = connection.secure;
  if (!forwarded_proto.empty() && trusted.contains(connection.peer)) {
    to.secure = ascii::iequals(forwarded_proto, "https");
  }
  to.client_gone = connection.gone;
}

// What a request that cannot be parsed is answered with; 0: nothing, the connection is simply over.
unsigned refusal_status(const error_code& error) {
  if (error == http::error::body_limit) return 413;
  if (error == http::error::header_limit || error == http::error::buffer_overflow) return 431;
  if (error == http::error::end_of_stream || error == http::error::partial_message) return 0;
  return error.category() == error_code(http::error::bad_method).category() ? 400 : 0;
}

// An answer of the server's own, without a handler.
HttpResponse own_answer(const Shared& shared, unsigned status) {
  HttpResponse response{
      status, shared.options.refusal_headers, std::string(reason_phrase(status)) + "\n", {}};
  response.headers.emplace_back("Content-Type", "text/plain");
  if (shared.options.refusal_headers.empty()) response.headers.emplace_back("Cache-Control", "no-store");
  return response;
}

asio::awaitable<HttpResponse> run_handler(Shared& shared, HttpRequest& request) {
  HttpResponse response;
  try {
    response = co_await shared.handler(request);
  } catch (const std::exception& exception) {
    log::error("http: handler threw: {}", exception.what());
    response = own_answer(shared, 500);
  }
  co_return response;
}

// Whether it went through; the next chunk is asked for only when the last one was taken.
template <typename Stream>
asio::awaitable<bool> write_chunks(Stream& stream, Connection& connection, HttpResponse& response,
                                   bool chunked) {
  for (;;) {
    std::optional<std::string> chunk;
    connection.phase = Phase::kHandling;
    connection.deadline = kNever;
    try {
      chunk = co_await response.next_chunk();
    } catch (const std::exception& exception) {
      log::error("http: a streamed answer broke off: {}", exception.what());
      co_return false;  // without the last chunk, so that the client knows
    }
    if (chunk && chunk->empty()) continue;
    std::string framed;
    if (chunked) {
      char size[32];
      std::snprintf(size, sizeof(size), "%zx\r\n", chunk ? chunk->size() : 0);
      framed = size;
    }
    if (chunk) framed += *chunk;
    if (chunked) framed += "\r\n";
    connection.phase = Phase::kWriting;
    connection.deadline = std::chrono::steady_clock::now() + kWriteTimeout;
    auto [error, written] = co_await asio::async_write(stream, asio::buffer(framed), kAwait);
    if (error) co_return false;
    if (!chunk) co_return true;
  }
}

template <typename Stream>
asio::awaitable<bool> write_response(Stream& stream, Shared& shared, Connection& connection,
                                     HttpResponse& response, bool is_head, bool http_1_0, bool keep_alive) {
  bool streamed = response.next_chunk != nullptr;
  bool bodiless = response.status == 204 || response.status == 304 || response.status < 200;
  ResponseFraming framing;
  framing.http_1_0 = http_1_0;
  framing.chunked = streamed && !http_1_0 && !bodiless;
  framing.has_length = !bodiless && !streamed;
  framing.keep_alive = keep_alive;
  framing.date = shared.date();
  std::string head = response_head(response, framing);
  bool send_body = !bodiless && !is_head;
  if (send_body && framing.chunked && !response.body.empty()) {
    char size[32];
    std::snprintf(size, sizeof(size), "%zx\r\n", response.body.size());
    response.body = size + response.body + "\r\n";
  }
  connection.phase = Phase::kWriting;
  connection.deadline = std::chrono::steady_clock::now() + kWriteTimeout;
  std::array<asio::const_buffer, 2> buffers = {
      asio::buffer(head), send_body ? asio::buffer(response.body) : asio::const_buffer()};
  auto [error, written] = co_await asio::async_write(stream, buffers, kAwait);
  if (error) co_return false;
  if (!streamed || !send_body) co_return true;
  bool complete = co_await write_chunks(stream, connection, response, framing.chunked);
  co_return complete;
}

// After refusing a request unread: closing with unread bytes in the kernel would reset the connection, and
// the answer with it.
template <typename Stream>
asio::awaitable<void> linger(Stream& stream, Connection& connection) {
  error_code ignored;
  connection.socket.shutdown(Socket::shutdown_send, ignored);
  connection.deadline = std::chrono::steady_clock::now() + kLingerTimeout;
  std::array<char, kReadStep> sink;
  for (size_t total = 0; total < (1U << 20);) {
    auto [error, size] = co_await stream.async_read_some(asio::buffer(sink), kAwait);
    if (error) co_return;
    total += size;
  }
}

template <typename Stream>
asio::awaitable<void> refuse(Stream& stream, Shared& shared, Connection& connection, unsigned status) {
  HttpResponse response = own_answer(shared, status);
  bool written = co_await write_response(stream, shared, connection, response, false, false, false);
  if (written) co_await linger(stream, connection);
}

// One request and its answer. True: another may follow on this connection.
template <typename Stream>
asio::awaitable<bool> serve_one(Stream& stream, Shared& shared, Connection& connection,
                                beast::flat_buffer& buffer) {
  http::request_parser<http::string_body> parser;
  parser.header_limit(static_cast<uint32_t>(shared.options.max_header_bytes));
  parser.body_limit(shared.options.max_body_bytes);
  auto [header_error, header_size] = co_await http::async_read_header(stream, buffer, parser, kAwait);
  error_code error = header_error;
  if (!error && !parser.is_done()) {
    if (ascii::iequals(parser.get()[http::field::expect], "100-continue")) {
      static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
      auto [continue_error, sent] = co_await asio::async_write(stream, asio::buffer(kContinue), kAwait);
      error = continue_error;
    }
    if (!error) {
      connection.deadline = std::chrono::steady_clock::now() + shared.options.idle_timeout;
      auto [body_error, body_size] = co_await http::async_read(stream, buffer, parser, kAwait);
      error = body_error;
    }
  }
  if (error) {
    unsigned status = refusal_status(error);
    if (status != 0) co_await refuse(stream, shared, connection, status);
    co_return false;
  }
  bool http_1_0 = parser.get().version() < 11;
  bool keep_alive = parser.get().keep_alive();
  bool is_head = parser.get().method() == http::verb::head;
  HttpRequest request;
  describe_request(parser.release(), connection, shared.trusted, request);

  connection.phase = Phase::kHandling;
  connection.deadline = kNever;  // the handler has deadlines of its own
  HttpResponse response = co_await run_handler(shared, request);
  keep_alive = keep_alive && !shared.stopping && !(response.next_chunk && http_1_0);
  bool written = co_await write_response(stream, shared, connection, response, is_head, http_1_0, keep_alive);
  co_return written&& keep_alive;
}

template <typename Stream>
asio::awaitable<void> serve(Stream& stream, Shared& shared, Connection& connection) {
  beast::flat_buffer buffer(shared.options.max_header_bytes + kReadStep);
  bool first = true;
  for (bool more = true; more;) {
    auto now = std::chrono::steady_clock::now();
    if (buffer.size() == 0) {
      connection.phase = first ? Phase::kReading : Phase::kIdle;
      connection.since = now;
      connection.deadline = now + (first ? shared.options.header_timeout : shared.options.idle_timeout);
      if (!first && shared.stopping) co_return;
      auto [error, size] = co_await stream.async_read_some(buffer.prepare(kReadStep), kAwait);
      if (error) co_return;
      buffer.commit(size);
    }
    first = false;
    connection.phase = Phase::kReading;
    connection.deadline = now + shared.options.header_timeout;
    more = co_await serve_one(stream, shared, connection, buffer);
  }
}

asio::awaitable<bool> read_proxy_header(Shared& shared, Connection& connection) {
  if (!shared.trusted.contains(connection.peer))
    co_return false;  // only proxies may connect where this is on
  std::string bytes;
  for (;;) {
    auto needs = proxy_header_needs(bytes);
    if (!needs) co_return false;
    if (*needs == bytes.size()) break;
    size_t have = bytes.size();
    bytes.resize(*needs);
    auto rest = asio::buffer(bytes.data() + have, *needs - have);
    auto [error, size] = co_await asio::async_read(connection.socket, rest, kAwait);
    if (error) co_return false;
  }
  auto header = parse_proxy_header(bytes);
  if (!header) co_return false;
  if (!header->client.empty()) connection.peer = header->client;
  co_return true;
}

asio::awaitable<void> serve_tls(Shared& shared, Connection& connection) {
  auto context = shared.tls->current(std::chrono::steady_clock::now());
  asio::ssl::stream<Socket&> stream(connection.socket, *context);
  auto [error] = co_await stream.async_handshake(asio::ssl::stream_base::server, kAwait);
  if (error) co_return;
  connection.secure = true;
  co_await serve(stream, shared, connection);
  if (!connection.socket.is_open()) co_return;
  connection.deadline = std::chrono::steady_clock::now() + kLingerTimeout;
  co_await stream.async_shutdown(kAwait);  // politeness: whether the peer still listens does not matter
}

asio::awaitable<void> run_connection(std::shared_ptr<Shared> shared, std::shared_ptr<Connection> connection) {
  connection->deadline = std::chrono::steady_clock::now() + shared->options.header_timeout;
  bool ready = true;
  if (shared->options.proxy_protocol) ready = co_await read_proxy_header(*shared, *connection);
  if (ready && shared->tls) {
    co_await serve_tls(*shared, *connection);
  } else if (ready) {
    co_await serve(connection->socket, *shared, *connection);
  }
  connection->close();
}

// The connection that has been waiting longest for a next request makes room for a new one.
bool close_idlest(Shared& shared) {
  Connection* idlest = nullptr;
  for (const auto& one : shared.watchdog->watched()) {
    auto& connection = static_cast<Connection&>(*one);
    if (connection.phase != Phase::kIdle || !connection.socket.is_open()) continue;
    if (idlest == nullptr || connection.since < idlest->since) idlest = &connection;
  }
  if (idlest != nullptr) idlest->close();
  return idlest != nullptr;
}

asio::awaitable<void> accept_loop(std::shared_ptr<Shared> shared) {
  asio::steady_timer pause(shared->io);
  while (shared->acceptor.is_open()) {
    if (shared->connections >= shared->options.max_connections && !close_idlest(*shared)) {
      pause.expires_after(kAcceptRetry);
      co_await pause.async_wait(kAwait);
      continue;
    }
    Socket socket(shared->io);
    auto [error] = co_await shared->acceptor.async_accept(socket, kAwait);
    if (!shared->acceptor.is_open()) co_return;
    if (error) {  // out of descriptors, or the peer is gone already
      pause.expires_after(kAcceptRetry);
      co_await pause.async_wait(kAwait);
      continue;
    }
    auto connection = std::make_shared<Connection>(std::move(socket));
    connection->peer = peer_address(connection->socket);
    shared->watchdog->add(connection);
    ++shared->connections;
    asio::co_spawn(shared->io, run_connection(shared, connection),
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
  explicit BeastHttpServer(std::shared_ptr<Shared> shared, std::string address)
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

  std::shared_ptr<Shared> shared_;
  std::string address_;
};

}  // namespace

Result<std::unique_ptr<HttpServer>> HttpServer::start(asio::io_context& io, HttpServerOptions options,
                                                      HttpHandler handler) {
  auto shared = std::make_shared<Shared>(io, std::move(options), std::move(handler));
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
  shared->acceptor.assign(Protocol(family, 0), fd, error);
  if (error) {
    ::close(fd);
    return Error(ErrorCode::kIo, "cannot accept on " + address + ": " + error.message());
  }
  asio::co_spawn(io, accept_loop(shared), asio::detached);
  return std::unique_ptr<HttpServer>(new BeastHttpServer(std::move(shared), std::move(address)));
}

}  // namespace linkgate::net
