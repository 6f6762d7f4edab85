// A whole click node: real sockets, threads, state and spool.

#include "click/click_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>
#include <thread>

#include "api/check.h"
#include "events/spool.h"
#include "net/http.h"
#include "state/stores.h"
#include "url/sealed_link.h"

namespace linkgate::click {
namespace {

namespace asio = net::asio;
using testing::HasSubstr;
using namespace std::chrono_literals;

class Node : public testing::Test {
 protected:
  Node() {
    char name[] = "/tmp/linkgate-node-XXXXXX";
    config_.data = ::mkdtemp(name);
    config_.click.origin = "http://links.corp.test";
    config_.click.listen = {"127.0.0.1:0"};
    config_.click.node_name = "test";
    config_.click.clicks_per_minute = 0;
    DataPaths paths(config_.data);
    for (const auto& folder : {paths.state(), paths.run()}) std::filesystem::create_directories(folder);
    options_.location = "sqlite:" + paths.state();
    url::SealingKey key;
    key.id = 7;
    key.state = url::KeyState::kSealing;
    key.secret.fill(7);
    keys_ = *state::open_key_store(options_);
    EXPECT_TRUE(keys_->put_key(key));
    policies_ = *state::open_policy_store(options_);
    start_scan();
  }
  ~Node() override {
    node_.reset();
    scan_io_.stop();
    scan_thread_.join();
    std::filesystem::remove_all(config_.data);
  }

  // Says that nothing is known about anything.
  void start_scan() {
    net::HttpServerOptions options;
    options.listen = "unix:" + DataPaths(config_.data).scan_socket();
    net::HttpHandler handler = [](net::HttpRequest&) -> asio::awaitable<net::HttpResponse> {
      net::HttpResponse response;
      response.body = api::to_json(verdict::Verdict{});
      co_return response;
    };
    scan_ = *net::HttpServer::start(scan_io_, options, handler);
    scan_thread_ = std::thread([this] { scan_io_.run(); });
  }
  void start_node() {
    ClickServerOptions options;
    options.config = config_;
    options.name = "click";
    options.workers = 3;
    auto started = ClickServer::start(options);
    ASSERT_TRUE(started) << started.error().message();
    node_ = std::move(*started);
  }
  std::string link(const std::string& url) {
    url::LinkClaims claims;
    claims.recipient = "ann@corp.test";
    claims.url = url;
    return url::seal(claims, config_.click.origin, *keys_->load())->substr(config_.click.origin.size());
  }
  static std::vector<net::HttpResponse> fetch(const std::string& endpoint,
                                              const std::vector<std::string>& targets) {
    asio::io_context io;
    std::vector<net::HttpResponse> answers;
    std::exception_ptr failure;
    asio::co_spawn(io, fetch_all(io, endpoint, targets, answers), [&](std::exception_ptr e) { failure = e; });
    io.run();
    if (failure) std::rethrow_exception(failure);
    return answers;
  }
  static asio::awaitable<void> fetch_all(asio::io_context& io, std::string endpoint,
                                         const std::vector<std::string>& targets,
                                         std::vector<net::HttpResponse>& answers) {
    net::HttpClientOptions options;
    options.endpoint = endpoint;
    auto client = net::HttpClient::create(io, options);
    net::Headers headers = {{"User-Agent", "Mozilla/5.0"}};
    for (const std::string& target : targets) {
      auto answer = co_await client->request("GET", target, headers, "");
      EXPECT_TRUE(answer) << (answer ? "" : answer.error().message());
      if (answer) answers.push_back(std::move(*answer));
    }
  }
  std::set<std::string> clicked_urls() {
    events::SpoolReader reader(DataPaths(config_.data).spool("click-0"), real_file_system());
    std::set<std::string> urls;
    auto sealed = reader.sealed();
    EXPECT_TRUE(sealed);
    for (const std::string& path : *sealed) {
      auto segment = reader.read(path);
      EXPECT_TRUE(segment);
      for (const auto& line : segment->lines) {
        if (line.table != "UrlClickEvents") continue;
        EXPECT_TRUE(urls.insert(nlohmann::json::parse(line.json)["Url"]).second) << "a click is one row";
      }
    }
    return urls;
  }

