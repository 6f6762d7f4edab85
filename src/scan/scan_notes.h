#pragma once
// What is noted while pages are looked at: how far each scan is, what the page looked like, and by what it
// is known again.

#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "scan/scan_watcher.h"
#include "scan/screenshot_store.h"
#include "scan/url_ledger.h"

namespace linkgate::scan {

class ScanNotes final : public ScanWatcher {
 public:
  // Both are borrowed; `screenshots` may be null: then none are kept.
  ScanNotes(UrlLedger& ledger, ScreenshotStore* screenshots) : ledger_(ledger), screenshots_(screenshots) {}
  void at_stage(const std::string& canonical_hash, ScanStage stage) override;
  void seen(const std::string& canonical_hash, const Seen& seen, verdict::Verdict* verdict) override;
  void ended(const std::string& canonical_hash) override;
  // Of the scan of this URL that is under way; absent where none is. Thread-safe.
  std::optional<ScanStage> stage_of(const std::string& canonical_hash) const;

 private:
  void keep_screenshot(const Seen& seen, verdict::Verdict* verdict);
  UrlLedger& ledger_;
  ScreenshotStore* const screenshots_;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, ScanStage> stages_;  // no more than wait and run
};

}  // namespace linkgate::scan
