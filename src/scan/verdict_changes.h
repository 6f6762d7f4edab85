#pragma once
// That a verdict which was given before may be another by now, told to everybody who keeps verdicts: a
// thread looks every 200 ms at the feeds, at the organisation's lists and at the flips that other scan nodes
// recorded. What lists change is held against every URL that came by, so that it is in the log of flips.

#include <atomic>
#include <cstdint>
#include <memory>

#include "base/clock.h"
#include "scan/intel.h"
#include "scan/url_ledger.h"
#include "scan/verdict_cache.h"
#include "state/poller.h"
#include "state/scan_store.h"

namespace linkgate::scan {

class VerdictChanges {
 public:
  // `policies` may be null: then there are no lists of the organisation. All but the store are borrowed.
  static Result<std::unique_ptr<VerdictChanges>> start(std::unique_ptr<state::ScanStore> store,
                                                       const Intel& intel,
                                                       const state::PolicySnapshots* policies,
                                                       VerdictCache& cache, UrlLedger& ledger,
                                                       const Clock& clock);
  uint64_t count() const { return count_.load(std::memory_order_relaxed); }  // api/changes.h
  void bump() { count_.fetch_add(1, std::memory_order_relaxed); }
  Result<std::vector<state::Flip>> flips_since(int64_t id, size_t most) {
    return store_->flips_since(id, most);
  }
  // What feeds and the organisation's lists say of a URL, or else what its page said.
  static state::Judgement judge_by_lists(const state::RememberedUrl& known, const FeedIndex& index,
                                         const state::PolicyView* view, Time now);

 private:
  VerdictChanges(std::unique_ptr<state::ScanStore> store, const Intel& intel,
                 const state::PolicySnapshots* policies, VerdictCache& cache, UrlLedger& ledger,
                 const Clock& clock);
  Result<void> look_at_flips();
  Result<void> look_at_lists();

  const std::unique_ptr<state::ScanStore> store_;
  const Intel& intel_;
  const state::PolicySnapshots* policies_;
  VerdictCache& cache_;
  UrlLedger& ledger_;
  const Clock& clock_;
  std::atomic<uint64_t> count_;
  std::optional<state::Version> version_;
  int64_t last_flip_ = 0;
  std::shared_ptr<const FeedIndex> index_, walked_index_;
  std::shared_ptr<const state::PolicyView> view_, walked_view_;
  std::unique_ptr<state::Poller> flips_, lists_;  // last: their threads use all above
};

}  // namespace linkgate::scan
