// The HTTP server and client against each other, and the server against raw bytes, all over real sockets on
// loopback.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <filesystem>
#include <thread>

#include "net/admin.h"
#include "net/http.h"
#include "net/listener.h"

namespace linkgate::net {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;
using namespace std::chrono_literals;

// A server on its own thread. Tests stop it, or let it stop itself.
class TestServer {
 public:
  explicit TestServer(HttpHandler handler, HttpServerOptions options = {}) {
    if (options.listen.empty()) options.listen = "127.0.0.1:0";
    auto started = HttpServer::start(io_, options, std::move(handler));
    if (!started) throw std::runtime_error(started.error().message());
    server_ = std::move(*started);
    thread_ = std::thread([this] { io_.run(); });
  }
  ~TestServer() { stop(100ms); }
  void stop(std::chrono::milliseconds grace) {
    if (!thread_.joinable()) return;
    asio::co_spawn(io_, server_->stop(grace), asio::detached);
    thread_.join();
  }
  std::string address() const { return server_->address(); }
  std::string endpoint() const { return address().starts_with("unix:") ? address() : "http://" + address(); }

 private:
  asio::io_context io_;
  std::unique_ptr<HttpServer> server_;
  std::thread thread_;
};

// Runs a client coroutine to its end.
template <typename Body>
void run(Body body) {
  asio::io_context io;
  std::exception_ptr failure;
  asio::co_spawn(io, body(io), [&](std::exception_ptr e) { failure = e; });
  io.run();
  if (failure) std::rethrow_exception(failure);
}

Result<HttpResponse> fetch(const std::string& endpoint, std::string method, std::string target,
                           Headers headers = {}, std::string body = {}, HttpClientOptions options = {}) {
  options.endpoint = endpoint;
  Result<HttpResponse> answer = Error(ErrorCode::kInternal, "not run");
  run([&](asio::io_context& io) -> asio::awaitable<void> {
    auto client = HttpClient::create(io, options);
    answer = co_await client->request(method, target, headers, body);
  });
  return answer;
}

// Sends bytes as they are, half-closes if told, and returns all that comes until the server closes.
std::string raw(const std::string& address, std::string_view bytes, bool half_close = false) {
  asio::io_context io;
  asio::ip::tcp::socket socket(io);
  uint16_t port = static_cast<uint16_t>(std::stoi(address.substr(address.rfind(':') + 1)));
  socket.connect({asio::ip::make_address("127.0.0.1"), port});
  asio::write(socket, asio::buffer(bytes));
  if (half_close) socket.shutdown(asio::ip::tcp::socket::shutdown_send);
  std::string out;
  boost::system::error_code error;
  char buffer[4096];
  for (;;) {
    size_t size = socket.read_some(asio::buffer(buffer), error);
    if (error) return out;
    out.append(buffer, size);
  }
}

asio::awaitable<HttpResponse> echo(HttpRequest& request) {
  HttpResponse response;
  response.headers = {{"Content-Type", "text/plain"}, {"X-Client", request.client_address}};
  response.body = request.method + " " + request.target + " " + request.body;
  co_return response;
}

TEST(Http, RequestsAndAnswersTravelUnchanged) {
  TestServer server(echo);
  auto answer = fetch(server.endpoint(), "POST", "/a%20b?c=d", {{"X-A", "b"}}, std::string(10000, 'x'));
  ASSERT_TRUE(answer) << answer.error().message();
  EXPECT_EQ(answer->status, 200U);
  EXPECT_EQ(answer->body, "POST /a%20b?c=d " + std::string(10000, 'x'));
}

TEST(Http, UnixSocketsWorkLikeTcp) {
  auto path = std::filesystem::temp_directory_path() / ("lg-http-" + std::to_string(getpid()) + ".sock");
  HttpServerOptions options;
  options.listen = "unix:" + path.string();
  TestServer server(echo, options);
  EXPECT_EQ(server.address(), options.listen);
  auto answer = fetch(options.listen, "GET", "/");
  ASSERT_TRUE(answer) << answer.error().message();
  EXPECT_EQ(answer->body, "GET / ");
  std::filesystem::remove(path);
}

TEST(Http, ConnectionsAreKeptAliveAndAClosedOneIsRetried) {
  auto seen = std::make_shared<std::atomic<int>>(0);
  HttpServerOptions options;
  options.idle_timeout = 1s;
  auto first = std::make_unique<TestServer>(echo, options);
  std::string address = first->address();
  run([&](asio::io_context& io) -> asio::awaitable<void> {
    HttpClientOptions client_options;
    client_options.endpoint = "http://" + address;
    auto client = HttpClient::create(io, client_options);
    Headers none;
    auto one = co_await client->request("GET", "/1", none, "");
    EXPECT_TRUE(one);
    first.reset();  // the kept connection is dead now
    HttpServerOptions again;
    again.listen = address;
    first = std::make_unique<TestServer>(echo, again);
    auto two = co_await client->request("GET", "/2", none, "");
    EXPECT_TRUE(two) << (two ? "" : two.error().message());
  });
}

TEST(Http, AStreamedAnswerArrivesWhole) {
  TestServer server([](HttpRequest&) -> asio::awaitable<HttpResponse> {
    HttpResponse response;
    response.body = "start;";
    auto left = std::make_shared<int>(3);
    response.next_chunk = [left]() -> asio::awaitable<std::optional<std::string>> {
      if (*left == 0) co_return std::nullopt;
      --*left;
      co_return *left == 1 ? std::string() : "chunk" + std::to_string(*left) + ";";
    };
    co_return response;
  });
  auto answer = fetch(server.endpoint(), "GET", "/");
  ASSERT_TRUE(answer) << answer.error().message();
  EXPECT_EQ(answer->body, "start;chunk2;chunk0;");
  // HTTP/1.0 knows no chunks: the end of the connection is the end of the body.
  EXPECT_THAT(raw(server.address(), "GET / HTTP/1.0\r\n\r\n"),
              ::testing::EndsWith("\r\n\r\nstart;chunk2;chunk0;"));
}

TEST(Http, HeadAnd204CarryNoBody) {
  TestServer server([](HttpRequest& request) -> asio::awaitable<HttpResponse> {
    HttpResponse response;
    response.status = request.target == "/204" ? 204 : 200;
    response.body = response.status == 204 ? "" : "body";
    co_return response;
  });
  std::string head = raw(server.address(), "HEAD / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(head, HasSubstr("Content-Length: 4\r\n"));
  EXPECT_THAT(head, ::testing::EndsWith("\r\n\r\n"));
  std::string none = raw(server.address(), "GET /204 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(none, ::testing::Not(HasSubstr("Content-Length")));
  auto answer = fetch(server.endpoint(), "HEAD", "/");
  ASSERT_TRUE(answer) << answer.error().message();
  EXPECT_EQ(answer->body, "");
}

TEST(Http, AHandlersHeaderValueCannotEndALine) {
  TestServer server([](HttpRequest&) -> asio::awaitable<HttpResponse> {
    HttpResponse response;
    response.headers = {{"Location", "http://a/\r\nSet-Cookie: x=y\n\0"}};
    co_return response;
  });
  std::string text = raw(server.address(), "GET / HTTP/1.0\r\n\r\n");
  EXPECT_THAT(text, HasSubstr("Location: http://a/Set-Cookie: x=y\r\n"));
}

TEST(Http, AThrowingHandlerIsA500) {
  TestServer server([](HttpRequest&) -> asio::awaitable<HttpResponse> {
    throw std::runtime_error("broken");
    co_return HttpResponse{};
  });
  auto answer = fetch(server.endpoint(), "GET", "/");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 500U);
}

struct Refused {
  const char* name;
  std::string bytes;
  const char* status_line;
};

TEST(Http, MalformedAndOversizedRequestsAreRefused) {
  HttpServerOptions options;
  options.max_header_bytes = 2048;
  options.max_body_bytes = 100;
  TestServer server(echo, options);
  const Refused cases[] = {
      {"no request line", "hello\r\n\r\n", "HTTP/1.1 400"},
      {"unknown version", "GET / HTTP/3.0\r\n\r\n", "HTTP/1.1 400"},
      {"space before colon", "GET / HTTP/1.1\r\nHost : a\r\n\r\n", "HTTP/1.1 400"},
      {"header too large", "GET / HTTP/1.1\r\nX: " + std::string(5000, 'a') + "\r\n\r\n", "HTTP/1.1 431"},
      {"target too large", "GET /" + std::string(5000, 'a') + " HTTP/1.1\r\n\r\n", "HTTP/1.1 431"},
      {"body too large", "POST / HTTP/1.1\r\nContent-Length: 101\r\n\r\n" + std::string(101, 'a'),
       "HTTP/1.1 413"},
      {"chunked body too large",
       "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n" + std::string(255, 'a'), "HTTP/1.1 413"},
      {"two lengths", "POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", "HTTP/1.1 400"},
      {"length and chunked",
       "POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "HTTP/1.1 400"},
      {"negative length", "POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", "HTTP/1.1 400"},
  };
  for (const Refused& one : cases) {
    EXPECT_THAT(raw(server.address(), one.bytes), StartsWith(one.status_line)) << one.name;
  }
  EXPECT_EQ(raw(server.address(), "GET / HT", true), "") << "a request that breaks off gets no answer";
}

TEST(Http, ASlowHeaderIsCutOff) {
  HttpServerOptions options;
  options.header_timeout = 1s;
  TestServer server(echo, options);
  auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(raw(server.address(), "GET / HTTP/1.1\r\nHost:"), "");
  EXPECT_LT(std::chrono::steady_clock::now() - start, 5s);
}

TEST(Http, AClientThatGoesIsNoticedWhileTheHandlerRuns) {
  std::atomic<bool> noticed = false;
  TestServer server([&](HttpRequest& request) -> asio::awaitable<HttpResponse> {
    asio::steady_timer pause(co_await asio::this_coro::executor);
    for (int i = 0; i < 500 && !*request.client_gone; ++i) {
      pause.expires_after(10ms);
      co_await pause.async_wait(asio::use_awaitable);
    }
    noticed = request.client_gone->load();
    co_return HttpResponse{};
  });
  HttpClientOptions options;
  options.timeout = 100ms;
  auto answer = fetch(server.endpoint(), "GET", "/", {}, {}, options);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code(), ErrorCode::kTimeout);
  server.stop(5s);
  EXPECT_TRUE(noticed);
}

TEST(Http, StoppingLetsRequestsUnderWayFinish) {
  std::atomic<bool> entered = false;
  TestServer server([&](HttpRequest&) -> asio::awaitable<HttpResponse> {
    asio::steady_timer pause(co_await asio::this_coro::executor);
    pause.expires_after(300ms);
    entered = true;
    co_await pause.async_wait(asio::use_awaitable);
    co_return HttpResponse{200, {}, "done", {}};
  });
  Result<HttpResponse> answer = Error(ErrorCode::kInternal, "not run");
  std::thread client([&] { answer = fetch(server.endpoint(), "GET", "/"); });
  while (!entered) std::this_thread::yield();
  server.stop(5s);
  client.join();
  ASSERT_TRUE(answer) << answer.error().message();
  EXPECT_EQ(answer->body, "done");
}

TEST(Http, TheOldestIdleConnectionMakesRoom) {
  HttpServerOptions options;
  options.max_connections = 2;
  TestServer server(echo, options);
  run([&](asio::io_context& io) -> asio::awaitable<void> {
    HttpClientOptions client_options;
    client_options.endpoint = server.endpoint();
    std::vector<std::unique_ptr<HttpClient>> clients;
    Headers none;
    for (int i = 0; i < 6; ++i) {
      clients.push_back(HttpClient::create(io, client_options));
      auto answer = co_await clients.back()->request("GET", "/", none, "");
      EXPECT_TRUE(answer) << i;
    }
  });
}

TEST(HttpClient, TellsItsTroublesApart) {
  auto refused = fetch("http://127.0.0.1:1", "GET", "/");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), ErrorCode::kUnavailable);
  auto missing = fetch("unix:/nonexistent/socket", "GET", "/");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code(), ErrorCode::kUnavailable);
  auto nonsense = fetch("gopher://a", "GET", "/");
  ASSERT_FALSE(nonsense);
  EXPECT_EQ(nonsense.error().code(), ErrorCode::kInvalidArgument);
  TestServer server([](HttpRequest&) -> asio::awaitable<HttpResponse> {
    co_return HttpResponse{200, {}, std::string(1000, 'x'), {}};
  });
  HttpClientOptions options;
  options.max_response_bytes = 999;
  auto large = fetch(server.endpoint(), "GET", "/", {}, {}, options);
  ASSERT_FALSE(large);
  EXPECT_EQ(large.error().code(), ErrorCode::kLimit);
}

