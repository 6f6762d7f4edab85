#pragma once
// HTTP/1.1 server and client on Boost.Beast, hidden behind plain values so that Beast stays in few files.

#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace boost::asio {
class io_context;
}

namespace linkgate::net {

namespace asio = boost::asio;

using Headers = std::vector<std::pair<std::string, std::string>>;

struct HttpRequest {
  std::string method;
  std::string target;  // as it came, not decoded
  Headers headers;
  std::string body;
  std::string client_address;  // after PROXY protocol or X-Forwarded-For of a trusted proxy
  bool secure = false;         // TLS here, or said by a trusted proxy
  // First value of a header, any case; empty where absent.
  std::string_view header(std::string_view name) const;
  // Set by the server: becomes true when the client closed its side while the handler runs. Polled by long
  // work.
  std::shared_ptr<std::atomic<bool>> client_gone;
};

struct HttpResponse {
  unsigned status = 200;
  Headers headers;  // Content-Length, Connection and Date are the server's
  std::string body;
  // Where set, body is sent first and then every chunk until nullopt, as Transfer-Encoding: chunked.
  std::function<asio::awaitable<std::optional<std::string>>()> next_chunk;
  // More header lines as they are, each with its CRLF, of static duration: what is the same in many answers.
  std::string_view fixed_lines = {};
};

using HttpHandler = std::function<asio::awaitable<HttpResponse>(HttpRequest&)>;

struct TlsFiles {
  std::string certificate;  // PEM chain
  std::string private_key;  // PEM
};

struct HttpServerOptions {
  int inherited_fd = -1;        // a listening socket (taken over, closed at the end); -1: bind `listen`
  std::string listen;           // "127.0.0.1:8080", "[::1]:0", "unix:/path"
  std::optional<TlsFiles> tls;  // reloaded when the files change (looked at every 10 s)
  // Addresses or CIDR whose X-Forwarded-For and -Proto count; "unix:" stands for whoever connects to a unix
  // socket.
  std::vector<std::string> trusted_proxies;
  bool proxy_protocol = false;  // v1 and v2 expected on every connection from a trusted proxy
  Headers common_headers;       // on every answer, before its own
  Headers refusal_headers;      // on answers that the server gives by itself: 400, 413, 431, 500
  size_t max_header_bytes = 32 * 1024;
  size_t max_body_bytes = 64 * 1024;
  size_t max_connections = 10'000;
  std::chrono::seconds header_timeout{15};
  std::chrono::seconds idle_timeout{60};
};

class HttpServer {
 public:
  static Result<std::unique_ptr<HttpServer>> start(asio::io_context& io, HttpServerOptions options,
                                                   HttpHandler handler);
  virtual ~HttpServer() = default;
  virtual std::string address() const = 0;  // where it listens, port resolved
  // Stops accepting, lets requests under way finish (at most `grace`), then closes.
  virtual asio::awaitable<void> stop(std::chrono::milliseconds grace) = 0;
};

struct HttpClientOptions {
  std::string endpoint;  // "http://127.0.0.1:8123" or "unix:/path"
  std::chrono::milliseconds connect_timeout{2000};
  std::chrono::milliseconds timeout{10'000};
  size_t max_response_bytes = 64ULL << 20;
  size_t max_idle_connections = 16;
};

// Keeps connections alive and retries once on one that the peer had closed. For our own services on loopback
// and unix sockets; hostile hosts are reached by scan's guarded fetch alone. Use from one io_context thread.
// `body` must live until the request is done. Errors: kUnavailable (connect), kTimeout, kLimit (answer too
// large), kIo (broke off).
class HttpClient {
 public:
  static std::unique_ptr<HttpClient> create(asio::io_context& io, HttpClientOptions options);
  virtual ~HttpClient() = default;
  virtual asio::awaitable<Result<HttpResponse>> request(std::string_view method, std::string_view target,
                                                        const Headers& headers, std::string_view body) = 0;
};

}  // namespace linkgate::net
