#include "scan/service.h"

#include <algorithm>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <charconv>
#include <utility>

#include "api/changes.h"
#include "api/feeds.h"
#include "api/flips.h"
#include "api/progress.h"
#include "base/file_system.h"
#include "base/log.h"
#include "base/metrics.h"
#include "scan/url_model_stage.h"
#include "url/canonical_key.h"

namespace linkgate::scan {
namespace {

constexpr std::chrono::seconds kFirstLoadWait{60};
constexpr std::string_view kScreenshots = "/screenshots/";
constexpr std::chrono::milliseconds kRefreshLook{20};

net::HttpResponse json(unsigned status, std::string body) {
  net::HttpResponse response;
  response.status = status;
  response.headers = {{"Content-Type", "application/json"}, {"Cache-Control", "no-store"}};
  response.body = std::move(body);
  return response;
}

net::HttpResponse failure(unsigned status, const Error& error) { return json(status, api::to_json(error)); }

std::string hex_of(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string hex;
  for (const char byte : bytes) {
    hex += kDigits[static_cast<uint8_t>(byte) >> 4];
    hex += kDigits[static_cast<uint8_t>(byte) & 15];
  }
  return hex;
}

api::Progress progress_of(ScanStage stage) {
  switch (stage) {
    case ScanStage::kWaiting:
      return api::Progress::kWaiting;
    case ScanStage::kFetching:
      return api::Progress::kFetching;
    case ScanStage::kOpening:
      return api::Progress::kOpening;
    case ScanStage::kComparing:
      return api::Progress::kComparing;
  }
  return api::Progress::kNone;
}

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
  // One connection each for feeds, index, lookups, cache reads and cache writes: none waits for another's
  // transaction.
  TRY_ASSIGN(auto feed_store, state::open_intel_store(options));
  TRY_ASSIGN(auto index_store, state::open_intel_store(options));
  TRY_ASSIGN(auto exact_store, state::open_intel_store(options));
  TRY_ASSIGN(auto cache_reader, state::open_intel_store(options));
  TRY_ASSIGN(auto cache_writer, state::open_intel_store(options));
  TRY_ASSIGN(service->intel_, Intel::start(std::move(index_store), std::move(exact_store)));
  service->cache_ = std::make_unique<VerdictCache>(std::move(cache_reader), std::move(cache_writer), clock);
  std::vector<std::unique_ptr<Stage>> stages;
  stages.push_back(intel_stage(*service->intel_));
  stages.push_back(cache_stage(*service->cache_, *service->intel_));
  TRY_ASSIGN(const auto url_model, load_url_model(config));
  if (url_model != nullptr) stages.push_back(url_model_stage(url_model));
  service->judge_ = std::make_unique<Judge>(std::move(stages), clock, config.scan.verdict_lifetime);
  service->clock_ = &clock;
  TRY(service->start_remembering(config, options));
  TRY(service->start_looking(config, clock));
  TRY(service->start_rescans(config, options));
  FeedClientOptions client;
  client.folder = DataPaths(config.data).feeds();
  client.egress_socket = DataPaths(config.data).egress_feeds_socket();
  service->hashes_ = std::make_unique<HashCheck>(config.scan.feeds, client, *service->intel_, clock);
  FeedLoaderOptions feed_options;
  feed_options.egress_socket = DataPaths(config.data).egress_feeds_socket();
  feed_options.folder = DataPaths(config.data).feeds();
  TRY(real_file_system().make_directories(feed_options.folder));
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

Service::~Service() {
  if (rescanner_) rescanner_->stop();
}

Result<void> Service::start_remembering(const Config& config, const state::StateOptions& options) {
  TRY_ASSIGN(auto ledger_store, state::open_scan_store(options));
  TRY_ASSIGN(auto flip_store, state::open_scan_store(options));
  state::StateOptions read_only = options;
  read_only.read_only = true;
  // Without the organisation's lists the log of flips lacks theirs, and nothing else.
  if (auto store = state::open_policy_store(read_only); store) {
    TRY_ASSIGN(policies_, state::PolicySnapshots::start(*std::move(store)));
  } else {
    log::warn("the organisation's lists cannot be read: {}", store.error().message());
  }
  UrlLedgerOptions ledger_options;
  ledger_options.retention = std::chrono::duration_cast<std::chrono::hours>(config.scan.remember);
  const auto before_write = [this] { cache_->flush(); };
  ledger_ = std::make_unique<UrlLedger>(std::move(ledger_store), *clock_, before_write, ledger_options);
  TRY_ASSIGN(changes_, VerdictChanges::start(std::move(flip_store), *intel_, policies_.get(), *cache_,
                                             *ledger_, *clock_));
  return {};
}

Result<void> Service::start_rescans(const Config& config, const state::StateOptions& options) {
  if (!deep_ || config.scan.rescan_after.empty()) return {};
  rescan_after_ = config.scan.rescan_after;
  RescanOptions rescans;
  rescans.after = rescan_after_;
  rescans.fetches_per_minute = config.scan.rescan_fetches_per_minute;
  rescans.pages_per_minute = config.scan.rescan_pages_per_minute;
  rescans.parallel = static_cast<size_t>(config.scan.pages);
  TRY_ASSIGN(auto store, state::open_scan_store(options));
  rescanner_ = std::make_unique<Rescanner>(
      std::move(store), *looker_,
      [this](api::CheckRequest request) { return look_again(std::move(request)); }, *clock_, rescans);
  return {};
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
  options.validity = config.scan.validity;
  if (config.scan.screenshot_bytes > 0) {
    auto opened =
        ScreenshotStore::open(DataPaths(config.data).root + "/screenshots", config.scan.screenshot_bytes);
    if (!opened) log::warn("no screenshots are kept: {}", opened.error().message());
    if (opened) screenshots_ = *std::move(opened);
  }
  notes_ = std::make_unique<ScanNotes>(*ledger_, screenshots_.get());
  options.watcher = notes_.get();
  TRY_ASSIGN(auto site_store, state::open_site_store(state_options(config)));
  TRY_ASSIGN(sites_, SiteMemory::start(std::move(site_store), clock));
  options.sites = sites_.get();
  options.languages = config.scan.languages;
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
  if (target == "/changes" && request.method == "GET")
    co_return json(200, api::changes_to_json(changes_->count()));
  if (target == "/feeds" && request.method == "GET") co_return list_feeds(200);
  if (target == "/flips" && request.method == "GET") co_return flips(request.target);
  if (target == "/progress" && is_post) co_return progress(request);
  if (target.starts_with(kScreenshots) && request.method == "GET")
    co_return screenshot(std::string_view(target).substr(kScreenshots.size()));
  if (target == "/feeds/refresh" && is_post) {
    net::HttpResponse refreshed = co_await refresh();
    co_return refreshed;
  }
  const bool is_known = target == "/check" || target == "/feeds" || target == "/changes" ||
                        target == "/flips" || target == "/progress" || target == "/feeds/refresh";
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
  remember(request, judged.canonical_hash, judged.verdict, judged.is_decided, judged.is_remembered);
  const bool is_web = request.url.starts_with("http");
  if (judged.is_decided || request.static_only || !is_web) co_return std::move(judged.verdict);
  const bool is_listed = co_await hashes_->look(request.url, &judged.verdict);
  if (is_listed) {
    std::erase_if(judged.verdict.evidence,
                  [](const auto& evidence) { return evidence.code == "nothing.known"; });
    judge_->learn(request, judged.verdict);
    remember(request, judged.canonical_hash, judged.verdict, true, false);
    co_return std::move(judged.verdict);
  }
  if (!deep_) co_return std::move(judged.verdict);
  if (request.moment == api::CheckMoment::kDelivery || request.moment == api::CheckMoment::kMissed) {
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
  const std::string hash = judged.canonical_hash;
  verdict::Verdict verdict =
      co_await deep_->scan(request, std::move(judged.canonical_hash), std::move(judged.verdict));
  if (verdict.disposition == verdict::Disposition::kUnknown) {
    // A page that hides from whoever comes again is not acquitted by that.
    auto before = cache_->find(hash);
    if (before && before->disposition > verdict::Disposition::kUnknown) co_return *std::move(before);
  }
  judge_->learn(request, verdict);
  remember(request, hash, verdict, true, true);
  co_return verdict;
}

net::asio::awaitable<verdict::Verdict> Service::look_again(api::CheckRequest request) {
  Judged judged = judge_->look_up(request);
  if (judged.is_decided) co_return std::move(judged.verdict);
  verdict::Verdict verdict = co_await looked_at(std::move(request), std::move(judged));
  co_return verdict;
}

void Service::remember(const api::CheckRequest& request, const std::string& hash,
                       const verdict::Verdict& verdict, bool is_said, bool by_page) {
  if (hash.empty() || !request.url.starts_with("http")) return;
  using api::CheckMoment;
  UrlLedger::Entry entry;
  state::Judgement& judgement = entry.judgement;
  judgement.canonical_hash = hash;
  judgement.url = verdict.url_chain.empty() ? request.url : verdict.url_chain.front();
  judgement.url_chain = verdict.url_chain;
  if (is_said) judgement.disposition = verdict.disposition;
  judgement.by_page = by_page;
  judgement.came_by = request.moment != CheckMoment::kRescan && request.moment != CheckMoment::kAsked;
  judgement.at = verdict.judged_at;
  judgement.cause = to_string(request.moment);
  if (request.moment == CheckMoment::kMissed) {
    // It was delivered as one of which nothing is known: what is known now is a turn of the verdict.
    UrlLedger::Entry before = entry;
    before.judgement.disposition = verdict::Disposition::kUnknown;
    before.judgement.by_page = false;
    before.judgement.at -= Ticks(1);
    ledger_->add(std::move(before));
  }
  if (!verdict.evidence.empty()) judgement.reason = verdict.evidence.front().sentence;
  if (judgement.came_by && !request.static_only && brands_)
    entry.job = rescan_job(request, hash, verdict.disposition, rescan_after_, *brands_, clock_->now());
  ledger_->add(std::move(entry));
}

net::HttpResponse Service::progress(const net::HttpRequest& request) const {
  const auto asked = api::parse_check_request(request.body);
  if (!asked) return failure(400, asked.error());
  const auto url = url::Url::parse(asked->url);
  std::optional<ScanStage> stage;
  if (url && notes_) stage = notes_->stage_of(url::canonical_hash(url::canonical_key(*url)));
  return json(200, api::progress_to_json(stage ? progress_of(*stage) : api::Progress::kNone));
}

net::HttpResponse Service::screenshot(std::string_view name) const {
  if (!screenshots_) return failure(404, Error(ErrorCode::kNotFound, "no screenshots are kept here"));
  auto picture = screenshots_->get(name);
  if (!picture) return failure(404, picture.error());
  net::HttpResponse response;
  response.headers = {{"Content-Type", "image/png"}};
  response.body = *std::move(picture);
  return response;
}

net::HttpResponse Service::flips(std::string_view target) const {
  constexpr std::string_view kSince = "?since=";
  const std::string_view query = target.substr(std::min(target.find('?'), target.size()));
  int64_t since = 0;
  const char* const end = query.data() + query.size();
  const bool is_given = query.starts_with(kSince);
  if (is_given) {
    const auto read = std::from_chars(query.data() + kSince.size(), end, since);
    if (read.ec != std::errc() || read.ptr != end) since = -1;
  }
  if ((!query.empty() && !is_given) || since < 0)
    return failure(400, Error(ErrorCode::kInvalidArgument, "the query of /flips is since=ID"));
  const auto found = changes_->flips_since(since, api::kMostFlips);
  if (!found) return failure(503, found.error());
  std::vector<api::FlipInfo> list;
  for (const state::Flip& flip : *found) {
    list.push_back({flip.id, hex_of(flip.canonical_hash), flip.url, flip.was, flip.is, flip.at, flip.cause,
                    flip.reason});
  }
  return json(200, api::to_json(list));
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