TEST(Http, OnlyATrustedProxySpeaksForItsClient) {
  const Headers forwarded = {{"X-Forwarded-For", "6.6.6.6, 198.51.100.7"}, {"X-Forwarded-For", "10.0.0.9"}};
  TestServer distrusting(echo);
  auto answer = fetch(distrusting.endpoint(), "GET", "/", forwarded);
  ASSERT_TRUE(answer);
  EXPECT_THAT(answer->headers,
              ::testing::Contains(std::pair<std::string, std::string>("X-Client", "127.0.0.1")));
  HttpServerOptions options;
  options.trusted_proxies = {"127.0.0.0/8", "10.0.0.0/8"};
  TestServer trusting(echo, options);
  answer = fetch(trusting.endpoint(), "GET", "/", forwarded);
  ASSERT_TRUE(answer);
  EXPECT_THAT(answer->headers,
              ::testing::Contains(std::pair<std::string, std::string>("X-Client", "198.51.100.7")));
}

TEST(Http, TheProxyProtocolIsExpectedWhereItIsOn) {
  HttpServerOptions options;
  options.trusted_proxies = {"127.0.0.1"};
  options.proxy_protocol = true;
  TestServer server(echo, options);
  EXPECT_THAT(raw(server.address(), "PROXY TCP4 203.0.113.9 127.0.0.1 1 2\r\nGET / HTTP/1.0\r\n\r\n"),
              HasSubstr("X-Client: 203.0.113.9\r\n"));
  std::string v2("\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c\xcb\0\x71\x0a\x7f\0\0\1\0\1\0\2", 28);
  EXPECT_THAT(raw(server.address(), v2 + "GET / HTTP/1.0\r\n\r\n"), HasSubstr("X-Client: 203.0.113.10\r\n"));
  EXPECT_EQ(raw(server.address(), "GET / HTTP/1.0\r\n\r\n"), "");
}

