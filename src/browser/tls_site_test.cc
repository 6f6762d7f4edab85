// Sites with TLS, behind a proxy that makes tunnels.

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <array>
#include <atomic>

#include "browser/certificates_for_test.h"
#include "browser/world_for_test.h"

namespace linkgate::browser {
namespace {

// Takes CONNECT on a unix socket, and leads all of it to one port of this machine.
class Tunnels {
 public:
  Tunnels(const std::string& path, uint16_t port)
      : port_(port), listener_(::socket(AF_UNIX, SOCK_STREAM, 0)) {
    sockaddr_un address = {};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    if (::bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
        ::listen(listener_, 50) != 0)
      throw std::runtime_error(path);
    ::chmod(path.c_str(), 0777);
    acceptor_ = std::thread([this] { accept_all(); });
  }
  ~Tunnels() {
    is_stopping_ = true;
    acceptor_.join();
    for (std::thread& one : tunnels_) one.join();
    ::close(listener_);
  }

 private:
  static constexpr int kLookMilliseconds = 50;

  void accept_all() {
    while (!is_stopping_) {
      pollfd waiting{listener_, POLLIN, 0};
      if (::poll(&waiting, 1, kLookMilliseconds) <= 0) continue;
      const int client = ::accept(listener_, nullptr, nullptr);
      tunnels_.emplace_back([this, client] { serve(client); });
    }
  }

  void serve(int client) {
    std::string head;
    char octet = 0;
    while (!head.ends_with("\r\n\r\n") && ::read(client, &octet, 1) == 1) head += octet;
    const int site = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_port = htons(port_);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const bool is_connected =
        head.starts_with("CONNECT ") &&
        ::connect(site, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    constexpr std::string_view kYes = "HTTP/1.1 200 OK\r\n\r\n";
    if (is_connected && ::write(client, kYes.data(), kYes.size()) > 0) pass_on(client, site);
    ::close(client);
    ::close(site);
  }

  void pass_on(int one, int other) {
    std::array<char, 16384> buffer;
    while (!is_stopping_) {
      std::array<pollfd, 2> ends{{{one, POLLIN, 0}, {other, POLLIN, 0}}};
      if (::poll(ends.data(), ends.size(), kLookMilliseconds) <= 0) continue;
      for (const auto& [from, to] : {std::pair(0, other), std::pair(1, one)}) {
        if (ends[static_cast<size_t>(from)].revents == 0) continue;
        const ssize_t size = ::read(ends[static_cast<size_t>(from)].fd, buffer.data(), buffer.size());
        if (size <= 0 || ::write(to, buffer.data(), static_cast<size_t>(size)) != size) return;
      }
    }
  }

  const uint16_t port_;
  const int listener_;
  std::atomic<bool> is_stopping_{false};
  std::thread acceptor_;
  std::vector<std::thread> tunnels_;
};

TEST_F(BrowserTest, KnowsWhoVouchesForASite) {
  Issued ca, site;
  issue(ca, "A CA of the test", nullptr, 30);
  issue(site, "shop.example", &ca, 10);
  ca.write(folder_ + "/ca.pem", "");
  site.write(folder_ + "/site.pem", folder_ + "/site.key");
  boost::asio::io_context io(1);
  net::HttpServerOptions server;
  server.listen = "127.0.0.1:0";
  server.tls = net::TlsFiles{folder_ + "/site.pem", folder_ + "/site.key"};
  const auto started =
      net::HttpServer::start(io, server, [](net::HttpRequest&) -> net::asio::awaitable<net::HttpResponse> {
        net::HttpResponse response;
        response.headers = {{"Content-Type", "text/html"}};
        response.body = "<title>A shop</title><p>Welcome";
        co_return response;
      });
  ASSERT_TRUE(started) << started.error().message();
  std::thread thread([&] { io.run(); });
  const std::string address = (*started)->address();
  {
    const Tunnels tunnels(folder_ + "/tls.sock",
                          static_cast<uint16_t>(std::stoi(address.substr(address.rfind(':') + 1))));
    for (const char* ca_file : {"", "/ca.pem"}) {
      PoolOptions wanted = options();
      wanted.browser.proxy_socket = folder_ + "/tls.sock";
      if (*ca_file != '\0') wanted.browser.ca_file = folder_ + ca_file;
      start(wanted);
      const verdict::Page page = look("https://shop.example/");
      EXPECT_EQ(page.title, "A shop") << page.trouble;
      ASSERT_TRUE(page.certificate);
      EXPECT_EQ(page.certificate->subject, "shop.example");
      EXPECT_EQ(page.certificate->issuer, "A CA of the test");
      EXPECT_FALSE(page.certificate->names.empty());
      EXPECT_LT(page.certificate->not_before, SystemClock().now());
      EXPECT_EQ(page.certificate->is_trusted, *ca_file != '\0');
    }
    EXPECT_FALSE(look("https://other.example/").certificate->is_trusted) << "another name";
    pool_.reset();
  }
  io.stop();
  thread.join();
}

}  // namespace
}  // namespace linkgate::browser
