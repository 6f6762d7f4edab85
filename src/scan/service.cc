#include "scan/service.h"

#include <algorithm>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

#include "api/feeds.h"
#include "base/file_system.h"
#include "base/log.h"
#include "base/metrics.h"
#include "scan/url_model_stage.h"

namespace linkgate::scan {
namespace {

constexpr std::chrono::seconds kFirstLoadWait{60};
constexpr std::chrono::milliseconds kRefreshLook{20};

net::HttpResponse json(unsigned status, std::string body) {
  net::HttpResponse response;
  response.status = status;
  response.headers = {{"Content-Type", "application/json"}, {"Cache-Control", "no-store"}};
  response.body = std::move(body);
  return response;
}

net::HttpResponse failure(unsigned status, const Error& error) { return json(status, api::to_json(error)); }

void count_check(verdict::Disposition disposition, std::chrono::steady_clock::duration took) {
  static auto& seconds = metrics::process().histogram("linkgate_check_seconds", "Time to judge a URL",
                                                      metrics::latency_buckets());
  seconds.observe(std::chrono::duration<double>(took).count());
  metrics::process()
      .counter("linkgate_checks_total", "URLs judged by disposition",
               {{"disposition", std::string(verdict::to_string(disposition))}})
      .add();
}

}  // namespace

state::StateOptions state_options(const Config& config) {
  state::StateOptions options;
  options.location =
      config.state.location.empty() ? "sqlite:" + DataPaths(config.data).state() : config.state.location;
  return options;
}

Result<std::unique_ptr<Service>> Service::start(const Config& config, const Clock& clock) {
  const state::StateOptions options = state_options(config);
  std::unique_ptr<Service> service(new Service);
  // One connection each for feeds, index, cache reads and cache writes: none waits for another's transaction.
  TRY_ASSIGN(auto feed_store, state::open_intel_store(options));
  TRY_ASSIGN(auto index_store, state::open_intel_store(options));
  TRY_ASSIGN(auto cache_reader, state::open_intel_store(options));
  TRY_ASSIGN(auto cache_writer, state::open_intel_store(options));
  TRY_ASSIGN(service->intel_, Intel::start(std::move(index_store)));
  service->cache_ = std::make_unique<VerdictCache>(std::move(cache_reader), std::move(cache_writer), clock);
  std::vector<std::unique_ptr<Stage>> stages;
  stages.push_back(intel_stage(*service->intel_));
  stages.push_back(cache_stage(*service->cache_, *service->intel_));
  TRY_ASSIGN(const auto url_model, load_url_model(config));
  if (url_model != nullptr) stages.push_back(url_model_stage(url_model));
  service->judge_ = std::make_unique<Judge>(std::move(stages), clock, config.scan.verdict_lifetime);
  TRY(service->start_looking(config, clock));
  FeedLoaderOptions feed_options;
  feed_options.egress_socket = DataPaths(config.data).egress_feeds_socket();
  const auto loaded = [intel = service->intel_.get()] {
    if (auto looked = intel->look(); !looked) log::warn("intel: {}", looked.error().message());
  };
  service->feeds_ =
      std::make_unique<FeedLoader>(std::move(feed_store), clock, loaded, std::move(feed_options));
  service->feeds_->configure(config.scan.feeds);
  if (!service->feeds_->wait_for_files(kFirstLoadWait)) {
    log::warn("the feeds' files are still being read; what was loaded before is in force");
  }
  return service;
}

Result<void> Service::start_looking(const Config& config, const Clock& clock) {
  if (!config.scan.deep) return {};
  brands_ = std::make_unique<verdict::BrandLooks>(verdict::BrandLooks::shipped());
  if (!config.scan.brands_file.empty()) {
    TRY_ASSIGN(const std::string text, real_file_system().read(config.scan.brands_file));
    TRY_ASSIGN(*brands_, brands_->with(text, config.scan.brands_file));
  }
  TRY_ASSIGN(looker_, NetworkLooker::start(config));
  DeepScanOptions options;
  options.queue.parallel = config.scan.pages;
  deep_ = std::make_unique<DeepScan>(
      options, *looker_, [this](const url::Url& url) { return find_listed(url); }, *brands_, clock);
  return {};
}

std::optional<Listed> Service::find_listed(const url::Url& url) const {
  const auto index = intel_->current();
  const auto hits = index->find(url);
  if (hits.empty()) return std::nullopt;
  const auto worst = std::max_element(
      hits.begin(), hits.end(), [](const auto& a, const auto& b) { return a.disposition < b.disposition; });
  return Listed{worst->disposition,
                {"feed.listed",
                 "The feed \"" + std::string(worst->feed) + "\" lists " + url.href() +
                     ", which the link leads over, as " + std::string(verdict::to_string(worst->disposition)),
                 ""}};
}

std::string Service::no_browser() const { return deep_ ? deep_->no_browser() : ""; }

std::string Service::trouble() const { return intel_->in_trouble() ? "the intel store cannot be read" : ""; }

net::HttpHandler Service::handler() {
  return [this](net::HttpRequest& request) { return answer(request); };
}

net::asio::awaitable<net::HttpResponse> Service::answer(net::HttpRequest& request) {
  const std::string target = request.target.substr(0, request.target.find('?'));
  const bool is_post = request.method == "POST";
  if (target == "/check" && is_post) {
    net::HttpResponse checked = co_await check(request);
    co_return checked;
  }
  if (target == "/feeds" && request.method == "GET") co_return list_feeds(200);
  if (target == "/feeds/refresh" && is_post) {
    net::HttpResponse refreshed = co_await refresh();
    co_return refreshed;
  }
  const bool is_known = target == "/check" || target == "/feeds" || target == "/feeds/refresh";
  const Error error = is_known
                          ? Error(ErrorCode::kInvalidArgument, target + " does not take " + request.method)
                          : Error(ErrorCode::kNotFound, "there is no " + target);
  co_return failure(is_known ? 405 : 404, error);
}

net::asio::awaitable<net::HttpResponse> Service::check(const net::HttpRequest& request) {
  const auto begin = std::chrono::steady_clock::now();
  const auto asked = api::parse_check_request(request.body);
  if (!asked) co_return failure(400, asked.error());
  const verdict::Verdict verdict = co_await verdict_on(*asked);
  count_check(verdict.disposition, std::chrono::steady_clock::now() - begin);
  co_return json(200, api::to_json(verdict));
}

net::asio::awaitable<verdict::Verdict> Service::verdict_on(const api::CheckRequest& request) {
  Judged judged = judge_->look_up(request);
  const bool is_web = request.url.starts_with("http");
  if (judged.is_decided || request.static_only || !deep_ || !is_web) co_return std::move(judged.verdict);
  if (request.moment == api::CheckMoment::kDelivery) {
    // Mail does not wait for pages: they are looked at meanwhile, before somebody clicks.
    const auto executor = co_await net::asio::this_coro::executor;
    net::asio::co_spawn(executor, looked_at(request, judged), net::asio::detached);
    co_return std::move(judged.verdict);
  }
  verdict::Verdict verdict = co_await looked_at(request, std::move(judged));
  co_return verdict;
}

net::asio::awaitable<verdict::Verdict> Service::looked_at(api::CheckRequest request, Judged judged) {
  std::erase_if(judged.verdict.evidence,
                [](const auto& evidence) { return evidence.code == "nothing.known"; });
  verdict::Verdict verdict =
      co_await deep_->scan(request, std::move(judged.canonical_hash), std::move(judged.verdict));
  judge_->learn(request, verdict);
  co_return verdict;
}

net::HttpResponse Service::list_feeds(unsigned status) {
  const auto feeds = feeds_->status();
  if (!feeds) return failure(503, feeds.error());
  std::vector<api::FeedInfo> list;
  for (const auto& feed : *feeds)
    list.push_back({feed.name, feed.source, feed.loaded, feed.entries, feed.trouble});
  return json(status, api::to_json(list));
}

net::asio::awaitable<net::HttpResponse> Service::refresh() {
  const FeedLoader::Request asked = feeds_->request_refresh();
  net::asio::steady_timer timer(co_await net::asio::this_coro::executor);
  const auto deadline = std::chrono::steady_clock::now() + kRefreshWait;
  bool is_done = false;
  while (!is_done && std::chrono::steady_clock::now() < deadline) {
    timer.expires_after(kRefreshLook);
    co_await timer.async_wait(net::asio::use_awaitable);
    is_done = feeds_->wait_for(asked, std::chrono::milliseconds(0));
  }
  co_return list_feeds(is_done ? 200 : 202);
}

}  // namespace linkgate::scan
