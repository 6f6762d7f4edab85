#include "click/verdict_source.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

#include "base/log.h"

namespace linkgate::click {

namespace asio = net::asio;
namespace {

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
constexpr size_t kMaxAnswerBytes = api::kMaxCheckBytes;
constexpr size_t kMaxIdleConnections = 64;

std::string cache_key(const std::string& url, bool static_only) { return (static_only ? "s" : "d") + url; }

bool is_bad(verdict::Disposition disposition) {
  return disposition != verdict::Disposition::kClean && disposition != verdict::Disposition::kUnknown;
}

}  // namespace

std::optional<verdict::Verdict> VerdictCache::find(const std::string& key, uint64_t generation) const {
  auto now = clock_.steady_now();
  std::lock_guard lock(mutex_);
  auto found = entries_.find(key);
  if (found == entries_.end() || found->second.generation != generation || found->second.until <= now) {
    return std::nullopt;
  }
  return found->second.verdict;
}

std::optional<verdict::Verdict> VerdictCache::find_bad_stale(const std::string& key) const {
  std::lock_guard lock(mutex_);
  auto found = entries_.find(key);
  if (found == entries_.end() || !is_bad(found->second.verdict.disposition)) return std::nullopt;
  return found->second.verdict;
}

void VerdictCache::put(const std::string& key, uint64_t generation, const verdict::Verdict& verdict) {
  auto until = clock_.steady_now() + kVerdictCacheLifetime;
  auto valid_for =
      std::chrono::duration_cast<std::chrono::steady_clock::duration>(verdict.valid_until - clock_.now());
  if (verdict.valid_until != Time{} && valid_for < kVerdictCacheLifetime)
    until = clock_.steady_now() + valid_for;
  std::lock_guard lock(mutex_);
  auto [at, inserted] = entries_.insert_or_assign(key, Entry{verdict, generation, until});
  if (!inserted) return;
  order_.push_back(key);
  if (order_.size() > kMaxCachedVerdicts) {
    entries_.erase(order_.front());
    order_.pop_front();
  }
}

// One question under way, and everybody who waits for its answer.
struct VerdictSource::Check {
  api::CheckRequest request;
  std::string key;
  uint64_t generation = 0;
  std::optional<Knowledge> answer;
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
        core->cache.put(check->key, check->generation, *verdict);
        check->answer = from_verdict(std::move(*verdict));
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
    auto stale = core->cache.find_bad_stale(check->key);
    check->answer = stale ? from_verdict(std::move(*stale)) : failed(std::move(trouble));
  }
  auto mine = core->under_way.find(check->key);  // a check of a newer generation may have taken the place
  if (mine != core->under_way.end() && mine->second == check) core->under_way.erase(mine);
  for (asio::steady_timer* timer : check->waiting) timer->cancel();
}

std::optional<Knowledge> VerdictSource::remembered(const std::string& url, bool static_only,
                                                   uint64_t generation) const {
  auto cached = core_->cache.find(cache_key(url, static_only), generation);
  if (!cached) return std::nullopt;
  return from_verdict(std::move(*cached));
}

asio::awaitable<Knowledge> VerdictSource::ask(api::CheckRequest request, uint64_t generation,
                                              std::chrono::milliseconds patience) {
  auto core = core_;
  std::string key = cache_key(request.url, request.static_only);
  std::shared_ptr<Check> check;
  auto found = core->under_way.find(key);
  if (found != core->under_way.end() && found->second->generation == generation) {
    check = found->second;
  } else {
    if (core->under_way.size() >= kMaxChecksUnderWay)
      co_return failed("too many links are being checked at once");
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
  if (!check->answer) co_return pending();
  co_return *check->answer;
}

}  // namespace linkgate::click
