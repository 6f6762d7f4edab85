#include "scan/verdict_cache.h"

#include <utility>

#include "base/log.h"
#include "base/metrics.h"

namespace linkgate::scan {
namespace {

metrics::Counter& lookups(const char* result) {
  return metrics::process().counter("linkgate_verdict_cache_lookups_total",
                                    "Lookups in the verdict cache by result", {{"result", result}});
}

}  // namespace

VerdictCache::VerdictCache(std::unique_ptr<state::IntelStore> reader,
                           std::unique_ptr<state::IntelStore> writer, const Clock& clock,
                           VerdictCacheOptions options)
    : options_(options),
      clock_(clock),
      reader_(std::move(reader)),
      writer_(std::move(writer)),
      cleaned_(std::chrono::steady_clock::now()),
      thread_([this] { write_loop(); }) {}

VerdictCache::~VerdictCache() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

std::optional<verdict::Verdict> VerdictCache::find(const std::string& hash) {
  static metrics::Counter &in_memory = lookups("memory"), &in_store = lookups("store"),
                          &missed = lookups("miss");
  const Time now = clock_.now();
  {
    const std::lock_guard lock(mutex_);
    const auto at = by_hash_.find(hash);
    if (at != by_hash_.end()) {
      order_.splice(order_.begin(), order_, at->second);
      if (at->second->second.valid_until > now) {
        in_memory.add();
        return at->second->second;
      }
      order_.erase(at->second);
      by_hash_.erase(at);
    }
  }
  auto stored = reader_->verdict(hash, now);
  if (!stored) log::warn("verdict cache: {}", stored.error().message());
  if (!stored || !*stored) {
    missed.add();
    return std::nullopt;
  }
  in_store.add();
  const std::lock_guard lock(mutex_);
  remember(hash, **stored);
  return std::move(*stored);
}

void VerdictCache::put(const std::string& hash, const verdict::Verdict& verdict) {
  const std::lock_guard lock(mutex_);
  remember(hash, verdict);
  if (unwritten_.size() < options_.max_unwritten || unwritten_.contains(hash)) unwritten_[hash] = verdict;
}

void VerdictCache::forget(const std::string& hash) {
  const std::lock_guard lock(mutex_);
  const auto at = by_hash_.find(hash);
  if (at == by_hash_.end() || unwritten_.contains(hash)) return;
  order_.erase(at->second);
  by_hash_.erase(at);
}

void VerdictCache::remember(const std::string& hash, const verdict::Verdict& verdict) {
  if (const auto at = by_hash_.find(hash); at != by_hash_.end()) {
    at->second->second = verdict;
    order_.splice(order_.begin(), order_, at->second);
    return;
  }
  order_.emplace_front(hash, verdict);
  by_hash_[hash] = order_.begin();
  if (order_.size() <= options_.max_in_memory) return;
  by_hash_.erase(order_.back().first);
  order_.pop_back();
}

void VerdictCache::flush() {
  std::unique_lock lock(mutex_);
  const uint64_t mine = ++asked_;
  wake_.notify_all();
  written_.wait(lock, [&] { return done_ >= mine; });
}

void VerdictCache::write_loop() {
  std::unique_lock lock(mutex_);
  while (true) {
    wake_.wait_for(lock, options_.write_period, [&] { return stop_ || asked_ > done_; });
    const bool last = stop_;
    const uint64_t serving = asked_;
    write_batch(lock);
    done_ = serving;
    written_.notify_all();
    if (last) return;
  }
}

void VerdictCache::write_batch(std::unique_lock<std::mutex>& lock) {
  std::vector<state::IntelStore::CachedVerdict> batch;
  for (auto& [hash, verdict] : unwritten_) batch.push_back({hash, std::move(verdict)});
  unwritten_.clear();
  const auto now = std::chrono::steady_clock::now();
  const bool is_cleaning_due = now - cleaned_ > options_.cleaning_period;
  if (is_cleaning_due) cleaned_ = now;
  lock.unlock();
  if (!batch.empty()) {
    // A verdict that is not written is judged again after a restart: worth a line in the log, nothing more.
    if (auto written = writer_->put_verdicts(batch); !written) {
      log::warn("verdict cache: {} verdicts not written: {}", batch.size(), written.error().message());
    }
  }
  if (is_cleaning_due) {
    if (auto dropped = writer_->drop_expired_verdicts(clock_.now()); !dropped) {
      log::warn("verdict cache: expired verdicts not dropped: {}", dropped.error().message());
    }
  }
  lock.lock();
}

}  // namespace linkgate::scan
