#include "gateway/scan_client.h"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "api/check.h"
#include "base/folder_for_test.h"

namespace linkgate::gateway {
namespace {

class ScanClientTest : public FolderTest {};

TEST_F(ScanClientTest, EveryLinkIsAskedAboutAtDeliveryWithWhoSentIt) {
  asio::io_context io;
  std::vector<api::CheckRequest> asked;
  net::HttpServerOptions options;
  options.listen = "unix:" + folder_ + "/scan.sock";
  const auto answer = [&asked](net::HttpRequest& request) -> asio::awaitable<net::HttpResponse> {
    asked.push_back(api::parse_check_request(request.body).value());
    verdict::Verdict verdict;
    if (asked.size() == 2) verdict.disposition = verdict::Disposition::kPhishing;
    co_return net::HttpResponse{200, {}, api::to_json(verdict), {}};
  };
  const auto server = net::HttpServer::start(io, options, answer);
  ASSERT_TRUE(server.has_value()) << server.error().message();
  ScanClient client(io, folder_ + "/scan.sock");
  std::vector<MessageFacts::Location> urls(2);
  urls[0].url = "https://a.example/";
  urls[1].url = "https://b.example/";
  const state::PolicyView policies;
  std::optional<MessageVerdict> worst;
  asio::co_spawn(
      io, client.judge(urls, policies, "id-1", "sender.example", true, Time{}, std::chrono::seconds(20)),
      [&worst](std::exception_ptr, MessageVerdict verdict) { worst = std::move(verdict); });
  while (!worst) io.run_one();
  EXPECT_EQ(worst->worst_url, "https://b.example/");
  ASSERT_EQ(asked.size(), 2u);
  for (const api::CheckRequest& request : asked) {
    EXPECT_EQ(request.moment, api::CheckMoment::kDelivery);
    EXPECT_EQ(request.sender_domain, "sender.example");
    EXPECT_TRUE(request.sender_is_known);
    EXPECT_EQ(request.network_message_id, "id-1");
  }
}

}  // namespace
}  // namespace linkgate::gateway
