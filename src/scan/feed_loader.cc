#include "scan/feed_loader.h"

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "base/metrics.h"
#include "scan/feed_parser.h"

namespace linkgate::scan {
namespace {

constexpr size_t kMaxTroubleText = 500;

bool is_same(const FeedConfig& a, const FeedConfig& b) {
  return a.name == b.name && a.source == b.source && a.format == b.format && a.url_column == b.url_column &&
         a.threat_column == b.threat_column && a.threat == b.threat && a.refresh == b.refresh;
}

void count_load(const FeedConfig& feed, const char* result) {
  metrics::process()
      .counter("linkgate_feed_loads_total", "Attempts to load a feed by result",
               {{"feed", feed.name}, {"result", result}})
      .add();
}

void set_gauges(const std::string& feed, std::optional<size_t> entries, bool failing) {
  auto& registry = metrics::process();
  registry.gauge("linkgate_feed_failing", "1 where the last attempt to load a feed failed", {{"feed", feed}})
      .set(failing);
  if (!entries) return;
  registry.gauge("linkgate_feed_entries", "Entries of a feed as loaded last", {{"feed", feed}})
      .set(static_cast<double>(*entries));
}

}  // namespace

FeedWorker::FeedWorker(state::IntelStore& store, const Clock& clock, std::function<void()> loaded, bool http,
                       FeedLoaderOptions options)
    : store_(store),
      clock_(clock),
      loaded_(std::move(loaded)),
      http_(http),
      options_(options),
      thread_([this] { run(); }) {}

FeedWorker::~FeedWorker() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  wake_.notify_all();
  done_.notify_all();
  thread_.join();
}

uint64_t FeedWorker::configure(std::vector<FeedConfig> feeds) {
  const std::lock_guard lock(mutex_);
  std::erase_if(feeds, [this](const FeedConfig& feed) { return is_http_source(feed.source) != http_; });
  wanted_ = std::move(feeds);
  wake_.notify_all();
  return ++requested_;
}

uint64_t FeedWorker::request_refresh() {
  const std::lock_guard lock(mutex_);
  wake_.notify_all();
  return ++requested_;
}

bool FeedWorker::wait_for(uint64_t request, std::chrono::milliseconds timeout) {
  std::unique_lock lock(mutex_);
  done_.wait_for(lock, timeout, [&] { return completed_ >= request || stop_; });
  return completed_ >= request;
}

void FeedWorker::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    wake_.wait_for(lock, options_.file_period, [this] { return stop_ || requested_ > completed_; });
    if (stop_) return;
    const uint64_t serving = requested_;
    const bool is_asked_for = serving > completed_;
    lock.unlock();
    apply_configuration();
    for (Feed& feed : feeds_) {
      const bool is_due = !http_ || std::chrono::steady_clock::now() >= feed.due;
      if ((is_due || is_asked_for) && !stop_) ask(feed);
    }
    lock.lock();
    completed_ = serving;
    done_.notify_all();
  }
}

void FeedWorker::apply_configuration() {
  std::optional<std::vector<FeedConfig>> wanted;
  {
    const std::lock_guard lock(mutex_);
    wanted = std::exchange(wanted_, std::nullopt);
  }
  if (!wanted) return;
  std::vector<Feed> feeds;
  for (FeedConfig& config : *wanted) {
    const auto known = std::find_if(feeds_.begin(), feeds_.end(),
                                    [&](const Feed& feed) { return is_same(feed.config, config); });
    if (known != feeds_.end()) {
      feeds.push_back(std::move(*known));
      feeds_.erase(known);
    } else {
      feeds.push_back({config, feed_source(config.source, stop_, options_.egress_socket)});
    }
  }
  feeds_ = std::move(feeds);
}

