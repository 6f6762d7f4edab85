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
#include "scan/feed_loader.h"
#include "scan/judge.h"

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

 private:
  Service() = default;
  net::asio::awaitable<net::HttpResponse> answer(net::HttpRequest& request);
  net::HttpResponse check(const net::HttpRequest& request) const;
  net::HttpResponse list_feeds(unsigned status);
  net::asio::awaitable<net::HttpResponse> refresh();

  std::unique_ptr<Intel> intel_;
  std::unique_ptr<VerdictCache> cache_;
  std::unique_ptr<Judge> judge_;
  std::unique_ptr<FeedLoader> feeds_;  // last: its threads use the intel
};

// Where the configuration says that state is.
state::StateOptions state_options(const Config& config);

}  // namespace linkgate::scan
