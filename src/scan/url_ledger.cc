#include "scan/url_ledger.h"

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "base/metrics.h"

namespace linkgate::scan {
namespace {

using verdict::Disposition;

void count_flip(const state::Flip& flip) {
  metrics::process()
      .counter("linkgate_verdict_flips_total", "Verdicts that became another, by what they are now",
               {{"disposition", std::string(verdict::to_string(flip.is))}})
      .add();
}

bool is_harmful(const state::Judgement& judgement) {
  return judgement.disposition.value_or(Disposition::kUnknown) > Disposition::kUnknown;
}

}  // namespace

UrlLedger::UrlLedger(std::unique_ptr<state::ScanStore> store, const Clock& clock,
                     std::function<void()> before_write, UrlLedgerOptions options)
    : options_(options),
      clock_(clock),
      store_(std::move(store)),
      before_write_(std::move(before_write)),
      cleaned_(std::chrono::steady_clock::now()),
      thread_([this] { write_loop(); }) {}

UrlLedger::~UrlLedger() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

void UrlLedger::add(Entry entry) {
  const bool is_urgent = is_harmful(entry.judgement);
  {
    const std::lock_guard lock(mutex_);
    if (unwritten_.size() >= options_.max_unwritten) {
      static auto& lost = metrics::process().counter("linkgate_url_ledger_lost_total",
                                                     "Judgements not remembered: the store did not keep up");
      return lost.add();
    }
    unwritten_.push_back(std::move(entry));
    is_urgent_ = is_urgent_ || is_urgent;
  }
  if (is_urgent) wake_.notify_all();
}

void UrlLedger::flush() {
  std::unique_lock lock(mutex_);
  const uint64_t mine = ++asked_;
  wake_.notify_all();
  written_.wait(lock, [&] { return done_ >= mine; });
}

void UrlLedger::write_loop() {
  std::unique_lock lock(mutex_);
  while (true) {
    wake_.wait_for(lock, options_.write_period, [&] { return stop_ || is_urgent_ || asked_ > done_; });
    const bool last = stop_;
    const uint64_t serving = asked_;
    is_urgent_ = false;
    std::vector<Entry> batch = std::exchange(unwritten_, {});
    lock.unlock();
    if (!batch.empty()) write(std::move(batch));
    clean();
    lock.lock();
    done_ = serving;
    written_.notify_all();
    if (last) return;
  }
}

void UrlLedger::write(std::vector<Entry> batch) {
  std::vector<state::Judgement> judgements;
  std::vector<state::RescanJob> jobs;
  for (Entry& entry : batch) {
    if (entry.job) jobs.push_back(*std::move(entry.job));
    judgements.push_back(std::move(entry.judgement));
  }
  if (std::any_of(judgements.begin(), judgements.end(), is_harmful)) before_write_();
  const auto flips = store_->record(judgements);
  if (!flips) {
    return log::warn("{} judgements of URLs are not remembered: {}", judgements.size(),
                     flips.error().message());
  }
  if (!jobs.empty()) {
    if (auto put = store_->put_jobs(jobs); !put)
      log::warn("{} URLs are not scheduled to be looked at again: {}", jobs.size(), put.error().message());
  }
  for (const state::Flip& flip : *flips) count_flip(flip);
}

void UrlLedger::clean() {
  const auto now = std::chrono::steady_clock::now();
  if (now - cleaned_ < options_.cleaning_period) return;
  cleaned_ = now;
  if (auto dropped = store_->drop_before(clock_.now() - options_.retention); !dropped)
    log::warn("old URLs are not forgotten: {}", dropped.error().message());
}

}  // namespace linkgate::scan
