#pragma once
// Verdicts for clicks: asked of linkgate-scan, kept for a moment.

#include <array>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "api/check.h"
#include "api/progress.h"
#include "base/clock.h"
#include "click/bounded_tables.h"
#include "click/decision.h"
#include "net/http.h"

namespace linkgate::click {

// A burst of clicks on one link asks once; anything longer would delay a verdict that turned bad.
inline constexpr std::chrono::seconds kVerdictCacheLifetime{2};
inline constexpr size_t kMaxPictureBytes = 8ULL << 20;
inline constexpr size_t kMaxCachedVerdicts = 20'000;
inline constexpr size_t kMaxChecksUnderWay = 4'000;  // of one worker
inline constexpr std::chrono::seconds kCheckTimeout{30};
// While scan was well this recently, a refused connection is a restart: try again for as long.
inline constexpr std::chrono::seconds kRestartPatience{2};
inline constexpr std::chrono::milliseconds kRetryPause{100};

// Shared by the workers of a node; thread-safe.
class VerdictCache {
 public:
  explicit VerdictCache(const Clock& clock) : clock_(clock) {}
  // Null where nothing fresh is kept.
  KnownPtr find(const std::string& url, bool static_only, uint64_t generation, SteadyTime now) const;
  // A bad verdict that is no longer fresh is better than none while scan is down: kept until pushed out by
  // newer ones.
  KnownPtr find_bad_stale(const std::string& url, bool static_only) const;
  // What is kept, ready for the rows of many clicks.
  KnownPtr put(const std::string& url, bool static_only, uint64_t generation, verdict::Verdict verdict);

 private:
  struct Entry {
    KnownPtr known;
    uint64_t generation;
    SteadyTime until;
  };
  struct Kept {
    std::unordered_map<std::string, Entry> entries;
    std::list<std::string> order;
  };
  const Clock& clock_;
  mutable std::mutex mutex_;
  std::array<Kept, 2> kept_;  // of full checks, and of those by lists alone
};

// Of one worker thread.
class VerdictSource {
 public:
  VerdictSource(net::asio::io_context& io, std::string scan_socket, VerdictCache& cache);
  ~VerdictSource();
  // The verdict on the URL if it was asked for a moment ago, else null.
  KnownPtr remembered(const std::string& url, bool static_only, uint64_t generation, SteadyTime now) const;
  // kVerdict; kPending where nothing is known after `patience` (the check goes on, and asking again meets
  // it); kFailed.
  net::asio::awaitable<KnownPtr> ask(api::CheckRequest request, uint64_t generation,
                                     std::chrono::milliseconds patience);

  // How far the scan of this URL is; kNone also where nobody tells.
  net::asio::awaitable<api::Progress> progress(api::CheckRequest about);
  // A PNG that evidence names. kNotFound, kUnavailable.
  net::asio::awaitable<Result<std::string>> screenshot(std::string name);

 private:
  struct Check;
  struct Core;
  static net::asio::awaitable<void> run(std::shared_ptr<Core> core, std::shared_ptr<Check> check);
  std::shared_ptr<Core> core_;
};

}  // namespace linkgate::click
