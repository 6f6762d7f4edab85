#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <charconv>

#include "base/ascii.h"
#include "net/http_read.h"
#include "net/http_text.h"
#include "net/watchdog.h"

namespace linkgate::net {
namespace {

namespace beast = boost::beast;
namespace http = beast::http;
using boost::system::error_code;
using Protocol = StreamProtocol;
using Socket = StreamSocket;

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
constexpr size_t kMaxResponseHeaderBytes = 64 * 1024;
constexpr auto kNever = std::chrono::steady_clock::time_point::max();

class Connection final : public Watched {
 public:
  explicit Connection(asio::io_context& io) : socket(io), resolver(io) {}
  void on_tick(std::chrono::steady_clock::time_point) override {}
  void on_deadline() override {
    timed_out = true;
    close();
  }
  void close() {
    error_code ignored;
    socket.close(ignored);
    resolver.cancel();
  }
  // An idle connection on which something can be read was closed by the peer (or sent what nobody asked for).
  bool looks_alive() {
    pollfd look{socket.native_handle(), POLLIN | POLLRDHUP, 0};
    return socket.is_open() && poll(&look, 1, 0) == 0;
  }

  Socket socket;
  asio::ip::tcp::resolver resolver;
  beast::flat_buffer buffer;
  bool timed_out = false;
  bool used = false;  // has answered a request before
};

struct Endpoint {
  std::string unix_path;  // empty: TCP
  std::string host, port;
  std::string host_header = "localhost";
};

Result<Endpoint> parse_endpoint(std::string_view text) {
  Endpoint endpoint;
  if (text.starts_with("unix:")) {
    endpoint.unix_path = std::string(text.substr(5));
    if (endpoint.unix_path.empty() || endpoint.unix_path.size() >= sizeof(sockaddr_un::sun_path)) {
      return Error(ErrorCode::kInvalidArgument, "unix socket path is empty or too long");
    }
    return endpoint;
  }
  if (!text.starts_with("http://")) {
    return Error(ErrorCode::kInvalidArgument,
                 "endpoint '" + std::string(text) + "' is neither http:// nor unix:");
  }
  text.remove_prefix(7);
  text = text.substr(0, text.find('/'));
  endpoint.host_header = std::string(text);
  size_t colon = text.rfind(':');
  if (colon != std::string_view::npos && text.find(']', colon) == std::string_view::npos) {
    endpoint.port = std::string(text.substr(colon + 1));
    text = text.substr(0, colon);
  } else {
    endpoint.port = "80";
  }
  if (text.size() > 2 && text.front() == '[' && text.back() == ']') text = text.substr(1, text.size() - 2);
  if (text.empty()) return Error(ErrorCode::kInvalidArgument, "endpoint without a host");
  endpoint.host = std::string(text);
  return endpoint;
}

struct Pool {
  Pool(asio::io_context& context, HttpClientOptions opts)
      : io(context), options(std::move(opts)), watchdog(std::make_shared<Watchdog>(context)) {}
  asio::io_context& io;
  HttpClientOptions options;
  std::shared_ptr<Watchdog> watchdog;
  std::vector<std::shared_ptr<Connection>> idle;
  bool closed = false;
};

// A connection on loan: watched while it is used, back in the pool or closed afterwards, also when the
// coroutine dies.
class Loan {
 public:
  Loan(std::shared_ptr<Pool> pool, std::shared_ptr<Connection> connection)
      : pool_(std::move(pool)), connection_(std::move(connection)) {
    pool_->watchdog->add(connection_);
  }
  ~Loan() {
    pool_->watchdog->remove(*connection_);
    connection_->deadline = kNever;
    if (reusable && !pool_->closed && pool_->idle.size() < pool_->options.max_idle_connections) {
      pool_->idle.push_back(std::move(connection_));
    } else {
      connection_->close();
    }
  }
  Loan(const Loan&) = delete;
  Connection& operator*() { return *connection_; }
  Connection* operator->() { return connection_.get(); }
  bool reusable = false;

