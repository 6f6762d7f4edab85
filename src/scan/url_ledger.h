#pragma once
// What was said of the URLs that came by, as the scan store keeps it. Nobody who asks for a verdict waits
// for a write: entries are collected, and written in batches by a thread of its own, harmful ones at once.

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "state/scan_store.h"

namespace linkgate::scan {

struct UrlLedgerOptions {
  size_t max_unwritten = 50'000;  // beyond it entries are lost, and counted
  std::chrono::milliseconds write_period{300};
  std::chrono::minutes cleaning_period{10};
  std::chrono::hours retention{24 * 30};  // of flips, and of URLs that came by no more
};

class UrlLedger {
 public:
  struct Entry {
    state::Judgement judgement;
    std::optional<state::RescanJob> job;
  };
  // `before_write` returns once the verdicts that were put into the cache are in its store: whoever hears of
  // a flip must find the new verdict there.
  UrlLedger(std::unique_ptr<state::ScanStore> store, const Clock& clock, std::function<void()> before_write,
            UrlLedgerOptions options = {});
  ~UrlLedger();  // writes what is not written yet
  UrlLedger(const UrlLedger&) = delete;
  UrlLedger& operator=(const UrlLedger&) = delete;

  void add(Entry entry);  // thread-safe
  // Returns once all that was added before is in the store, or could not be written.
  void flush();

 private:
  void write_loop();
  void write(std::vector<Entry> batch);
  void clean();

  const UrlLedgerOptions options_;
  const Clock& clock_;
  const std::unique_ptr<state::ScanStore> store_;
  const std::function<void()> before_write_;

  std::mutex mutex_;
  std::condition_variable wake_, written_;
  std::vector<Entry> unwritten_;
  uint64_t asked_ = 0, done_ = 0;  // flushes
  bool is_urgent_ = false, stop_ = false;
  std::chrono::steady_clock::time_point cleaned_;
  std::thread thread_;  // last: it uses all above
};

}  // namespace linkgate::scan
