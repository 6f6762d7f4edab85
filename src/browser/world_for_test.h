#pragma once
// A pool of browsers before sites of the test's own: a proxy on a unix socket that answers by itself,
// whatever the host.

#include <gtest/gtest.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/folder_for_test.h"
#include "browser/pool.h"
#include "net/http.h"

namespace linkgate::browser {

// Answers by URL ("http://a.example/x", without its query), and remembers what was asked.
class SitesForTest {
 public:
  using Answer = std::function<net::HttpResponse(const net::HttpRequest&)>;

  explicit SitesForTest(const std::string& socket) {
    net::HttpServerOptions options;
    options.listen = "unix:" + socket;
    auto started =
        net::HttpServer::start(io_, options, [this](net::HttpRequest& request) { return answer(request); });
    if (!started) throw std::runtime_error(started.error().message());
    server_ = std::move(*started);
    ::chmod(socket.c_str(), 0777);
    thread_ = std::thread([this] { io_.run(); });
  }
  ~SitesForTest() {
    io_.stop();
    thread_.join();
  }

  void html(const std::string& url, const std::string& body, net::Headers headers = {}) {
    headers.emplace_back("Content-Type", "text/html; charset=utf-8");
    on(url, [=](const net::HttpRequest&) {
      net::HttpResponse response;
      response.headers = headers;
      response.body = body;
      return response;
    });
  }
  void redirect(const std::string& url, unsigned status, const std::string& to) {
    on(url, [=](const net::HttpRequest&) {
      net::HttpResponse response;
      response.status = status;
      response.headers = {{"Location", to}};
      return response;
    });
  }
  void on(const std::string& url, Answer answer) {
    const std::lock_guard lock(mutex_);
    answers_[url] = std::move(answer);
  }
  std::vector<net::HttpRequest> asked() const {
    const std::lock_guard lock(mutex_);
    return asked_;
  }
  size_t times_asked(const std::string& target) const {
    size_t count = 0;
    for (const auto& request : asked()) count += request.target == target ? 1 : 0;
    return count;
  }

 private:
  net::asio::awaitable<net::HttpResponse> answer(net::HttpRequest& request) {
    const std::lock_guard lock(mutex_);
    asked_.push_back(request);
    const auto found = answers_.find(request.target.substr(0, request.target.find('?')));
    net::HttpResponse response;
    response.status = 404;
    if (request.method == "CONNECT") response.status = 403;
    co_return found == answers_.end() ? response : found->second(request);
  }

  boost::asio::io_context io_{1};
  std::unique_ptr<net::HttpServer> server_;
  std::map<std::string, Answer> answers_;
  std::vector<net::HttpRequest> asked_;
  mutable std::mutex mutex_;
  std::thread thread_;
};

class BrowserTest : public FolderTest {
 protected:
  void SetUp() override {
    if (find_chromium().empty())
      GTEST_SKIP() << "CHROMIUM IS NOT INSTALLED: nothing of the browser is tested";
    if (!why_not_confined().empty())
      GTEST_SKIP() << "NO BROWSER CAN BE CONFINED HERE: " << why_not_confined();
    ::chmod(folder_.c_str(), 0755);
    sites = std::make_unique<SitesForTest>(folder_ + "/proxy.sock");
  }
  PoolOptions options() const {
    PoolOptions out;
    out.browser.proxy_socket = folder_ + "/proxy.sock";
    out.browser.scratch = folder_;
    if (::geteuid() == 0) out.browser.user = "nobody";
    return out;
  }
  Pool& pool() {
    if (!pool_) start(options());
    return *pool_;
  }
  void start(const PoolOptions& wanted) {
    pool_.reset();
    auto started = Pool::start(wanted);
    if (!started) throw std::runtime_error(started.error().message());
    pool_ = std::move(*started);
  }
  verdict::Page look(const std::string& url) {
    VisitRequest request;
    request.url = url;
    return pool().visit(request);
  }

  std::unique_ptr<SitesForTest> sites;
  std::unique_ptr<Pool> pool_;
};

// "start http://a.example/ 302 > http http://b.example/ 200"
inline std::string chain_text(const verdict::Page& page) {
  std::string text;
  for (const verdict::Hop& hop : page.chain) {
    text += (text.empty() ? "" : " > ") + std::string(to_string(hop.how)) + " " + hop.url;
    if (hop.status != 0) text += " " + std::to_string(hop.status);
  }
  return text;
}

}  // namespace linkgate::browser
