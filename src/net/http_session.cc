#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include "base/ascii.h"
#include "base/log.h"
#include "net/http_connection.h"
#include "net/http_read.h"

namespace linkgate::net {
namespace {

namespace beast = boost::beast;
namespace http = beast::http;
using boost::system::error_code;
using SteadyTime = std::chrono::steady_clock::time_point;

constexpr std::chrono::seconds kWriteTimeout{30};  // of one response, or one chunk of it
constexpr std::chrono::seconds kLingerTimeout{2};  // for a peer to read our answer to what we refused to read
constexpr SteadyTime kNever = SteadyTime::max();
constexpr size_t kUsualHeaders = 16;  // of a browser's request: room that is had at once

void describe_request(http::request<http::string_body>&& from, const ServerConnection& connection,
                      const AddressSet& trusted, HttpRequest& to) {
  to.method = std::string(from.method_string());
  to.target = std::string(from.target());
  to.headers.reserve(kUsualHeaders);
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
  to.client_address =
      forwarded_for.empty() ? connection.peer : forwarded_client(connection.peer, forwarded_for, trusted);
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
HttpResponse own_answer(const ServerShared& shared, unsigned status) {
  HttpResponse response{
      status, shared.options.refusal_headers, std::string(reason_phrase(status)) + "\n", {}};
  response.headers.emplace_back("Content-Type", "text/plain");
  if (shared.options.common_headers.empty()) response.headers.emplace_back("Cache-Control", "no-store");
  return response;
}

asio::awaitable<HttpResponse> run_handler(ServerShared& shared, HttpRequest& request) {
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
asio::awaitable<bool> write_chunks(ByteStream& stream, ServerConnection& connection, HttpResponse& response,
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
    const auto written = co_await stream.write(asio::buffer(framed));
    if (written.error) co_return false;
    if (!chunk) co_return true;
  }
}

asio::awaitable<bool> write_response(ByteStream& stream, ServerShared& shared, ServerConnection& connection,
                                     HttpResponse& response, bool is_head, bool http_1_0, bool keep_alive) {
  bool streamed = response.next_chunk != nullptr;
  bool bodiless = response.status == 204 || response.status == 304 || response.status < 200;
  ResponseFraming framing;
  framing.http_1_0 = http_1_0;
  framing.chunked = streamed && !http_1_0 && !bodiless;
  framing.has_length = !bodiless && !streamed;
  framing.keep_alive = keep_alive;
  framing.date = shared.date();
  framing.common = shared.common_lines;
  std::string& head = connection.head;
  write_response_head(head, response, framing);
  bool send_body = !bodiless && !is_head;
  if (send_body && framing.chunked && !response.body.empty()) {
    char size[32];
    std::snprintf(size, sizeof(size), "%zx\r\n", response.body.size());
    response.body = size + response.body + "\r\n";
  }
  connection.phase = Phase::kWriting;
  connection.deadline = std::chrono::steady_clock::now() + kWriteTimeout;
  const auto body = send_body ? asio::buffer(response.body) : asio::const_buffer();
  const auto written = co_await stream.write(asio::buffer(head), body);
  if (written.error) co_return false;
  if (!streamed || !send_body) co_return true;
  bool complete = co_await write_chunks(stream, connection, response, framing.chunked);
  co_return complete;
}

// After refusing a request unread: closing with unread bytes in the kernel would reset the connection, and
// the answer with it.
asio::awaitable<void> linger(ByteStream& stream, ServerConnection& connection) {
  error_code ignored;
  connection.socket.shutdown(HttpSocket::shutdown_send, ignored);
  connection.deadline = std::chrono::steady_clock::now() + kLingerTimeout;
  std::array<char, kHttpReadStep> sink;
  for (size_t total = 0; total < (1U << 20);) {
    const auto read = co_await stream.read_some(asio::buffer(sink));
    if (read.error) co_return;
    total += read.size;
  }
}

asio::awaitable<void> refuse(ByteStream& stream, ServerShared& shared, ServerConnection& connection,
                             unsigned status) {
  HttpResponse response = own_answer(shared, status);
  bool written = co_await write_response(stream, shared, connection, response, false, false, false);
  if (written) co_await linger(stream, connection);
}

// One request and its answer. True: another may follow on this connection.
asio::awaitable<bool> serve_one(ByteStream& stream, ServerShared& shared, ServerConnection& connection,
                                beast::flat_buffer& buffer) {
  http::request_parser<http::string_body> parser;
  parser.header_limit(static_cast<uint32_t>(shared.options.max_header_bytes));
  parser.body_limit(shared.options.max_body_bytes);
  error_code error = co_await read_http(stream, buffer, parser, HttpPart::kHeader);
  if (!error && !parser.is_done()) {
    if (ascii::iequals(parser.get()[http::field::expect], "100-continue")) {
      static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
      const auto sent = co_await stream.write(asio::buffer(kContinue));
      error = sent.error;
    }
    if (!error) {
      connection.deadline = std::chrono::steady_clock::now() + shared.options.idle_timeout;
      error = co_await read_http(stream, buffer, parser, HttpPart::kAll);
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

asio::awaitable<void> serve(ByteStream& stream, ServerShared& shared, ServerConnection& connection) {
  beast::flat_buffer buffer(shared.options.max_header_bytes + kHttpBodyReadStep);
  bool first = true;
  for (bool more = true; more;) {
    auto now = std::chrono::steady_clock::now();
    if (buffer.size() == 0) {
      connection.phase = first ? Phase::kReading : Phase::kIdle;
      connection.since = now;
      connection.deadline = now + (first ? shared.options.header_timeout : shared.options.idle_timeout);
      if (!first && shared.stopping) co_return;
      const auto read = co_await stream.read_some(buffer.prepare(kHttpReadStep));
      if (read.error) co_return;
      buffer.commit(read.size);
    }
    first = false;
    connection.phase = Phase::kReading;
    connection.deadline = now + shared.options.header_timeout;
    more = co_await serve_one(stream, shared, connection, buffer);
  }
}

asio::awaitable<bool> read_proxy_header(ServerShared& shared, ServerConnection& connection,
                                        ByteStream& stream) {
  if (!shared.trusted.contains(connection.peer))
    co_return false;  // only proxies may connect where this is on
  std::string bytes;
  for (;;) {
    auto needs = proxy_header_needs(bytes);
    if (!needs) co_return false;
    if (*needs == bytes.size()) break;
    size_t have = bytes.size();
    bytes.resize(*needs);
    while (have < bytes.size()) {
      const auto read = co_await stream.read_some(asio::buffer(bytes.data() + have, bytes.size() - have));
      if (read.error) co_return false;
      have += read.size;
    }
  }
  auto header = parse_proxy_header(bytes);
  if (!header) co_return false;
  if (!header->client.empty()) connection.peer = header->client;
  co_return true;
}

asio::awaitable<void> serve_tls(ServerShared& shared, ServerConnection& connection) {
  const auto stream =
      tls_server_stream(connection.socket, shared.tls->current(std::chrono::steady_clock::now()));
  const error_code error = co_await stream->handshake();
  if (error) co_return;
  connection.secure = true;
  co_await serve(*stream, shared, connection);
  if (!connection.socket.is_open()) co_return;
  connection.deadline = std::chrono::steady_clock::now() + kLingerTimeout;
  co_await stream->shutdown();
}

}  // namespace

asio::awaitable<void> run_session(std::shared_ptr<ServerShared> shared,
                                  std::shared_ptr<ServerConnection> connection) {
  connection->deadline = std::chrono::steady_clock::now() + shared->options.header_timeout;
  bool ready = true;
  const auto plain = plain_stream(connection->socket);
  if (shared->options.proxy_protocol) ready = co_await read_proxy_header(*shared, *connection, *plain);
  if (ready && shared->tls) {
    co_await serve_tls(*shared, *connection);
  } else if (ready) {
    co_await serve(*plain, *shared, *connection);
  }
  connection->close();
}

}  // namespace linkgate::net
