#pragma once
// linkgate-scan as others see it: HTTP on a unix socket.
//   POST /check          api::CheckRequest -> api verdict
//   GET  /feeds          -> api feeds
//   POST /feeds/refresh  asks all feeds now; 200 with the feeds once all were asked, 202 where that takes
//   longer
// 400 with an api error for what is no request, 404 and 405 for the rest.

#include <memory>

#include "base/clock.h"
#include "base/config.h"
#include "net/http.h"
#include "scan/deep_scan.h"
#include "scan/feed_loader.h"
#include "scan/judge.h"
#include "scan/network_looker.h"

namespace linkgate::scan {

// How long POST /feeds/refresh waits; downloads go on beyond it.
inline constexpr std::chrono::seconds kRefreshWait{30};

// All of linkgate-scan but its sockets.
class Service {
 public:
  // Opens the intel store of the configuration and starts the feeds; returns when the file feeds have been
  // read once (or failed), so that the first answer knows them. `clock` outlives the service.
  static Result<std::unique_ptr<Service>> start(const Config& config, const Clock& clock);

  // For net::HttpServer; lives shorter than the service.
  net::HttpHandler handler();
  // After SIGHUP: other feeds from now on.
  void configure_feeds(const std::vector<FeedConfig>& feeds) { feeds_->configure(feeds); }
  const Judge& judge() const { return *judge_; }
  // One sentence where something is wrong with the service itself; a feed that fails is told by metrics, not
  // here.
  std::string trouble() const;
  // Why pages are not opened in a browser although they should be; empty where they are, or need not be.
  std::string no_browser() const;

 private:
  Service() = default;
  net::asio::awaitable<net::HttpResponse> answer(net::HttpRequest& request);
  Result<void> start_looking(const Config& config, const Clock& clock);
  std::optional<Listed> find_listed(const url::Url& url) const;
  net::asio::awaitable<net::HttpResponse> check(const net::HttpRequest& request);
  // Known or not, as far as it needs to be known at this moment.
  net::asio::awaitable<verdict::Verdict> verdict_on(const api::CheckRequest& request);
  net::asio::awaitable<verdict::Verdict> looked_at(api::CheckRequest request, Judged judged);
  net::HttpResponse list_feeds(unsigned status);
  net::asio::awaitable<net::HttpResponse> refresh();

  std::unique_ptr<Intel> intel_;
  std::unique_ptr<VerdictCache> cache_;
  std::unique_ptr<Judge> judge_;
  std::unique_ptr<verdict::BrandLooks> brands_;
  std::unique_ptr<NetworkLooker> looker_;  // null where pages are not looked at, as is deep_
  std::unique_ptr<DeepScan> deep_;
  std::unique_ptr<FeedLoader> feeds_;  // last: its threads use the intel
};

// Where the configuration says that state is.
state::StateOptions state_options(const Config& config);

}  // namespace linkgate::scan
