#pragma once
// What the worker threads of one click node share.

#include <atomic>
#include <boost/asio/thread_pool.hpp>
#include <functional>
#include <memory>
#include <string>

#include "base/clock.h"
#include "base/config.h"
#include "base/metrics.h"
#include "click/bounded_tables.h"
#include "click/click_rows.h"
#include "click/followers.h"
#include "click/page.h"
#include "click/verdict_source.h"
#include "events/spool.h"
#include "state/poller.h"
#include "verdict/click_outcome.h"

namespace linkgate::click {

// Where a node's knowledge comes from. The functions are thread-safe; the first two answer from memory.
struct ClickSources {
  std::function<std::shared_ptr<const state::PolicyView>()> policies;
  std::function<std::shared_ptr<const url::Keyring>()> keys;
  // The URL kept under this hash (links over url::kMaxSealedUrl). May block: called on a thread of its own.
  std::function<Result<std::optional<std::string>>(const std::string& url_hash)> long_url;
  std::string scan_socket;
  std::function<bool()> state_in_trouble;  // for /healthz
};

// Rows about links that nobody can vouch for (forged, foreign): so many at once and a minute, the rest is
// only counted.
inline constexpr double kUnvouchedRowsPerMinute = 600;

// How long a click waits before the user sees the scanning page, how long that page's own requests wait, and
// when, from the start of the click, a check has failed.
struct ClickTiming {
  std::chrono::milliseconds click_patience{1200};
  std::chrono::milliseconds follow_patience{8000};
  std::chrono::seconds scan_budget{45};
};

class ClickMetrics {
 public:
  explicit ClickMetrics(metrics::Registry& registry);
  void shown(const verdict::ClickOutcome& outcome);
  metrics::Counter& unrecorded;  // answers that could not be recorded
  metrics::Counter& suppressed;  // rows left out under kUnvouchedRowsPerMinute
  metrics::Counter& limited;     // 429
  metrics::Counter& automated;
  metrics::Counter& reports;
  metrics::Counter& submissions;
  metrics::Histogram& seconds;
  metrics::Gauge& spool_healthy;

 private:
  std::vector<metrics::Counter*> outcomes_;  // in the order of verdict::all_click_outcomes()
};

class ClickNode {
 public:
  // `node` is the name in column Node. Spool, clock and registry outlive this object.
  ClickNode(const ClickConfig& config, std::string node, ClickSources sources, Branding branding,
            events::SpoolWriter& spool, const Clock& clock, metrics::Registry& registry);

  // True once the rows are in the spool. False: they are not and will not be (counted, and logged now and
  // then).
  bool record(const Rows& rows);
  // False after a failing sync: rows that the spool takes now may still be lost in a power cut.
  bool spool_healthy() const { return spool.healthy(); }

  const ClickConfig config;
  const std::string host;  // of config.origin, without port: what links are sealed for
  const bool https;        // browsers reach us by https
  const std::string node;
  const ClickSources sources;
  const Branding branding;
  events::SpoolWriter& spool;
  const Clock& clock;
  ClickMetrics metrics;
  ClickTiming timing;  // changed by tests alone, before the first click

  std::atomic<uint64_t> changes{0};  // of verdicts, as scan counts them: see verdict_news.h
  // Verdicts that were kept under another generation are forgotten: policies, lists or verdicts changed.
  uint64_t generation(const state::PolicyView& view) const {
    constexpr int kHalf = 32;
    return (view.version << kHalf) ^ changes.load(std::memory_order_relaxed);
  }

  VerdictCache verdicts;
  RecentClicks recent;
  Followers followers;
  UsedTokens used_tokens;
  RateLimit clicks_limit;
  RateLimit reports_limit;
  RateLimit unvouched_limit;
  boost::asio::thread_pool lookups{1};

 private:
  RateLimit trouble_log_limit_;
};

}  // namespace linkgate::click
