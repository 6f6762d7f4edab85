// What externaldata reads, from a server that stands where linkgate-egress does: all hosts are asked through
// it.
#include "portal/external_data.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <thread>

#include "base/folder_for_test.h"
#include "net/gzip.h"
#include "net/http.h"

namespace linkgate::portal {
namespace {

using testing::HasSubstr;
using namespace std::chrono_literals;

class ExternalDataServer : public FolderTest {
 protected:
  void SetUp() override {
    net::HttpServerOptions options;
    options.listen = "unix:" + door();
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
    std::string_view path = request.target;
    if (path.starts_with("http://inside.example")) {
      response.status = 403;
      response.headers.emplace_back("Proxy-Status",
                                    "linkgate-egress; error=destination_ip_prohibited; "
                                    "details=\"inside.example leads to 10.1.2.3: private\"");
      co_return response;
    }
    if (path.starts_with(origin_)) path.remove_prefix(origin_.size());
    if (path.starts_with("/to?")) {
      response.status = 302;
      response.headers.emplace_back("Location", std::string(path.substr(4)));
    } else if (path.starts_with("/large")) {
      response.body.assign(9u << 20, 'x');
    } else if (path.starts_with("/packed.csv.gz")) {
      response.body = net::GzipStream().add("a,1\n", true) + net::GzipStream().add("b,2\n", true);
    } else if (path == "/bomb.gz") {
      response.body = net::GzipStream().add(std::string(kMaxExternalBytes + 1, 'x'), true);
    } else if (path == "/list.csv" || path == "/plain.gz") {
      response.body = "a,1\n";
    } else {
      response.status = 404;
    }
    co_return response;
  }

  std::string door() const { return folder_ + "/egress.sock"; }
  ExternalData data() { return ExternalData({origin_, "data.example"}, door(), {}); }
  std::string error_of(const std::string& url) {
    const auto body = data().fetch(url);
    return body ? "fetched" : body.error().message();
  }

  net::asio::io_context io_;
  std::unique_ptr<net::HttpServer> server_;
  std::thread thread_;
  const std::string origin_ = "http://lists.example";
};

TEST_F(ExternalDataServer, IsReadUnpackedAndBehindRedirects) {
  EXPECT_EQ(data().fetch(origin_ + "/list.csv").value(), "a,1\n");
  EXPECT_EQ(data().fetch(origin_ + "/packed.csv.gz?x=1").value(), "a,1\nb,2\n");
  EXPECT_EQ(data().fetch(origin_ + "/plain.gz").value(), "a,1\n") << "unpacked on its way already";
  EXPECT_EQ(data().fetch(origin_ + "/to?/to?/list.csv").value(), "a,1\n");
}

TEST_F(ExternalDataServer, LeadsNowhereElse) {
  struct Case {
    std::string url, want;
  };
  const Case cases[] = {
      {"https://other.example/x", "the host 'other.example' is not among kql.externaldata_hosts"},
      {"https://data.example:8443/x", "the host 'data.example:8443' is not among"},
      {"http://data.example/x", "only https is read"},
      {"http://127.0.0.1:1/x", "only https is read"},
      {"https://user:pass@data.example/", "a user or password"},
      {"file:///etc/passwd", "no https address"},
      {"ftp://data.example/", "no https address"},
      {"data.example/x", "no https address"},
      {origin_ + "/to?https://other.example/", "it is redirected: the host 'other.example' is not among"},
      {origin_ + "/to?http://data.example/", "it is redirected: only https is read"},
      {origin_ + "/to?file:///etc/passwd", "it is redirected: this is no https address"},
      {origin_ + "/none", "its host answers 404"},
  };
  for (const Case& c : cases) EXPECT_THAT(error_of(c.url), HasSubstr(c.want)) << c.url;
}

TEST_F(ExternalDataServer, RedirectsEnd) {
  std::string url = "/list.csv";
  for (int i = 0; i < kMaxExternalRedirects; ++i) url.insert(0, "/to?");
  EXPECT_EQ(error_of(origin_ + url), "fetched");
  EXPECT_THAT(error_of(origin_ + "/to?" + url), HasSubstr("over and over"));
}

// The name is allowed, but what it leads to is not: that is for the proxy to know.
TEST_F(ExternalDataServer, WhatTheProxyRefusesIsRefusedInItsWords) {
  ExternalData named({"http://inside.example"}, door(), {});
  const auto body = named.fetch("http://inside.example/list.csv");
  ASSERT_FALSE(body);
  EXPECT_EQ(body.error().code(), ErrorCode::kPermission);
  EXPECT_THAT(body.error().message(), HasSubstr("leads to 10.1.2.3"));
}

TEST_F(ExternalDataServer, NobodyIsAskedPastTheProxy) {
  ExternalData without({origin_}, folder_ + "/nobody.sock", {});
  const auto body = without.fetch(origin_ + "/list.csv");
  ASSERT_FALSE(body);
  EXPECT_EQ(body.error().code(), ErrorCode::kUnavailable);
  EXPECT_THAT(body.error().message(), HasSubstr("linkgate-egress"));
}

TEST_F(ExternalDataServer, OneQueryReadsSoMuchInAll) {
  ExternalData one = data();
  ASSERT_TRUE(one.fetch(origin_ + "/large"));
  const auto second = one.fetch(origin_ + "/large2");
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code(), ErrorCode::kLimit);
  EXPECT_THAT(second.error().message(), HasSubstr("at most 16 MiB"));
  EXPECT_THAT(error_of(origin_ + "/bomb.gz"), HasSubstr("at most 16 MiB"));
}

TEST(ExternalData, IsOffWithoutHosts) {
  EXPECT_FALSE(ExternalData({}, "", {}).fetcher());
  EXPECT_TRUE(ExternalData({"data.example"}, "", {}).fetcher());
}

TEST_F(ExternalDataServer, EndsWithItsQuery) {
  ExternalData cancelled({origin_}, door(), [] { return true; });
  const auto body = cancelled.fetch(origin_ + "/large");
  ASSERT_FALSE(body);
  EXPECT_EQ(body.error().message(), "cancelled");
}

}  // namespace
}  // namespace linkgate::portal
