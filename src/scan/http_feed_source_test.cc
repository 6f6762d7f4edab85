// Feeds over HTTP, from a server on loopback.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <thread>

#include "net/http.h"
#include "scan/feed_source.h"
#include "scan/web_for_test.h"

namespace linkgate::scan {
namespace {

using testing::HasSubstr;
using namespace std::chrono_literals;

class FeedServer : public FolderTest {
 protected:
  void SetUp() override {
    net::HttpServerOptions options;
    options.listen = "127.0.0.1:0";
    auto started =
        net::HttpServer::start(io_, options, [this](net::HttpRequest& request) { return answer(request); });
    ASSERT_TRUE(started.has_value()) << started.error().message();
    server_ = std::move(*started);
    thread_ = std::thread([this] { io_.run(); });
  }
  void TearDown() override {
    net::asio::co_spawn(io_, server_->stop(0ms), net::asio::detached);
    thread_.join();
  }

  net::asio::awaitable<net::HttpResponse> answer(net::HttpRequest& request) {
    net::HttpResponse response;
    const std::lock_guard lock(mutex_);
    ++requests_;
    if_none_match_ = std::string(request.header("If-None-Match"));
    if (!etag_.empty()) response.headers.emplace_back("ETag", etag_);
    if (!etag_.empty() && if_none_match_ == etag_) {
      response.status = 304;
    } else if (!location_.empty()) {
      response.status = 302;
      response.headers.emplace_back("Location", location_);
    } else {
      response.status = status_;
      response.body = body_;
    }
    co_return response;
  }

  std::string port() const { return server_->address().substr(server_->address().rfind(':')); }
  // As linkgate-scan has it: the configuration names this feed, and the proxy reads the same configuration.
  std::unique_ptr<FeedSource> source(const std::string& url) {
    const std::string folder = folder_ + "/" + std::to_string(egresses_.size());
    egresses_.push_back(
        std::make_unique<TestEgress>(folder, "[[feed]]\nname = \"f\"\nsource = \"" + url + "\"\n"));
    FeedClientOptions options;
    options.egress_socket = egresses_.back()->paths().egress_feeds_socket();
    options.connect_timeout_s = 5;
    options.total_timeout_s = 10;
    return http_source(url, "text/plain", cancelled_, options);
  }
  static std::string fetched(FeedSource& feed) {
    auto bytes = feed.fetch_if_changed();
    if (!bytes) return bytes.error().message();
    return *bytes ? std::string((*bytes)->view().value()) : "unchanged";
  }
  std::unique_ptr<FeedSource> source() { return source("http://127.0.0.1" + port() + "/feed.txt"); }

  std::vector<std::unique_ptr<TestEgress>> egresses_;
  net::asio::io_context io_;
  std::unique_ptr<net::HttpServer> server_;
  std::thread thread_;
  std::atomic<bool> cancelled_ = false;
  std::mutex mutex_;
  int requests_ = 0;
  unsigned status_ = 200;
  std::string body_ = "evil.example\n", etag_, location_, if_none_match_;
};

TEST_F(FeedServer, WhatHasNotChangedIsNotFetchedTwice) {
  etag_ = "\"one\"";
  const auto feed = source();
  EXPECT_EQ(fetched(*feed), "evil.example\n");
  EXPECT_EQ(fetched(*feed), "unchanged");
  EXPECT_EQ(if_none_match_, "\"one\"");
  etag_ = "\"two\"";
  EXPECT_EQ(fetched(*feed), "evil.example\n");
  feed->forget();
  EXPECT_EQ(fetched(*feed), "evil.example\n") << "it could not be kept: asked without the tag";
}

TEST_F(FeedServer, AnErrorOrAnEmptyAnswerIsNoFeed) {
  status_ = 503;
  EXPECT_THAT(source()->fetch_if_changed().error().message(), HasSubstr("503"));
  status_ = 200;
  body_.clear();
  EXPECT_EQ(source()->fetch_if_changed().error().code(), ErrorCode::kUnavailable);
}

TEST_F(FeedServer, RedirectsAreFollowedButNotWithoutEnd) {
  location_ = "http://127.0.0.1" + port() + "/again";
  EXPECT_EQ(source()->fetch_if_changed().error().code(), ErrorCode::kUnavailable);
  EXPECT_EQ(requests_, 6) << "the first and five more";
}

TEST_F(FeedServer, ARedirectToAnotherSchemeIsRefused) {
  for (const char* location : {"file:///etc/passwd", "gopher://127.0.0.1/", "ftp://127.0.0.1/x"}) {
    location_ = location;
    EXPECT_FALSE(source()->fetch_if_changed().has_value()) << location;
  }
}

TEST_F(FeedServer, APrivateAddressIsReachedOnlyWhereTheConfigurationNamesIt) {
  EXPECT_TRUE(source("http://localhost" + port() + "/feed.txt")->fetch_if_changed().has_value());
  location_ = "http://127.0.0.2" + port() + "/";
  const auto redirected = source()->fetch_if_changed();
  ASSERT_FALSE(redirected.has_value());
  EXPECT_EQ(redirected.error().code(), ErrorCode::kPermission);
  EXPECT_EQ(requests_, 2) << "the redirect was not followed";
}

TEST_F(FeedServer, ADownloadIsGivenUpWhenTheProgramStops) {
  // A server that accepts and never answers.
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  ASSERT_EQ(::bind(fd, reinterpret_cast<sockaddr*>(&address), size), 0);
  ASSERT_EQ(::listen(fd, 1), 0);
  ASSERT_EQ(::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size), 0);
  const auto feed = source("http://127.0.0.1:" + std::to_string(ntohs(address.sin_port)) + "/");
  const auto begin = std::chrono::steady_clock::now();
  std::thread stopping([this] { cancelled_ = true; });
  EXPECT_FALSE(feed->fetch_if_changed().has_value());
  stopping.join();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 10s);
  ::close(fd);
}

TEST_F(FeedServer, WithoutTheProxyThereIsNoOtherWay) {
  FeedClientOptions options;
  options.egress_socket = folder_ + "/nobody.sock";
  const auto feed = http_source("http://127.0.0.1" + port() + "/feed.txt", "", cancelled_, options);
  EXPECT_THAT(feed->fetch_if_changed().error().message(), HasSubstr("linkgate-egress cannot be reached"));
  EXPECT_EQ(requests_, 0);
}

}  // namespace
}  // namespace linkgate::scan
