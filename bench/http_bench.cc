// What HTTP costs a request beside what is done for it: one keep-alive connection, a GET, a redirect.

#include <arpa/inet.h>
#include <benchmark/benchmark.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <string>
#include <thread>

#include "base/check.h"
#include "net/http.h"

namespace linkgate::net {
namespace {

asio::awaitable<HttpResponse> redirect(HttpRequest&) {
  co_return HttpResponse{
      302, {{"Location", "https://site-17.example.org/page?n=17"}, {"Cache-Control", "no-store"}}, {}, {}};
}

int connect_to(const std::string& address) {
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(static_cast<uint16_t>(std::stoi(address.substr(address.rfind(':') + 1))));
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  CHECK(::connect(fd, reinterpret_cast<sockaddr*>(&to), sizeof(to)) == 0);
  return fd;
}

void answer_request(benchmark::State& state) {
  asio::io_context io(1);
  auto server = HttpServer::start(io, {.listen = "127.0.0.1:0"}, redirect).value();
  std::thread thread([&] { io.run(); });
  const int fd = connect_to(server->address());
  const std::string request =
      "GET /?url=https%3A%2F%2Fsite-17.example.org%2Fpage%3Fn%3D17&data=" + std::string(160, 'x') +
      " HTTP/1.1\r\nHost: links.example.net\r\nUser-Agent: Mozilla/5.0 (bench)\r\n"
      "X-Forwarded-For: 10.1.2.3\r\n\r\n";
  char answer[4096];
  for (auto _ : state) {
    CHECK(::send(fd, request.data(), request.size(), 0) == static_cast<ssize_t>(request.size()));
    CHECK(::recv(fd, answer, sizeof(answer), 0) > 0);
  }
  ::close(fd);
  asio::post(io, [&] {
    server.reset();
    io.stop();
  });
  thread.join();
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(answer_request)->UseRealTime()->Unit(benchmark::kNanosecond);

}  // namespace
}  // namespace linkgate::net

BENCHMARK_MAIN();
