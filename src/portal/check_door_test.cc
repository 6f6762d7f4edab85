// Checks over HTTP with a linkgate-scan of the test, and callbacks as far as they need no network;
// test/check_api_test.py has the rest.
#include "portal/check_door.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <nlohmann/json.hpp>

#include "api/check.h"
#include "api/token.h"
#include "base/folder_for_test.h"

namespace linkgate::portal {
namespace {

namespace asio = net::asio;
using net::HttpResponse;
using nlohmann::json;
using testing::HasSubstr;

class CheckDoorTest : public FolderTest {
 protected:
  void SetUp() override {
    options_.location = "sqlite:" + folder_;
    tokens_ = state::open_token_store(options_).value();
    for (const char* name : {"ada", "bob"}) {
      held_[name] = api::new_token();
      ASSERT_TRUE(tokens_->create({name, std::string(api::kCheckScope), Time{}}, api::token_hash(held_[name]))
                      .has_value());
    }
    held_["hunter"] = api::new_token();
    ASSERT_TRUE(
        tokens_->create({"hunter", std::string(api::kHuntingScope), Time{}}, api::token_hash(held_["hunter"]))
            .has_value());
    auto lists = state::open_policy_store(options_).value();
    state::ListEntry entry;
    entry.value = "blocked.example";
    ASSERT_TRUE(lists->put_entry(entry).has_value());
    policies_ = state::PolicySnapshots::start(std::move(lists)).value();
    access_ = std::make_unique<Access>(PortalConfig{}, *tokens_);
    net::HttpServerOptions server;
    server.listen = "unix:" + folder_ + "/scan.sock";
    scan_ = net::HttpServer::start(io_, server, [this](net::HttpRequest& request) {
              return judge(request);
            }).value();
    door_ = std::make_unique<CheckDoor>(
        io_, io_.get_executor(),
        CheckDoor::Sources{*access_, *policies_, nullptr, clock_, folder_ + "/scan.sock"});
  }
  asio::awaitable<HttpResponse> judge(net::HttpRequest& request) {
    last_ = api::parse_check_request(request.body).value();
    if (delay_.count() > 0) {
      asio::steady_timer timer(io_, delay_);
      co_await timer.async_wait(asio::use_awaitable);
    }
    verdict::Verdict verdict;
    verdict.disposition = verdict::Disposition::kSuspicious;
    verdict.evidence.push_back({"page.brand", "It plays a bank", ""});
    co_return HttpResponse{200, {}, api::to_json(verdict), {}};
  }
  HttpResponse ask(const std::string& who, const std::string& method, const std::string& target,
                   const std::string& body = "") {
    net::HttpRequest request;
    request.method = method;
    request.target = target;
    request.body = body;
    if (!who.empty()) request.headers = {{"Authorization", "Bearer " + held_[who]}};
    std::optional<HttpResponse> response;
    asio::co_spawn(io_, door_->answer(request),
                   [&response](std::exception_ptr, HttpResponse got) { response = std::move(got); });
    io_.restart();
    while (!response) io_.run_one();
    return *std::move(response);
  }
  HttpResponse post(const std::string& body, const std::string& who = "ada") {
    return ask(who, "POST", "/api/v1/check", body);
  }