 private:
  std::shared_ptr<Pool> pool_;
  std::shared_ptr<Connection> connection_;
};

Error unavailable(const Pool& pool, const Connection& connection, const error_code& error) {
  if (connection.timed_out) {
    return Error(ErrorCode::kTimeout, pool.options.endpoint + " could not be connected to in time");
  }
  return Error(ErrorCode::kUnavailable,
               "cannot connect to " + pool.options.endpoint + ": " + error.message());
}

asio::awaitable<Result<void>> connect(Pool& pool, Connection& connection) {
  CO_TRY_ASSIGN(Endpoint endpoint, parse_endpoint(pool.options.endpoint));
  connection.deadline = std::chrono::steady_clock::now() + pool.options.connect_timeout;
  std::vector<Protocol::endpoint> candidates;
  if (!endpoint.unix_path.empty()) {
    candidates.emplace_back(asio::local::stream_protocol::endpoint(endpoint.unix_path));
  } else {
    error_code not_literal;
    auto address = asio::ip::make_address(endpoint.host, not_literal);
    uint16_t port = 0;
    std::from_chars(endpoint.port.data(), endpoint.port.data() + endpoint.port.size(), port);
    if (!not_literal) {
      candidates.emplace_back(asio::ip::tcp::endpoint(address, port));
    } else {
      auto [error, found] = co_await connection.resolver.async_resolve(endpoint.host, endpoint.port, kAwait);
      if (error) co_return unavailable(pool, connection, error);
      for (const auto& one : found) candidates.emplace_back(one.endpoint());
    }
  }
  error_code last = asio::error::host_not_found;
  for (const auto& candidate : candidates) {
    error_code ignored;
    connection.socket.close(ignored);
    auto [error] = co_await connection.socket.async_connect(candidate, kAwait);
    last = error;
    if (!error && !connection.timed_out) {
      if (candidate.protocol().family() != AF_UNIX) {
        connection.socket.set_option(asio::ip::tcp::no_delay(true), ignored);
      }
      co_return Result<void>();
    }
    if (connection.timed_out) break;
  }
  co_return unavailable(pool, connection, last);
}

struct Attempt {
  Result<HttpResponse> result;
  bool peer_was_gone =
      false;  // closed before a byte of the answer came: a kept-alive connection may be retried
};

Error broken(const Pool& pool, const Connection& connection, const error_code& error) {
  if (connection.timed_out)
    return Error(ErrorCode::kTimeout, pool.options.endpoint + " did not answer in time");
  if (error == http::error::body_limit || error == http::error::header_limit) {
    return Error(ErrorCode::kLimit, "the answer of " + pool.options.endpoint + " is larger than its limit");
  }
  return Error(ErrorCode::kIo, pool.options.endpoint + " broke off: " + error.message());
}

asio::awaitable<Attempt> exchange(Pool& pool, Loan& loan, std::string_view method, std::string_view head,
                                  std::string_view body) {
  Connection& connection = *loan;
  connection.deadline = std::chrono::steady_clock::now() + pool.options.timeout;
  const auto stream = plain_stream(connection.socket);
  const auto written = co_await stream->write(asio::buffer(head), asio::buffer(body));
  // A peer that refuses a request early answers and closes: its answer is worth reading also after a failed
  // write.
  http::response_parser<http::string_body> parser;
  parser.header_limit(kMaxResponseHeaderBytes);
  parser.body_limit(pool.options.max_response_bytes);
  parser.skip(method == "HEAD");
  error_code read_error = co_await read_http(*stream, connection.buffer, parser, HttpPart::kHeader);
  if (!read_error) read_error = co_await read_http(*stream, connection.buffer, parser, HttpPart::kAll);
  if (read_error) {
    bool nothing_came = !parser.got_some() && !connection.timed_out;
    co_return Attempt{broken(pool, connection, written.error ? written.error : read_error), nothing_came};
  }
  HttpResponse response;
  response.status = parser.get().result_int();
  for (const auto& field : parser.get()) {
    response.headers.emplace_back(std::string(field.name_string()), std::string(field.value()));
  }
  loan.reusable = parser.get().keep_alive() && !written.error && !parser.need_eof();
  connection.used = true;
  response.body = std::move(parser.get().body());
  co_return Attempt{std::move(response), false};
}

std::shared_ptr<Connection> take_idle(Pool& pool) {
  while (!pool.idle.empty()) {
    auto connection = std::move(pool.idle.back());
    pool.idle.pop_back();
    if (connection->looks_alive()) return connection;
    connection->close();
  }
  return std::make_shared<Connection>(pool.io);
}

asio::awaitable<Result<HttpResponse>> run(std::shared_ptr<Pool> pool, std::string method, std::string head,
                                          std::string_view body) {
  for (int attempt = 0;; ++attempt) {
    Loan loan(pool, attempt == 0 ? take_idle(*pool) : std::make_shared<Connection>(pool->io));
    bool kept_alive = loan->used;
    if (!kept_alive) {
      auto connected = co_await connect(*pool, *loan);
      if (!connected) co_return std::move(connected).error();
    }
    Attempt outcome = co_await exchange(*pool, loan, method, head, body);
    if (outcome.result || !kept_alive || !outcome.peer_was_gone) co_return std::move(outcome.result);
  }
}

class BeastHttpClient final : public HttpClient {
 public:
  BeastHttpClient(asio::io_context& io, HttpClientOptions options)
      : pool_(std::make_shared<Pool>(io, std::move(options))) {
    auto endpoint = parse_endpoint(pool_->options.endpoint);
    if (endpoint) host_header_ = endpoint->host_header;
  }
  ~BeastHttpClient() override {
    pool_->closed = true;
    for (auto& connection : pool_->idle) connection->close();
    pool_->idle.clear();
  }

  asio::awaitable<Result<HttpResponse>> request(std::string_view method, std::string_view target,
                                                const Headers& headers, std::string_view body) override {
    // The coroutine may outlive this client: it gets the pool, and a head of its own.
    return run(pool_, std::string(method), request_head(method, target, headers, host_header_, body.size()),
               body);
  }

 private:
  std::shared_ptr<Pool> pool_;
  std::string host_header_ = "localhost";
};

}  // namespace

std::unique_ptr<HttpClient> HttpClient::create(asio::io_context& io, HttpClientOptions options) {
  return std::make_unique<BeastHttpClient>(io, std::move(options));
}

}  // namespace linkgate::net
