#pragma once
// Links that turn bad after delivery: the pages of URLs that are not known good are looked at again on a
// schedule, by fetch first, and whole where the fetch shows something else than the last time. On a thread of
// its own; jobs are in the scan store, so that a restart, or the end of another node, loses none.

#include <boost/asio/awaitable.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "api/check.h"
#include "base/clock.h"
#include "scan/looker.h"
#include "state/scan_store.h"
#include "verdict/brand_look.h"
#include "verdict/verdict.h"

namespace linkgate::scan {

struct RescanOptions {
  std::vector<std::chrono::seconds> after;  // from delivery or the first click, in order
  double fetches_per_minute = 600, pages_per_minute = 60;
  size_t parallel = 2;                    // pages at once
  std::chrono::milliseconds period{500};  // how often jobs are looked for
  std::chrono::minutes lease{5};          // longer than any job takes
};

// Whether, and when first, a URL that came by is looked at again. None for one that is known good (a brand's
// own site), that acts when it is opened, that is bad anyway, or where there is no schedule.
std::optional<state::RescanJob> rescan_job(const api::CheckRequest& request,
                                           const std::string& canonical_hash,
                                           verdict::Disposition disposition,
                                           const std::vector<std::chrono::seconds>& after,
                                           const verdict::BrandLooks& brands, Time now);
// The first time of the schedule after `now`, and how many since `due` have passed meanwhile.
struct NextRescan {
  std::optional<Time> due;
  size_t missed = 0;
};
NextRescan next_rescan(const std::vector<std::chrono::seconds>& after, Time base, Time due, Time now);

// So many a minute, saved up for ten seconds at most.
class MinuteBudget {
 public:
  MinuteBudget(double per_minute, const Clock& clock) : per_second_(per_minute / 60), clock_(clock) {}
  bool take();
  size_t left();

 private:
  const double per_second_;
  const Clock& clock_;
  double saved_ = 0;
  std::optional<std::chrono::steady_clock::time_point> at_;
};

class Rescanner {
 public:
  // Looks at a page whole, and remembers what comes of it.
  using LookWhole = std::function<boost::asio::awaitable<verdict::Verdict>(api::CheckRequest)>;
  // All but the store are borrowed.
  Rescanner(std::unique_ptr<state::ScanStore> store, Looker& looker, LookWhole look_whole, const Clock& clock,
            RescanOptions options);
  ~Rescanner();
  Rescanner(const Rescanner&) = delete;
  Rescanner& operator=(const Rescanner&) = delete;
  // Gives up what is under way; its leases end. What was asked of others may still answer until this object
  // is gone, and is not heard.
  void stop();

 private:
  boost::asio::awaitable<void> run();
  void take_some();
  boost::asio::awaitable<void> work_on(state::RescanJob job);
  boost::asio::awaitable<std::string> fingerprint_of(std::string url);
  void finish(const state::RescanJob& job, verdict::Disposition disposition, const std::string& fingerprint);
  void count_jobs();

  const std::unique_ptr<state::ScanStore> store_;
  Looker& looker_;
  const LookWhole look_whole_;
  const Clock& clock_;
  const RescanOptions options_;
  MinuteBudget fetches_, pages_;
  boost::asio::io_context io_;
  size_t under_way_ = 0;
  std::chrono::steady_clock::time_point counted_{};
  std::thread thread_;
};

}  // namespace linkgate::scan
