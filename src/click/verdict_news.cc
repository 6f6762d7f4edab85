#include "click/verdict_news.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "api/changes.h"

namespace linkgate::click {

namespace asio = net::asio;

namespace {

constexpr std::chrono::seconds kTimeout{2};
constexpr size_t kMaxAnswer = 4096;

}  // namespace

asio::awaitable<void> follow_changes(asio::io_context& io, ClickNode& node) {
  net::HttpClientOptions options;
  options.endpoint = "unix:" + node.sources.scan_socket;
  options.timeout = kTimeout;
  options.max_response_bytes = kMaxAnswer;
  const auto client = net::HttpClient::create(io, options);
  const net::Headers none;
  asio::steady_timer timer(io);
  while (true) {
    const auto response = co_await client->request("GET", "/changes", none, "");
    if (response && response->status == 200) {
      if (const auto count = api::parse_changes(response->body)) node.changes.store(*count);
    }
    timer.expires_after(api::kChangesPeriod);
    co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
  }
}

}  // namespace linkgate::click
