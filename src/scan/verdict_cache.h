#pragma once
// Verdicts that were reached before, by canonical hash: the most recent in memory, all in the intel store.
// Answers never wait for a write: those are collected and put into the store in batches by a thread of its
// own.

#include <condition_variable>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_map>

#include "base/clock.h"
#include "state/stores.h"
#include "verdict/verdict.h"

namespace linkgate::scan {

struct VerdictCacheOptions {
  size_t max_in_memory = 20'000;
  size_t max_unwritten = 50'000;  // beyond it verdicts are kept in memory only
  std::chrono::milliseconds write_period{500};
  std::chrono::minutes cleaning_period{10};  // expired rows are dropped from the store
};

class VerdictCache {
 public:
  // `reader` and `writer` are two connections to one store, so that a lookup never waits behind a batch.
  VerdictCache(std::unique_ptr<state::IntelStore> reader, std::unique_ptr<state::IntelStore> writer,
               const Clock& clock, VerdictCacheOptions options = {});
  ~VerdictCache();  // writes what is not written yet
  VerdictCache(const VerdictCache&) = delete;
  VerdictCache& operator=(const VerdictCache&) = delete;

  // Absent: never judged, or no longer valid. A store that cannot be read is no error here: the URL is judged
  // anew.
  std::optional<verdict::Verdict> find(const std::string& canonical_hash);
  void put(const std::string& canonical_hash, const verdict::Verdict& verdict);
  // From memory: another node may have written a newer verdict into the store. What is not written yet stays.
  void forget(const std::string& canonical_hash);
  // Returns once all verdicts that were put before are in the store, or could not be written.
  void flush();

 private:
  void remember(const std::string& hash, const verdict::Verdict& verdict);
  void write_loop();
  void write_batch(std::unique_lock<std::mutex>& lock);

  const VerdictCacheOptions options_;
  const Clock& clock_;
  const std::unique_ptr<state::IntelStore> reader_, writer_;

  std::mutex mutex_;
  std::condition_variable wake_, written_;
  using Order = std::list<std::pair<std::string, verdict::Verdict>>;  // most recently used first
  Order order_;
  std::unordered_map<std::string, Order::iterator> by_hash_;
  std::unordered_map<std::string, verdict::Verdict> unwritten_;
  uint64_t asked_ = 0, done_ = 0;  // flushes
  bool stop_ = false;
  std::chrono::steady_clock::time_point cleaned_;
  std::thread thread_;  // last: it uses all above
};

}  // namespace linkgate::scan