  Config config_;
  state::StateOptions options_;
  std::unique_ptr<state::KeyStore> keys_;
  std::unique_ptr<state::PolicyStore> policies_;
  asio::io_context scan_io_;
  std::unique_ptr<net::HttpServer> scan_;
  std::thread scan_thread_;
  std::unique_ptr<ClickServer> node_;
};

TEST_F(Node, ManyClicksAtOnceAreEachAnsweredAndRecordedOnce) {
  start_node();
  constexpr int kClients = 6, kClicks = 200;
  std::vector<std::thread> clients;
  std::atomic<int> redirected = 0;
  for (int c = 0; c < kClients; ++c) {
    std::vector<std::string> targets;
    for (int i = 0; i < kClicks; ++i) {
      targets.push_back(link("https://site" + std::to_string(c) + ".example/" + std::to_string(i)));
    }
    clients.emplace_back([this, targets, &redirected] {
      for (const auto& answer : fetch("http://" + node_->address(), targets))
        redirected += answer.status == 302;
    });
  }
  for (auto& client : clients) client.join();
  EXPECT_EQ(redirected, kClients * kClicks);
  node_->stop();
  EXPECT_EQ(clicked_urls().size(), static_cast<size_t>(kClients * kClicks)) << "stopping seals the spool";
}

TEST_F(Node, ChangesOfListsAndKeysAreSeenWithoutARestart) {
  start_node();
  std::string endpoint = "http://" + node_->address();
  std::string first = link("https://later-blocked.example/");
  EXPECT_EQ(fetch(endpoint, {first}).at(0).status, 302U);

  state::ListEntry entry;
  entry.value = "later-blocked.example";
  ASSERT_TRUE(policies_->put_entry(entry));
  auto deadline = std::chrono::steady_clock::now() + 5s;
  while (fetch(endpoint, {first}).at(0).status != 200U) ASSERT_LT(std::chrono::steady_clock::now(), deadline);
  EXPECT_THAT(fetch(endpoint, {first}).at(0).body, HasSubstr("Your organisation blocks this site"));

  url::SealingKey key;
  key.id = 8;
  key.secret.fill(8);
  ASSERT_TRUE(keys_->put_key(key));
  while (!keys_->promote(8, SystemClock().now())) ASSERT_LT(std::chrono::steady_clock::now(), deadline);
  EXPECT_EQ(fetch(endpoint, {link("https://new-key.example/")}).at(0).status, 302U)
      << "a key that could be promoted is one that this node opens";
}

TEST_F(Node, TheAdminSocketTellsHealthAndMetricsAndThePublicOneDoesNot) {
  start_node();
  fetch("http://" + node_->address(), {link("https://a.example/")});
  auto answers = fetch("unix:" + DataPaths(config_.data).admin_socket("click"), {"/healthz", "/metrics"});
  ASSERT_EQ(answers.size(), 2U);
  EXPECT_EQ(answers[0].status, 200U);
  EXPECT_THAT(answers[1].body,
              HasSubstr("linkgate_clicks_total{action=\"ClickAllowed\",continued=\"false\",page=\"None\"}"));
  EXPECT_THAT(answers[1].body, HasSubstr("linkgate_click_seconds_bucket"));
  auto outside = fetch("http://" + node_->address(), {"/healthz", "/metrics"});
  EXPECT_EQ(outside.at(0).status, 404U);
  EXPECT_EQ(outside.at(1).status, 404U);
}

TEST_F(Node, EveryAnswerCarriesTheSecurityHeaders) {
  config_.click.origin = "https://links.corp.test";
  start_node();
  const auto answers =
      fetch("http://" + node_->address(), {link("https://plain.example/"), "/", "/robots.txt", "/nothing",
                                           "/?url=x&data=AAAA", "/" + std::string(60'000, 'a')});
  EXPECT_EQ(answers.at(0).status, 302U);
  EXPECT_EQ(answers.at(5).status, 431U) << "an answer of the server itself";
  const net::Headers wanted = {
      {"Cache-Control", "no-store"},         {"Referrer-Policy", "no-referrer"},
      {"X-Content-Type-Options", "nosniff"}, {"X-Frame-Options", "DENY"},
      {"X-Robots-Tag", "noindex, nofollow"}, {"Strict-Transport-Security", "max-age=31536000"}};
  for (const auto& answer : answers) {
    for (const auto& header : wanted) {
      EXPECT_EQ(std::count(answer.headers.begin(), answer.headers.end(), header), 1) << header.first;
    }
    EXPECT_THAT(answer.headers,
                testing::Contains(testing::Pair("Content-Security-Policy", HasSubstr("default-src 'none'"))));
  }
}

TEST_F(Node, WhatIsMissingAtStartIsSaid) {
  ClickServerOptions options;
  options.config = config_;
  options.name = "click";
  options.node = 3;
  auto no_address = ClickServer::start(options);
  ASSERT_FALSE(no_address);
  EXPECT_THAT(no_address.error().message(), HasSubstr("click.listen has no address for node 3"));
  options.node = 0;
  options.config.click.tls_certificate = "/nonexistent.pem";
  options.config.click.tls_key = "/nonexistent.key";
  auto no_certificate = ClickServer::start(options);
  ASSERT_FALSE(no_certificate);
  EXPECT_THAT(no_certificate.error().message(), HasSubstr("/nonexistent.pem"));
}

}  // namespace
}  // namespace linkgate::click