void FeedWorker::ask(Feed& feed) {
  const Result<bool> changed = load(feed);
  const auto now = std::chrono::steady_clock::now();
  if (!changed) {
    if (stop_) return;  // a download that was given up is no news
    feed.retry =
        std::min(feed.retry.count() == 0 ? options_.first_retry : feed.retry * 2, feed.config.refresh);
    feed.due = now + feed.retry;
    note_trouble(feed, std::string_view(changed.error().message()).substr(0, kMaxTroubleText));
    return;
  }
  feed.retry = std::chrono::seconds(0);
  feed.due = now + feed.config.refresh;
  if (*changed) loaded_();
  // The source answers again, and with what the store holds.
  if (!*changed && !feed.trouble.empty() && !feed.is_unreadable) {
    log::info("feed {}: can be read again, and has not changed", feed.config.name);
    note_trouble(feed, "");
  }
}

void FeedWorker::note_trouble(Feed& feed, std::string_view trouble) {
  if (!trouble.empty()) count_load(feed.config, "failed");
  set_gauges(feed.config.name, std::nullopt, !trouble.empty());
  if (trouble == feed.trouble) return;  // said once, however often it happens
  if (!trouble.empty()) {
    log::warn("feed {}: {}; what was loaded before stays in force", feed.config.name, trouble);
  }
  if (auto recorded = store_.record_feed_trouble(feed.config.name, feed.config.source, trouble); !recorded) {
    return log::warn("feed {}: {}", feed.config.name, recorded.error().message());
  }
  feed.trouble = trouble;
}

// True where the store has new entries.
Result<bool> FeedWorker::load(Feed& feed) {
  TRY_ASSIGN(const auto bytes, feed.source->fetch_if_changed());
  if (!bytes) return false;
  // What does not parse is not parsed again every second: only when it changes.
  feed.is_unreadable = true;
  TRY_ASSIGN(const ParsedFeed parsed, parse_feed(*bytes, feed.config));
  feed.is_unreadable = false;
  const state::FeedStatus status{feed.config.name, feed.config.source, clock_.now(), 0, "", 0};
  if (auto stored = store_.replace_feed(status, parsed.entries); !stored) {
    feed.source->forget();
    return std::move(stored).error();
  }
  if (parsed.skipped > 0) {
    log::warn("feed {}: {} lines are no entries and were passed over, the first: {}", feed.config.name,
              parsed.skipped, parsed.first_skipped);
  }
  log::info("feed {}: {} entries from {}", feed.config.name, parsed.entries.size(), feed.config.source);
  count_load(feed.config, "loaded");
  set_gauges(feed.config.name, parsed.entries.size(), false);
  feed.trouble.clear();
  return true;
}

FeedLoader::FeedLoader(std::unique_ptr<state::IntelStore> store, const Clock& clock,
                       std::function<void()> loaded, FeedLoaderOptions options)
    : store_(std::move(store)),
      loaded_(loaded),
      files_(*store_, clock, loaded, /*http=*/false, options),
      urls_(*store_, clock, loaded, /*http=*/true, options) {}

void FeedLoader::configure(const std::vector<FeedConfig>& feeds) {
  remove_others(feeds);
  configured_ = files_.configure(feeds);
  urls_.configure(feeds);
}

FeedLoader::Request FeedLoader::request_refresh() {
  return {files_.request_refresh(), urls_.request_refresh()};
}

bool FeedLoader::wait_for(Request request, std::chrono::milliseconds timeout) {
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  if (!files_.wait_for(request.files, timeout)) return false;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
  return urls_.wait_for(request.urls, std::max(left, std::chrono::milliseconds(0)));
}

bool FeedLoader::wait_for_files(std::chrono::milliseconds timeout) {
  return files_.wait_for(configured_, timeout);
}

void FeedLoader::remove_others(const std::vector<FeedConfig>& feeds) {
  const auto stored = store_->feeds();
  if (!stored) return log::warn("feeds: {}", stored.error().message());
  for (const auto& status : *stored) {
    const bool is_configured = std::any_of(feeds.begin(), feeds.end(),
                                           [&](const FeedConfig& feed) { return feed.name == status.name; });
    if (is_configured) continue;
    if (auto removed = store_->remove_feed(status.name); !removed) {
      log::warn("feed {}: cannot be removed: {}", status.name, removed.error().message());
      continue;
    }
    log::info("feed {}: is no longer configured, its {} entries are gone", status.name, status.entries);
    set_gauges(status.name, 0, false);
    loaded_();
  }
}

}  // namespace linkgate::scan
