#include "click/verdict_source.h"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

#include "base/log.h"
#include "click/click_rows.h"

namespace linkgate::click {

namespace asio = net::asio;
namespace {

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
constexpr size_t kMaxAnswerBytes = std::max(api::kMaxCheckBytes, kMaxPictureBytes);
constexpr size_t kMaxIdleConnections = 64;

std::string cache_key(const std::string& url, bool static_only) { return (static_only ? "s" : "d") + url; }

bool is_bad(verdict::Disposition disposition) {
  return disposition != verdict::Disposition::kClean && disposition != verdict::Disposition::kUnknown;
}

}  // namespace

KnownPtr VerdictCache::find(const std::string& url, bool static_only, uint64_t generation,
                            SteadyTime now) const {
  std::lock_guard lock(mutex_);
  const auto& entries = kept_[static_only].entries;
  auto found = entries.find(url);
  if (found == entries.end() || found->second.generation != generation || found->second.until <= now) {
    return nullptr;
  }
  return found->second.known;
}

KnownPtr VerdictCache::find_bad_stale(const std::string& url, bool static_only) const {
  std::lock_guard lock(mutex_);
  const auto& entries = kept_[static_only].entries;
  auto found = entries.find(url);
  if (found == entries.end() || !is_bad(found->second.known->verdict.disposition)) return nullptr;
  return found->second.known;
}

KnownPtr VerdictCache::put(const std::string& url, bool static_only, uint64_t generation,
                           verdict::Verdict verdict) {
  auto until = clock_.steady_now() + kVerdictCacheLifetime;
  auto valid_for =
      std::chrono::duration_cast<std::chrono::steady_clock::duration>(verdict.valid_until - clock_.now());
  if (verdict.valid_until != Time{} && valid_for < kVerdictCacheLifetime)
    until = clock_.steady_now() + valid_for;
  auto texts = std::make_shared<const RowTexts>(row_texts(verdict));
  auto known = std::make_shared<Knowledge>(from_verdict(std::move(verdict)));
  known->texts = std::move(texts);
  std::lock_guard lock(mutex_);
  auto& [entries, order] = kept_[static_only];
  auto [at, inserted] = entries.insert_or_assign(url, Entry{known, generation, until});
  if (!inserted) return known;
  order.push_back(url);
  if (order.size() > kMaxCachedVerdicts) {
    entries.erase(order.front());
    order.pop_front();
  }
  return known;
}

// One question under way, and everybody who waits for its answer.
struct VerdictSource::Check {
  api::CheckRequest request;
  std::string key;
  uint64_t generation = 0;
  KnownPtr answer;
  std::list<asio::steady_timer*> waiting;
};

struct VerdictSource::Core {
  Core(asio::io_context& context, net::HttpClientOptions options, VerdictCache& shared_cache)
      : io(context), client(net::HttpClient::create(context, std::move(options))), cache(shared_cache) {}
  asio::io_context& io;
  std::unique_ptr<net::HttpClient> client;
  VerdictCache& cache;
  std::unordered_map<std::string, std::shared_ptr<Check>> under_way;
  std::chrono::steady_clock::time_point last_well{};
};

VerdictSource::VerdictSource(asio::io_context& io, std::string scan_socket, VerdictCache& cache) {
  net::HttpClientOptions options;
  options.endpoint = "unix:" + std::move(scan_socket);
  options.timeout = kCheckTimeout;
  options.max_response_bytes = kMaxAnswerBytes;
  options.max_idle_connections = kMaxIdleConnections;
  core_ = std::make_shared<Core>(io, std::move(options), cache);
}

VerdictSource::~VerdictSource() = default;

asio::awaitable<void> VerdictSource::run(std::shared_ptr<Core> core, std::shared_ptr<Check> check) {
  net::Headers headers = {{"Content-Type", "application/json"}};
  std::string body = api::to_json(check->request);
  std::string trouble;
  asio::steady_timer pause(core->io);
  for (;;) {
    auto response = co_await core->client->request("POST", "/check", headers, body);
    if (response && response->status == 200) {
      auto verdict = api::parse_verdict(response->body);
      if (verdict) {
        core->last_well = std::chrono::steady_clock::now();
        check->answer = core->cache.put(check->request.url, check->request.static_only, check->generation,
                                        std::move(*verdict));
        break;
      }
      trouble = verdict.error().message();
    } else {
      trouble = response ? "scan answered " + std::to_string(response->status) : response.error().message();
    }
    bool restarting = !response && response.error().code() != ErrorCode::kTimeout &&
                      std::chrono::steady_clock::now() - core->last_well < kRestartPatience;
    if (!restarting) break;
    pause.expires_after(kRetryPause);
    co_await pause.async_wait(kAwait);
  }
  if (!check->answer) {
    log::warn("a link could not be checked: {}", trouble);
    check->answer = core->cache.find_bad_stale(check->request.url, check->request.static_only);
    if (!check->answer) check->answer = std::make_shared<const Knowledge>(failed(std::move(trouble)));
  }
  auto mine = core->under_way.find(check->key);  // a check of a newer generation may have taken the place
  if (mine != core->under_way.end() && mine->second == check) core->under_way.erase(mine);
  for (asio::steady_timer* timer : check->waiting) timer->cancel();
}

KnownPtr VerdictSource::remembered(const std::string& url, bool static_only, uint64_t generation,
                                   SteadyTime now) const {
  return core_->cache.find(url, static_only, generation, now);
}

asio::awaitable<api::Progress> VerdictSource::progress(api::CheckRequest about) {
  const auto core = core_;
  const net::Headers headers = {{"Content-Type", "application/json"}};
  const std::string body = api::to_json(about);
  const auto response = co_await core->client->request("POST", "/progress", headers, body);
  if (!response || response->status != 200) co_return api::Progress::kNone;
  co_return api::parse_progress(response->body).value_or(api::Progress::kNone);
}

asio::awaitable<Result<std::string>> VerdictSource::screenshot(std::string name) {
  const auto core = core_;
  const net::Headers none;
  const std::string target = "/screenshots/" + name;
  auto response = co_await core->client->request("GET", target, none, "");
  CO_TRY(response);
  if (response->status != 200) co_return Error(ErrorCode::kNotFound, "the picture is not kept any more");
  co_return std::move(response->body);
}

asio::awaitable<KnownPtr> VerdictSource::ask(api::CheckRequest request, uint64_t generation,
                                             std::chrono::milliseconds patience) {
  auto core = core_;
  std::string key = cache_key(request.url, request.static_only);
  std::shared_ptr<Check> check;
  auto found = core->under_way.find(key);
  if (found != core->under_way.end() && found->second->generation == generation) {
    check = found->second;
  } else {
    if (core->under_way.size() >= kMaxChecksUnderWay)
      co_return std::make_shared<const Knowledge>(failed("too many links are being checked at once"));
    check = std::make_shared<Check>();
    check->request = std::move(request);
    check->key = key;
    check->generation = generation;
    core->under_way.insert_or_assign(key, check);
    asio::co_spawn(core->io, run(core, check), asio::detached);
  }
  asio::steady_timer timer(core->io);
  timer.expires_after(patience);
  auto place = check->waiting.insert(check->waiting.end(), &timer);
  if (!check->answer) co_await timer.async_wait(kAwait);
  check->waiting.erase(place);
  if (!check->answer) co_return std::make_shared<const Knowledge>(pending());
  co_return check->answer;
}

}  // namespace linkgate::click
