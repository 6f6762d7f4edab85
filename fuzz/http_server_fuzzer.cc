// Any bytes sent to the HTTP server. Laws: whatever comes back begins like an answer, the handler sees no
// header that could break a line, and no connection keeps the server from the next one.
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/write.hpp>

#include "base/check.h"
#include "net/http.h"

using namespace linkgate;
namespace asio = boost::asio;

static asio::awaitable<net::HttpResponse> handle(net::HttpRequest& request) {
  constexpr std::string_view kBreaks("\r\n\0", 3);
  for (const auto& [name, value] : request.headers)
    CHECK((name + value).find_first_of(kBreaks) == std::string::npos);
  CHECK(request.target.find_first_of(" \r\n") == std::string::npos);
  co_return net::HttpResponse{200, {{"X-Target", request.target}}, request.body, {}};
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static asio::io_context io;
  static const std::string path = "/tmp/linkgate-fuzz-http-" + std::to_string(getpid());
  static auto server = net::HttpServer::start(io, {.listen = "unix:" + path, .max_body_bytes = 4096}, handle);
  CHECK(server);
  asio::local::stream_protocol::socket client(io);
  client.connect(path);
  boost::system::error_code error;
  client.non_blocking(true);
  asio::write(client, asio::buffer(data, std::min(size, size_t{60'000})), error);
  client.shutdown(asio::socket_base::shutdown_send, error);
  std::string answer(1 << 17, '\0');
  size_t got = 0;
  for (error = asio::error::would_block; error == asio::error::would_block; io.poll()) {
    got += client.read_some(asio::buffer(answer.data() + got, answer.size() - got), error);
    if (!error) error = asio::error::would_block;
  }
  CHECK(got == 0 || answer.starts_with("HTTP/1.1 "));
  return 0;
}
