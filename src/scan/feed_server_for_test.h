#pragma once
// A server on loopback that publishes feeds, and the real egress proxy before it.

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "net/http.h"
#include "scan/feed_client.h"
#include "scan/web_for_test.h"

namespace linkgate::scan {

class FeedServerTest : public FolderTest {
 protected:
  struct Page {
    std::string body, type = "application/json";
    unsigned status = 200;
    std::vector<std::pair<std::string, std::string>> headers;
  };

  void SetUp() override {
    net::HttpServerOptions options;
    options.listen = "127.0.0.1:0";
    auto started =
        net::HttpServer::start(io_, options, [this](net::HttpRequest& request) { return answer(request); });
    ASSERT_TRUE(started.has_value()) << started.error().message();
    server_ = std::move(*started);
    thread_ = std::thread([this] { io_.run(); });
    egress_ =
        std::make_unique<TestEgress>(folder_, "[[feed]]\nname = \"f\"\nsource = \"" + url("/") + "\"\n");
  }
  void TearDown() override {
    egress_.reset();
    net::asio::co_spawn(io_, server_->stop(std::chrono::milliseconds(0)), net::asio::detached);
    thread_.join();
  }

  std::string url(const std::string& path) const {
    return "http://127.0.0.1" + server_->address().substr(server_->address().rfind(':')) + path;
  }
  FeedClientOptions options() const {
    FeedClientOptions options;
    options.egress_socket = egress_->paths().egress_feeds_socket();
    options.connect_timeout_s = 5;
    options.total_timeout_s = 20;
    return options;
  }
  void serve(const std::string& target, Page page) {
    const std::lock_guard lock(mutex_);
    pages_[target] = std::move(page);
  }
  // Targets that were asked for since the last call.
  std::vector<std::string> asked() {
    const std::lock_guard lock(mutex_);
    return std::exchange(asked_, {});
  }
  std::string header(const std::string& name) {
    const std::lock_guard lock(mutex_);
    return sent_[name];
  }

  std::atomic<bool> cancelled_ = false;

 private:
  net::asio::awaitable<net::HttpResponse> answer(net::HttpRequest& request) {
    const std::lock_guard lock(mutex_);
    const std::string target(request.target);
    asked_.push_back(target);
    for (const char* name : {"Accept", "Authorization", "Auth-Key", "If-None-Match"})
      sent_[name] = std::string(request.header(name));
    net::HttpResponse response;
    const auto page = pages_.find(target);
    if (page == pages_.end()) {
      response.status = 404;
      co_return response;
    }
    response.headers = page->second.headers;
    for (const auto& [name, value] : response.headers) {
      if (name != "ETag" || value != sent_["If-None-Match"]) continue;
      response.status = 304;
      co_return response;
    }
    response.status = page->second.status;
    response.headers.emplace_back("Content-Type", page->second.type);
    response.body = page->second.body;
    co_return response;
  }

  net::asio::io_context io_;
  std::unique_ptr<net::HttpServer> server_;
  std::thread thread_;
  std::unique_ptr<TestEgress> egress_;
  std::mutex mutex_;
  std::map<std::string, Page> pages_;
  std::vector<std::string> asked_;
  std::map<std::string, std::string> sent_;
};

}  // namespace linkgate::scan
