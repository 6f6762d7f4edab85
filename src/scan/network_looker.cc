#include "scan/network_looker.h"

#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

#include "base/log.h"
#include "base/metrics.h"
#include "scan/identity.h"
#include "scan/redirect_chain.h"

namespace linkgate::scan {

namespace asio = boost::asio;
using verdict::Page;

namespace {

browser::PoolOptions pool_options(const Config& config) {
  browser::PoolOptions options;
  options.browser.binary = config.scan.chromium;
  options.browser.user = config.scan.chromium_user;
  options.browser.ca_file = config.scan.trust_file;
  options.browser.proxy_socket = DataPaths(config.data).egress_socket();
  options.browser.allow_unconfined = config.scan.chromium_unconfined;
  options.pages = config.scan.pages;
  options.locale = browser::locale_of(config.scan.languages.front());
  return options;
}

// Latency of one look, and whether it saw a page.
void count_look(const char* with, std::chrono::steady_clock::time_point begin, const Page& page) {
  const metrics::Labels labels = {{"with", with}, {"result", page.status == 0 ? "nothing" : "page"}};
  metrics::process()
      .histogram("linkgate_look_seconds", "Time to look at the page behind a link",
                 metrics::latency_buckets(), labels)
      .observe(std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
}

}  // namespace

Result<std::unique_ptr<NetworkLooker>> NetworkLooker::start(const Config& config) {
  std::unique_ptr<NetworkLooker> looker(new NetworkLooker);
  TRY_ASSIGN(looker->fetcher_,
             Fetcher::start({DataPaths(config.data).egress_socket(), config.scan.trust_file}));
  looker->starter_ = std::thread([mine = looker.get(), options = pool_options(config)] {
    auto pool = browser::Pool::start(options);
    const std::lock_guard lock(mine->mutex_);
    if (pool) {
      mine->pool_ = *std::move(pool);
      mine->why_none_.clear();
    } else {
      mine->why_none_ = pool.error().message();
      log::warn("pages are not opened in a browser: {}", mine->why_none_);
    }
  });
  return looker;
}

NetworkLooker::~NetworkLooker() { starter_.join(); }

std::shared_ptr<browser::Pool> NetworkLooker::pool() const {
  const std::lock_guard lock(mutex_);
  return pool_;
}

std::string NetworkLooker::no_browser() const {
  const std::lock_guard lock(mutex_);
  return pool_ ? pool_->trouble() : why_none_;
}

void NetworkLooker::stop() {
  fetcher_->stop();
  if (const auto pool = this->pool()) pool->stop();
}

asio::awaitable<Page> NetworkLooker::fetch(LookRequest request) {
  const auto begin = std::chrono::steady_clock::now();
  Page page = co_await follow(*fetcher_, std::move(request));
  count_look("fetch", begin, page);
  co_return page;
}

asio::awaitable<Page> NetworkLooker::render(LookRequest request) {
  auto pool = this->pool();
  if (!pool) {
    Page page;
    page.chain.push_back({request.url, verdict::HopKind::kStart, 0});
    page.trouble = no_browser();
    co_return page;
  }
  browser::VisitRequest visit;
  visit.url = std::move(request.url);
  visit.visitor =
      request.visitor == Visitor::kMobile ? browser::Visitor::kMobile : browser::Visitor::kDesktop;
  if (!request.language.empty()) visit.locale = browser::locale_of(request.language);
  visit.budget = request.budget;
  visit.latest = std::chrono::steady_clock::now() + request.budget;
  const auto executor = co_await asio::this_coro::executor;
  const auto begin = std::chrono::steady_clock::now();
  // The pool answers from its own thread; who asked goes on in his. Named, and holding references alone: g++
  // 12 destroys twice what a closure within co_await holds.
  const auto start = [&pool, &visit, &executor](auto handler) {
    auto shared = std::make_shared<decltype(handler)>(std::move(handler));
    pool->visit(std::move(visit), [shared, executor](Page seen) {
      asio::post(executor, [shared, seen = std::move(seen)]() mutable { (*shared)(std::move(seen)); });
    });
  };
  Page page =
      co_await asio::async_initiate<const asio::use_awaitable_t<>&, void(Page)>(start, asio::use_awaitable);
  page.identity = identity_of(request.visitor, request.language).name;
  count_look("browser", begin, page);
  co_return page;
}

}  // namespace linkgate::scan