TEST(Admin, HealthAndMetricsAreServedOnAUnixSocket) {
  auto path = (std::filesystem::temp_directory_path() / ("lg-admin-" + std::to_string(getpid()))).string();
  asio::io_context io;
  bool ok = true;
  auto admin = start_admin(
      io, path,
      [&] {
        return ok ? Health{} : Health{false, "the \"disk\" is full\n"};
      },
      [] { return "a_total 1\n"; });
  ASSERT_TRUE(admin) << admin.error().message();
  asio::co_spawn(
      io,
      [](asio::io_context& context, std::string socket, bool& well,
         HttpServer& server) -> asio::awaitable<void> {
        HttpClientOptions options;
        options.endpoint = "unix:" + socket;
        auto client = HttpClient::create(context, options);
        Headers none;
        auto fine = co_await client->request("GET", "/healthz", none, "");
        EXPECT_TRUE(fine && fine->status == 200 && fine->body == "{\"status\":\"ok\"}\n");
        well = false;
        auto ill = co_await client->request("GET", "/healthz", none, "");
        EXPECT_TRUE(ill && ill->status == 503);
        EXPECT_EQ(ill->body, "{\"status\":\"failing\",\"trouble\":\"the \\\"disk\\\" is full\\u000a\"}\n");
        auto metrics = co_await client->request("GET", "/metrics", none, "");
        EXPECT_TRUE(metrics && metrics->body == "a_total 1\n");
        auto absent = co_await client->request("GET", "/other", none, "");
        EXPECT_TRUE(absent && absent->status == 404);
        co_await server.stop(std::chrono::milliseconds(100));
      }(io, path, ok, **admin),
      asio::detached);
  io.run();
  std::filesystem::remove(path);
}

