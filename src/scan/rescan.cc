#include "scan/rescan.h"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

#include "base/log.h"
#include "base/metrics.h"
#include "scan/page_fingerprint.h"
#include "scan/random_tokens.h"
#include "scan/redirectors.h"
#include "url/acting_link.h"
#include "url/domain.h"
#include "verdict/url_words.h"

namespace linkgate::scan {

namespace asio = boost::asio;
using verdict::Disposition;

namespace {

constexpr double kSavedSeconds = 10;
constexpr std::chrono::seconds kCountPeriod{10};  // of all jobs, for the metrics
constexpr std::chrono::milliseconds kFetchBudget{10'000}, kScriptBudget{5'000};

metrics::Counter& done(const char* how) {
  return metrics::process().counter("linkgate_rescans_total", "Links looked at again, by what came of it",
                                    {{"result", how}});
}
metrics::Counter& skipped(const char* why) {
  return metrics::process().counter("linkgate_rescan_skips_total",
                                    "Times that a link was not looked at again", {{"reason", why}});
}

// A brand's own site, and no place there where strangers put things.
bool is_known_good(const url::Url& url, const verdict::BrandLooks& brands) {
  const std::string host(url.hostname()), domain = url::registrable_domain(host);
  if (domain.empty() || (host != domain && host != "www." + domain)) return false;
  return brands.owner(domain) != nullptr && verdict::host_kind(host) == verdict::HostKind::kOwn &&
         static_targets(url).size() == 1;
}

}  // namespace

std::optional<state::RescanJob> rescan_job(const api::CheckRequest& request,
                                           const std::string& canonical_hash, Disposition disposition,
                                           const std::vector<std::chrono::seconds>& after,
                                           const verdict::BrandLooks& brands, Time now) {
  const auto url = url::Url::parse(request.url);
  if (!url || !url->is_http() || after.empty() || disposition >= Disposition::kPhishing) return std::nullopt;
  if (is_known_good(*url, brands)) return std::nullopt;
  if (url::link_act(*url)) {
    skipped("acts").add();
    return std::nullopt;
  }
  state::RescanJob job;
  job.canonical_hash = canonical_hash;
  job.url = url->href();
  job.group = recipient_group(job.url, request.sender_domain);
  job.sender_domain = request.sender_domain;
  job.sender_is_known = request.sender_is_known;
  job.recipient = request.recipient;
  job.is_clicked = request.moment == api::CheckMoment::kClick;
  job.base = now;
  job.due = now + after.front();
  return job;
}

NextRescan next_rescan(const std::vector<std::chrono::seconds>& after, Time base, Time due, Time now) {
  NextRescan next;
  for (const std::chrono::seconds offset : after) {
    const Time time = base + offset;
    if (time > now) {
      next.due = time;
      return next;
    }
    if (time > due) ++next.missed;
  }
  return next;
}

bool MinuteBudget::take() {
  if (left() == 0) return false;
  saved_ -= 1;
  return true;
}

size_t MinuteBudget::left() {
  const auto now = clock_.steady_now();
  const double most = std::max(1.0, per_second_ * kSavedSeconds);
  if (per_second_ <= 0) return 0;
  saved_ =
      at_ ? std::min(most, saved_ + per_second_ * std::chrono::duration<double>(now - *at_).count()) : most;
  at_ = now;
  return static_cast<size_t>(saved_);
}

Rescanner::Rescanner(std::unique_ptr<state::ScanStore> store, Looker& looker, LookWhole look_whole,
                     const Clock& clock, RescanOptions options)
    : store_(std::move(store)),
      looker_(looker),
      look_whole_(std::move(look_whole)),
      clock_(clock),
      options_(std::move(options)),
      fetches_(options_.fetches_per_minute, clock),
      pages_(options_.pages_per_minute, clock),
      io_(1) {
  asio::co_spawn(io_, run(), asio::detached);
  thread_ = std::thread([this] { io_.run(); });
}

Rescanner::~Rescanner() { stop(); }

void Rescanner::stop() {
  io_.stop();
  if (thread_.joinable()) thread_.join();
}

asio::awaitable<void> Rescanner::run() {
  asio::steady_timer timer(io_);
  while (true) {
    take_some();
    count_jobs();
    timer.expires_after(options_.period);
    co_await timer.async_wait(asio::use_awaitable);
  }
}

void Rescanner::take_some() {
  const size_t room = options_.parallel - std::min(options_.parallel, under_way_);
  const size_t most = std::min(room, fetches_.left());
  if (most == 0) return;
  const Time now = clock_.now();
  auto jobs = store_->take_jobs(now, now + options_.lease, most);
  if (!jobs) return log::warn("links are not looked at again: {}", jobs.error().message());
  for (state::RescanJob& job : *jobs) {
    (void)fetches_.take();
    ++under_way_;
    asio::co_spawn(io_, work_on(std::move(job)), asio::detached);
  }
}

asio::awaitable<std::string> Rescanner::fingerprint_of(std::string url) {
  LookRequest request{std::move(url), Visitor::kDesktop, "", kFetchBudget, "rescan"};
  const verdict::Page page = co_await looker_.fetch(request);
  std::vector<std::string> scripts;
  for (const std::string& address : own_scripts(page)) {
    LookRequest script_request{address, Visitor::kDesktop, "", kScriptBudget, "rescan"};
    const verdict::Page script = co_await looker_.fetch(script_request);
    scripts.push_back(std::to_string(script.status) + " " + script.html);
  }
  co_return page_fingerprint(page, scripts);
}

asio::awaitable<void> Rescanner::work_on(state::RescanJob job) {
  const std::string fingerprint = co_await fingerprint_of(job.url);
  const bool is_gated = job.stands == Disposition::kGated;
  if (!is_gated && !is_changed(job.fingerprint, fingerprint)) {
    done("unchanged").add();
    finish(job, job.stands, fingerprint);
  } else if (!pages_.take()) {
    skipped("pages").add();
    finish(job, job.stands, "");  // the next time finds the change again
  } else {
    api::CheckRequest request;
    request.url = job.url;
    request.moment = api::CheckMoment::kRescan;
    request.recipient = job.recipient;
    request.sender_domain = job.sender_domain;
    request.sender_is_known = job.sender_is_known;
    const verdict::Verdict verdict = co_await look_whole_(std::move(request));
    done(std::string(verdict::to_string(verdict.disposition)).c_str()).add();
    finish(job, verdict.disposition, fingerprint);
  }
  --under_way_;
}

void Rescanner::finish(const state::RescanJob& job, Disposition disposition, const std::string& fingerprint) {
  const Time now = clock_.now();
  NextRescan next = next_rescan(options_.after, job.base, job.due, now);
  if (next.missed > 0) skipped("late").add(static_cast<double>(next.missed));
  const bool turned = disposition > Disposition::kUnknown && job.stands <= Disposition::kUnknown;
  if (turned && !job.group.empty()) {
    // The others of its kind were judged by this one. Before the job ends: if we end in between, it is done
    // again.
    if (auto woken = store_->wake_group(job.group, now); !woken)
      log::warn("links like one that turned bad are not looked at: {}", woken.error().message());
  }
  const bool is_bad = disposition >= Disposition::kPhishing;
  auto finished = store_->finish_job(job, is_bad ? std::nullopt : next.due, fingerprint);
  if (!finished && finished.error().code() != ErrorCode::kNotFound)
    log::warn("a link that was looked at again will be once more: {}", finished.error().message());
}

void Rescanner::count_jobs() {
  const auto now = std::chrono::steady_clock::now();
  if (now - counted_ < kCountPeriod) return;
  counted_ = now;
  static auto& due =
      metrics::process().gauge("linkgate_rescans_due", "Links whose time to be looked at again has come");
  static auto& scheduled =
      metrics::process().gauge("linkgate_rescans_scheduled", "Links that will be looked at again");
  const auto counts = store_->count_jobs(clock_.now());
  if (!counts) return;
  due.set(static_cast<double>(counts->due));
  scheduled.set(static_cast<double>(counts->scheduled));
}

}  // namespace linkgate::scan
