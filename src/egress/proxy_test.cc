// The proxy as its clients see it, before sites on loopback.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <cstring>
#include <filesystem>
#include <future>
#include <nlohmann/json.hpp>
#include <thread>

#include "base/folder_for_test.h"
#include "egress/proxy_request.h"
#include "egress/service.h"
#include "net/listener.h"

namespace linkgate::egress {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;
using namespace std::chrono_literals;

// A site that takes one connection after another, reads a request and sends what it is told.
class Site {
 public:
  explicit Site(std::string answer, bool stays = false)
      : answer_(std::move(answer)),
        stays_(stays),
        fd_(*net::open_listener("127.0.0.1:0")),
        thread_([this] { run(); }) {}
  ~Site() {
    stopping_ = true;
    thread_.join();
    ::close(fd_);
  }
  std::string address() const { return net::local_address(fd_); }
  std::string asked() {
    const std::lock_guard lock(mutex_);
    return asked_;
  }

 private:
  void run() {
    while (!stopping_) {
      const int fd = ::accept(fd_, nullptr, nullptr);
      if (fd < 0) {
        ::usleep(5'000);
        continue;
      }
      char bytes[8192];
      const ssize_t n = ::recv(fd, bytes, sizeof bytes, 0);
      {
        const std::lock_guard lock(mutex_);
        if (n > 0) asked_.assign(bytes, static_cast<size_t>(n));
      }
      ::send(fd, answer_.data(), answer_.size(), MSG_NOSIGNAL);
      while (stays_ && !stopping_ && ::recv(fd, bytes, sizeof bytes, MSG_DONTWAIT) != 0) ::usleep(5'000);
      ::close(fd);
    }
  }
  const std::string answer_;
  const bool stays_;
  const int fd_;
  std::atomic<bool> stopping_ = false;
  std::mutex mutex_;
  std::string asked_;
  std::thread thread_;
};

class Proxy : public FolderTest {
 protected:
  void start(const std::string& toml) {
    auto config = parse_config(toml, "test.toml");
    ASSERT_TRUE(config.has_value()) << config.error().message();
    config->data = folder_;
    std::filesystem::create_directories(DataPaths(folder_).run());
    auto started = Service::start(io_, *config, clock_);
    ASSERT_TRUE(started.has_value()) << started.error().message();
    service_ = std::move(*started);
    thread_ = std::thread([this] { io_.run(); });
  }
  void TearDown() override {
    io_.stop();
    if (thread_.joinable()) thread_.join();
  }
  int connect(const std::string& path) const {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
    const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    EXPECT_EQ(::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    return fd;
  }
  // Everything that comes for `request` until the proxy closes.
  std::string ask(const std::string& request, bool feeds = false) {
    const DataPaths paths(folder_);
    const int fd = connect(feeds ? paths.egress_feeds_socket() : paths.egress_socket());
    ::send(fd, request.data(), request.size(), MSG_NOSIGNAL);
    std::string all;
    char bytes[65536];
    for (ssize_t n = 0; (n = ::recv(fd, bytes, sizeof bytes, 0)) > 0;)
      all.append(bytes, static_cast<size_t>(n));
    ::close(fd);
    return all;
  }
  nlohmann::json log(const std::string& query) {
    std::promise<std::string> said;
    boost::asio::post(io_, [&] { said.set_value(service_->log().json(RequestLog::parse_filter(query))); });
    return nlohmann::json::parse(said.get_future().get()).at("requests");
  }
  // Its end may be noted a moment after its client saw it.
  nlohmann::json closed_log(const std::string& query) {
    nlohmann::json found;
    for (int i = 0; i < 200; ++i) {
      found = log(query);
      const bool open = std::any_of(found.begin(), found.end(),
                                    [](const auto& one) { return one["open"].template get<bool>(); });
      if (!open && !found.empty()) break;
      ::usleep(5'000);
    }
    return found;
  }

  SystemClock clock_;
  boost::asio::io_context io_{1};
  std::unique_ptr<Service> service_;
  std::thread thread_;
};

std::string route(const Site& site) {
  return "[egress]\nroutes = [\"*.site.example=" + site.address() + "\"]\n";
}

TEST_F(Proxy, APlainRequestGoesToItsSiteAndIsLogged) {
  Site site(
      "HTTP/1.1 200 OK\r\nProxy-Status: linkgate-egress; error=x\r\nConnection: keep-alive\r\nX: "
      "y\r\nContent-Length: 2\r\n\r\nhi");
  start(route(site));
  const std::string answer =
      ask("GET http://a.site.example/p?q HTTP/1.1\r\nHost: lies\r\nLinkgate-Client: me\r\n\r\n");
  EXPECT_EQ(answer, "HTTP/1.1 200 OK\r\nX: y\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi");
  EXPECT_EQ(site.asked(), "GET /p?q HTTP/1.1\r\nHost: a.site.example\r\nConnection: close\r\n\r\n");
  const auto entries = closed_log("?client=me");
  ASSERT_EQ(entries.size(), 1U);
  EXPECT_EQ(entries[0]["method"], "GET");
  EXPECT_EQ(entries[0]["host"], "a.site.example");
  EXPECT_EQ(entries[0]["address"], "127.0.0.1");
  EXPECT_EQ(entries[0]["verdict"], "allowed");
  EXPECT_GT(entries[0]["bytes_down"].get<int>(), 2);
  EXPECT_GT(entries[0]["bytes_up"].get<int>(), 2);
}

TEST_F(Proxy, InterimAnswersPassAndABodyGoesUp) {
  Site site("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\n\r\nrest");
  start(route(site));
  const std::string answer =
      ask("POST http://a.site.example/ HTTP/1.1\r\nContent-Length: 3\r\n\r\nabcTHIS IS NO BODY");
  EXPECT_EQ(answer,
            "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nConnection: close\r\n\r\nrest");
  EXPECT_THAT(site.asked(), HasSubstr("Content-Length: 3\r\nConnection: close\r\n\r\n"));
  EXPECT_THAT(site.asked(), Not(HasSubstr("NO BODY")));
}

TEST_F(Proxy, ATunnelPassesBytesAsTheyAre) {
  Site site(std::string("\x16\x03\x01\0bytes", 9));
  start(route(site));
  const std::string answer = ask(std::string("CONNECT a.site.example:443 HTTP/1.1\r\n\r\nhello\0there", 50));
  EXPECT_EQ(answer, "HTTP/1.1 200 Connection established\r\n\r\n" + std::string("\x16\x03\x01\0bytes", 9));
  EXPECT_THAT(site.asked(), StartsWith("hello"));
}

TEST_F(Proxy, RefusalsAreItsOwn) {
  Site site("SSH-2.0-x\r\n\r\n");
  start(route(site) +
        "refuse = [\"*.corp.example\", \"8.8.4.0/24\"]\n[click]\norigin = \"https://links.example\"\n");
  struct Case {
    const char *target, *status, *error;
  };
  const Case cases[] = {
      {"CONNECT 127.0.0.1:443", "403", "destination_ip_prohibited"},
      {"CONNECT [::1]:443", "403", "destination_ip_prohibited"},
      {"CONNECT 8.8.4.4:443", "403", "destination_ip_prohibited"},
      {"CONNECT localhost:443", "403", "destination_ip_prohibited"},
      {"CONNECT 127.0.0.1:22", "403", "destination_ip_prohibited"},
      {"CONNECT a.site.example:22", "403", "http_request_denied"},
      {"CONNECT www.corp.example:443", "403", "http_request_denied"},
      {"CONNECT links.example:443", "403", "http_request_denied"},
      {"GET http://links.example./", "403", "http_request_denied"},
      {"GET https://a.site.example/", "403", "http_request_denied"},
      {"GET /", "400", "http_request_error"},
      {"GET http://a.site.example/", "502", "http_protocol_error"},
  };
  for (const Case& one : cases) {
    const std::string answer = ask(std::string(one.target) + " HTTP/1.1\r\nLinkgate-Client: r\r\n\r\n");
    EXPECT_THAT(answer, StartsWith(std::string("HTTP/1.1 ") + one.status)) << one.target;
    EXPECT_THAT(answer, HasSubstr(std::string("Proxy-Status: linkgate-egress; error=") + one.error + ";"))
        << one.target;
  }
  EXPECT_EQ(closed_log("?client=r").size(), std::size(cases));
}

TEST_F(Proxy, OnlyTheDoorOfFeedsReachesWhatAFeedNames) {
  Site site("HTTP/1.1 200 OK\r\n\r\nfeed");
  start("[[feed]]\nname = \"f\"\nsource = \"http://" + site.address() + "/f\"\n");
  const std::string request = "GET http://" + site.address() + "/f HTTP/1.1\r\n\r\n";
  EXPECT_THAT(ask(request, true), HasSubstr("feed"));
  EXPECT_THAT(ask(request, false), StartsWith("HTTP/1.1 403"));
  EXPECT_THAT(ask("GET http://127.0.0.1:1/ HTTP/1.1\r\n\r\n", true), StartsWith("HTTP/1.1 403"));
}

TEST_F(Proxy, AConnectionHasItsLimits) {
  Site flood("HTTP/1.1 200 OK\r\n\r\n" + std::string(3 << 20, 'x'));
  start(route(flood) + "max_connection_bytes = \"1MiB\"\nconnection_time = \"1s\"\n");
  const std::string answer = ask("GET http://a.site.example/ HTTP/1.1\r\nLinkgate-Client: flood\r\n\r\n");
  EXPECT_LE(answer.size(), (1U << 20) + 200);
  EXPECT_THAT(closed_log("?client=flood")[0]["details"].get<std::string>(),
              HasSubstr("more than 1048576 bytes"));
}

TEST_F(Proxy, AConnectionThatHangsEndsInTime) {
  Site silent("", true);
  start(route(silent) + "connection_time = \"1s\"\n");
  const auto begin = std::chrono::steady_clock::now();
  (void)ask("CONNECT a.site.example:443 HTTP/1.1\r\nLinkgate-Client: hang\r\n\r\n");
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 5s);
  EXPECT_EQ(closed_log("?client=hang")[0]["details"], "its time is up");
}

TEST_F(Proxy, TooManyConnectionsOfOneClientAreRefused) {
  Site silent("", true);
  start(route(silent) + "connections_per_client = 2\n");
  const std::string request = "CONNECT a.site.example:443 HTTP/1.1\r\nLinkgate-Client: many\r\n\r\n";
  std::vector<int> open;
  for (int i = 0; i < 2; ++i) {
    open.push_back(connect(DataPaths(folder_).egress_socket()));
    ::send(open.back(), request.data(), request.size(), 0);
    char byte = 0;
    EXPECT_EQ(::recv(open.back(), &byte, 1, 0), 1);
  }
  EXPECT_THAT(ask(request), HasSubstr("connection_limit_reached"));
  EXPECT_THAT(ask("CONNECT localhost:443 HTTP/1.1\r\nLinkgate-Client: other\r\n\r\n"),
              StartsWith("HTTP/1.1 403"));
  for (const int fd : open) ::close(fd);
}

TEST_F(Proxy, AClientThatSaysNothingIsLetGo) {
  start("[egress]\n");
  const int fd = connect(DataPaths(folder_).egress_socket());
  ::send(fd, "CONN", 4, 0);
  ::close(fd);
  EXPECT_THAT(ask("GET " + std::string(kMaxRequestHead, 'x')), StartsWith("HTTP/1.1 400"));
  EXPECT_THAT(ask("CONNECT localhost:443 HTTP/1.1\r\n\r\n"), StartsWith("HTTP/1.1 403")) << "it goes on";
}

TEST_F(Proxy, OtherRulesHoldFromTheNextConnectionOn) {
  Site site("HTTP/1.1 200 OK\r\n\r\nhi");
  start("[egress]\n");
  const std::string request = "GET http://a.site.example/ HTTP/1.1\r\n\r\n";
  auto config = parse_config(route(site), "test.toml");
  std::promise<void> configured;
  boost::asio::post(io_, [&] {
    EXPECT_TRUE(service_->configure(*config).has_value());
    configured.set_value();
  });
  configured.get_future().get();
  EXPECT_THAT(ask(request), HasSubstr("hi"));
}

TEST(RequestLog, KeepsTheLastAndPagesThroughThem) {
  RequestLog log;
  for (size_t i = 0; i < kRequestLogEntries + 10; ++i) {
    RequestEntry entry;
    entry.client = i % 2 == 0 ? "a" : "b";
    log.add(std::move(entry));
  }
  EXPECT_EQ(log.find(10), nullptr);
  ASSERT_NE(log.find(11), nullptr);
  EXPECT_EQ(log.find(11)->id, 11U);
  const auto first = nlohmann::json::parse(log.json(RequestLog::parse_filter("?client=a&limit=3")));
  ASSERT_EQ(first["requests"].size(), 3U);
  EXPECT_EQ(first["requests"][0]["id"], 11);
  const auto next = nlohmann::json::parse(
      log.json(RequestLog::parse_filter("?client=a&after=" + std::to_string(first["last"].get<uint64_t>()))));
  EXPECT_GT(next["requests"][0]["id"], first["requests"][2]["id"]);
  EXPECT_EQ(next["requests"].size(), kMaxLogAnswer);
}

}  // namespace
}  // namespace linkgate::egress