  asio::io_context io_{1};
  SystemClock clock_;
  state::StateOptions options_;
  std::map<std::string, std::string> held_;
  std::unique_ptr<state::TokenStore> tokens_;
  std::unique_ptr<state::PolicySnapshots> policies_;
  std::unique_ptr<Access> access_;
  std::unique_ptr<net::HttpServer> scan_;
  std::unique_ptr<CheckDoor> door_;
  api::CheckRequest last_;
  std::chrono::milliseconds delay_{0};
};

TEST_F(CheckDoorTest, AnAnswerThatComesInTimeIsGivenAtOnce) {
  const auto response = post(R"({"url":"https://a.example/x"})");
  ASSERT_EQ(response.status, 200u) << response.body;
  const json said = json::parse(response.body);
  EXPECT_EQ(said["status"], "done");
  EXPECT_EQ(said["disposition"], "suspicious");
  EXPECT_EQ(said["evidence"][0]["code"], "page.brand");
  EXPECT_EQ(last_.moment, api::CheckMoment::kAsked);
}

TEST_F(CheckDoorTest, OneThatDoesNotIsFetchedLaterByItsCallerAlone) {
  delay_ = std::chrono::milliseconds(200);
  const auto begun = post(R"({"url":"https://a.example/","wait":0})");
  ASSERT_EQ(begun.status, 202u);
  const std::string at = "/api/v1/check/" + json::parse(begun.body)["id"].get<std::string>();
  EXPECT_EQ(begun.headers.back().second, at);
  EXPECT_EQ(ask("ada", "GET", at).status, 202u);
  EXPECT_EQ(ask("bob", "GET", at).status, 404u) << "others are not told that it exists";
  const auto found = ask("ada", "GET", at + "?wait=20");
  EXPECT_EQ(found.status, 200u);
  EXPECT_EQ(json::parse(found.body)["disposition"], "suspicious");
  EXPECT_EQ(ask("ada", "GET", at).status, 200u) << "as often as one likes";
}

TEST_F(CheckDoorTest, TheOrganisationsListsComeFirst) {
  const json said = json::parse(post(R"({"url":"https://blocked.example/x"})").body);
  EXPECT_EQ(said["disposition"], "phishing");
  EXPECT_EQ(said["evidence"][0]["code"], "list.block");
  EXPECT_EQ(last_.url, "");
}

TEST_F(CheckDoorTest, WhatMayNotBeAskedIsRefused) {
  const std::string good = R"({"url":"https://a.example/"})";
  EXPECT_EQ(post(good, "").status, 401u);
  EXPECT_EQ(post(good, "hunter").status, 403u);
  EXPECT_EQ(ask("ada", "GET", "/api/v1/check").status, 405u);
  EXPECT_EQ(ask("ada", "GET", "/api/v1/check/none").status, 404u);
  EXPECT_EQ(ask("ada", "GET", "/api/v1/check/x?wait=-1").status, 400u);
  for (const char* body :
       {"", "[]", "{}", R"({"url":5})", R"({"url":"ftp://a.example/"})", R"({"url":"nothing"})",
        R"({"url":"https://a.example/","wait":"x"})", R"({"url":"https://a.example/","wit":1})",
        R"({"url":"https://a.example/","callback":"https://b.example/"})"}) {
    EXPECT_EQ(post(body).status, 400u) << body;
  }
}

TEST_F(CheckDoorTest, OneTokenHasSoManyUnderWay) {
  delay_ = std::chrono::milliseconds(500);
  for (size_t i = 0; i < kMaxChecksUnderWay; ++i)
    EXPECT_EQ(post(R"({"url":"https://a.example/","wait":0})").status, 202u);
  EXPECT_EQ(post(R"({"url":"https://a.example/","wait":0})").status, 429u);
  EXPECT_EQ(post(R"({"url":"https://a.example/","wait":0})", "bob").status, 202u);
}

TEST_F(CheckDoorTest, WithoutAScannerTheCheckFailsAndSaysSo) {
  scan_.reset();
  const auto response = post(R"({"url":"https://a.example/"})");
  EXPECT_EQ(response.status, 503u);
  EXPECT_EQ(json::parse(response.body)["status"], "failed");
}

TEST(Callback, IsSentOnlyToHostsThatTheConfigurationNames) {
  const SystemClock clock;
  const CallbackSender sender(
      {{"hooks.corp.test", "alt.corp.test:8443", "http://127.0.0.1:8080"}, "key", "/none"}, clock);
  for (const char* good : {"https://hooks.corp.test/a?b", "https://HOOKS.corp.test:443/",
                           "https://alt.corp.test:8443/", "http://127.0.0.1:8080/x"}) {
    EXPECT_TRUE(sender.check(good).has_value()) << good;
  }
  for (const char* bad :
       {"http://hooks.corp.test/", "https://hooks.corp.test:8443/", "https://a.hooks.corp.test/",
        "https://hooks.corp.test@evil.example/", "https://u:p@hooks.corp.test/", "ftp://hooks.corp.test/",
        "https://127.0.0.1:8080/", "nothing"}) {
    EXPECT_FALSE(sender.check(bad).has_value()) << bad;
  }
}

}  // namespace
}  // namespace linkgate::portal
