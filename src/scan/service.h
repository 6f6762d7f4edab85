#pragma once
// linkgate-scan as others see it: HTTP on a unix socket.
//   POST /check          api::CheckRequest -> api verdict
//   GET  /feeds          -> api feeds
//   GET  /changes        api changes: whether a verdict that was given before may be another by now
//   GET  /flips?since=ID  api flips: which verdicts became another since that one
//   POST /progress       api::CheckRequest -> api progress: how far the scan of this URL is
//   GET  /screenshots/N  a PNG that evidence names
//   POST /feeds/refresh  asks all feeds now; 200 with the feeds once all were asked, 202 where that takes
//   longer
// 400 with an api error for what is no request, 404 and 405 for the rest.

#include <memory>

#include "base/clock.h"
#include "base/config.h"
#include "net/http.h"
#include "scan/deep_scan.h"
#include "scan/feed_loader.h"
#include "scan/hash_check.h"
#include "scan/judge.h"
#include "scan/network_looker.h"
#include "scan/rescan.h"
#include "scan/scan_notes.h"
#include "scan/url_ledger.h"
#include "scan/verdict_changes.h"

namespace linkgate::scan {

// How long POST /feeds/refresh waits; downloads go on beyond it.
inline constexpr std::chrono::seconds kRefreshWait{30};

// All of linkgate-scan but its sockets.
class Service {
 public:
  ~Service();
  // Opens the intel store of the configuration and starts the feeds; returns when the file feeds have been
  // read once (or failed), so that the first answer knows them. `clock` outlives the service.
  static Result<std::unique_ptr<Service>> start(const Config& config, const Clock& clock);

  // For net::HttpServer; lives shorter than the service.
  net::HttpHandler handler();
  // After SIGHUP: other feeds from now on.
  void configure_feeds(const std::vector<FeedConfig>& feeds) {
    feeds_->configure(feeds);
    hashes_->configure(feeds);
  }
  const Judge& judge() const { return *judge_; }
  // One sentence where something is wrong with the service itself; a feed that fails is told by metrics, not
  // here.
  std::string trouble() const;
  // Why pages are not opened in a browser although they should be; empty where they are, or need not be.
  std::string no_browser() const;

 private:
  Service() = default;
  Result<void> start_remembering(const Config& config, const state::StateOptions& options);
  Result<void> start_rescans(const Config& config, const state::StateOptions& options);
  net::asio::awaitable<net::HttpResponse> answer(net::HttpRequest& request);
  Result<void> start_looking(const Config& config, const Clock& clock);
  std::optional<Listed> find_listed(const url::Url& url) const;
  net::asio::awaitable<net::HttpResponse> check(const net::HttpRequest& request);
  // Known or not, as far as it needs to be known at this moment.
  net::asio::awaitable<verdict::Verdict> verdict_on(const api::CheckRequest& request);
  net::asio::awaitable<verdict::Verdict> looked_at(api::CheckRequest request, Judged judged);
  // Tells the ledger that a URL came by, or that its page was looked at.
  void remember(const api::CheckRequest& request, const std::string& canonical_hash,
                const verdict::Verdict& verdict, bool is_said, bool by_page);
  net::asio::awaitable<verdict::Verdict> look_again(api::CheckRequest request);
  net::HttpResponse progress(const net::HttpRequest& request) const;
  net::HttpResponse screenshot(std::string_view name) const;
  net::HttpResponse flips(std::string_view target) const;
  net::HttpResponse list_feeds(unsigned status);
  net::asio::awaitable<net::HttpResponse> refresh();

  std::vector<std::chrono::seconds> rescan_after_;
  const Clock* clock_ = nullptr;
  std::unique_ptr<Intel> intel_;
  std::unique_ptr<VerdictCache> cache_;
  std::unique_ptr<Judge> judge_;
  std::unique_ptr<HashCheck> hashes_;
  std::unique_ptr<verdict::BrandLooks> brands_;
  std::unique_ptr<SiteMemory> sites_;
  std::unique_ptr<Rescanner> rescanner_;   // before looker_ and deep_, which answer to it until they are gone
  std::unique_ptr<NetworkLooker> looker_;  // null where pages are not looked at, as is deep_
  std::unique_ptr<state::PolicySnapshots> policies_;
  std::unique_ptr<UrlLedger> ledger_;
  std::unique_ptr<VerdictChanges> changes_;       // null while the service starts and ends
  std::unique_ptr<ScreenshotStore> screenshots_;  // null where none are kept
  std::unique_ptr<ScanNotes> notes_;
  std::unique_ptr<DeepScan> deep_;
  std::unique_ptr<FeedLoader> feeds_;  // last: its threads use the intel
};

// Where the configuration says that state is.
state::StateOptions state_options(const Config& config);

}  // namespace linkgate::scan
