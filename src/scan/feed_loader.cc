#include "scan/feed_loader.h"

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "base/metrics.h"
#include "scan/feed_formats.h"
#include "scan/feed_update.h"
#include "scan/hash_list_source.h"
#include "scan/misp_source.h"
#include "scan/taxii_source.h"

namespace linkgate::scan {
namespace {

constexpr size_t kMaxTroubleText = 500;
constexpr std::chrono::hours kReadAgain{1};

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
    const auto known =
        std::find_if(feeds_.begin(), feeds_.end(), [&](const Feed& feed) { return feed.config == config; });
    if (known != feeds_.end()) {
      feeds.push_back(std::move(*known));
      feeds_.erase(known);
    } else {
      feeds.push_back({config, source_of(config)});
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

FeedClientOptions FeedWorker::client_options(const FeedConfig& config) const {
  FeedClientOptions options;
  options.folder = options_.folder;
  options.egress_socket = options_.egress_socket;
  options.auth = config.auth;
  options.secret_file = config.secret_file;
  return options;
}

// Several documents make one feed where the format says so; else there is one.
std::unique_ptr<FeedSource> FeedWorker::source_of(const FeedConfig& config) const {
  FeedClientOptions client = client_options(config);
  if (config.format == "taxii")
    return taxii_source(config.source, config.collection, stop_, std::move(client));
  if (config.format == "safebrowsing" || config.format == "webrisk") {
    const auto protocol = config.format == "webrisk" ? HashProtocol::kWebRisk : HashProtocol::kSafeBrowsing;
    return hash_list_source(protocol, config.source, config.collection, stop_, std::move(client));
  }
  if (config.format == "misp" && http_ && is_misp_folder(config.source))
    return misp_source(config.source, stop_, std::move(client));
  return feed_source(config.source, find_feed_format(config.format)->accept, stop_, std::move(client));
}

Result<FeedSummary> FeedWorker::read(const FeedConfig& config, FeedBytes bytes, FeedSorter* sorter) {
  FeedUpdateContext context{
      .config = config, .folder = options_.folder, .now = clock_.now(), .fetch_proof = {}, .stop = stop_};
  TRY_ASSIGN(const auto stored, store_.feeds());
  for (const auto& status : stored) {
    if (status.name == config.name) context.entries_before = status.entries;
  }
  context.fetch_proof = [&](const std::string& source) -> Result<FeedBytes> {
    TRY_ASSIGN(auto proof, feed_source(source, "", stop_, client_options(config))->fetch_if_changed());
    if (!proof) return Error(ErrorCode::kUnavailable, "answers that it has not changed");
    return *std::move(proof);
  };
  return read_update(context, std::move(bytes), sorter);
}

// True where the store has new entries.
Result<bool> FeedWorker::load(Feed& feed) {
  // What is in force at some times only is looked at again, though it did not change.
  const auto now = std::chrono::steady_clock::now();
  const bool is_timed = feed.config.format == "stix" || feed.config.format == "taxii";
  if (is_timed && now - feed.read >= kReadAgain) feed.source->forget();
  TRY_ASSIGN(auto bytes, feed.source->fetch_if_changed());
  if (!bytes) return false;
  feed.read = now;
  // What does not parse is not parsed again every second: only when it changes.
  feed.is_unreadable = true;
  FeedSorter sorter(options_.folder);
  auto parsed = read(feed.config, *std::move(bytes), &sorter);
  if (!parsed) {
    // The checksum beside it may be of a moment before or after.
    if (!feed.config.checksum.empty() || !feed.config.signature.empty()) feed.source->forget();
    return std::move(parsed).error();
  }
  feed.is_unreadable = false;
  const state::FeedStatus status{
      .name = feed.config.name, .source = feed.config.source, .loaded = clock_.now()};
  if (auto stored = store_.replace_feed(status, [&sorter] { return sorter.next(); }); !stored) {
    feed.source->forget();
    return std::move(stored).error();
  }
  tell(feed, *parsed);
  return true;
}

void FeedWorker::tell(Feed& feed, const FeedSummary& parsed) {
  if (parsed.skipped > 0) {
    log::warn("feed {}: {} records are no entries and were passed over, the first: {}", feed.config.name,
              parsed.skipped, parsed.first_skipped);
  }
  log::info("feed {}: {} entries from {}", feed.config.name, parsed.entries, feed.config.source);
  count_load(feed.config, "loaded");
  set_gauges(feed.config.name, parsed.entries, false);
  feed.trouble.clear();
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