TEST(Listener, SocketsAreHandedDownByName) {
  auto fd = open_listener("127.0.0.1:0");
  ASSERT_TRUE(fd);
  std::string value = "gateway.0=9999,click.1=" + std::to_string(*fd);
  setenv("LINKGATE_FDS", value.c_str(), 1);
  EXPECT_EQ(inherited_fd("click.1"), *fd);
  EXPECT_EQ(inherited_fd("click.0"), -1);
  EXPECT_EQ(inherited_fd("gateway.0"), -1) << "a descriptor that is not open is none";
  unsetenv("LINKGATE_FDS");
  EXPECT_EQ(inherited_fd("click.1"), -1);
  auto taken = open_listener(local_address(*fd));
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().code(), ErrorCode::kUnavailable);
  close(*fd);
}

TEST(Listener, RefusesWhatIsNoAddress) {
  for (const char* bad :
       {"", "127.0.0.1", "127.0.0.1:", "127.0.0.1:70000", "127.0.0.1:1x", "::1:25", "host:25", "unix:"}) {
    auto fd = open_listener(bad);
    ASSERT_FALSE(fd) << bad;
    EXPECT_EQ(fd.error().code(), ErrorCode::kInvalidArgument) << bad;
  }
}

}  // namespace
}  // namespace linkgate::net
