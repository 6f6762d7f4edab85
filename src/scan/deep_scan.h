#pragma once
// Looking at the page behind a link: fetched as a person would, opened in a browser where what was fetched
// is not the whole, looked at as other visitors, judged. On a thread of its own, so that verdicts that are
// known never wait behind pages.

#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "api/check.h"
#include "base/clock.h"
#include "base/config.h"
#include "scan/link_look.h"
#include "scan/looker.h"
#include "scan/page_verdict.h"
#include "scan/scan_queue.h"
#include "scan/scan_watcher.h"
#include "scan/site_memory.h"
#include "verdict/brand_look.h"

namespace linkgate::scan {

// What a question of that moment may take.
ScanBudget budget_of(api::CheckMoment moment);

struct DeepScanOptions {
  ScanQueueOptions queue;
  ValidityConfig validity;
  ScanWatcher* watcher = nullptr;  // borrowed
  SiteMemory* sites = nullptr;  // borrowed; asked on the scan's thread alone; absent: nothing is remembered
  std::vector<std::string> languages;  // of those who click
};

class DeepScan {
 public:
  // Starts its thread. All but `options` are borrowed and outlive it.
  DeepScan(DeepScanOptions options, Looker& looker, FindListed find_listed, const verdict::BrandLooks& brands,
           const Clock& clock);
  ~DeepScan();  // stops the looker: scans under way end with what was seen, and nobody is told
  DeepScan(const DeepScan&) = delete;
  DeepScan& operator=(const DeepScan&) = delete;

  // `known`: what lists and the URL itself said; a scan adds to it and never takes away. Always an answer;
  // where there was no room it is unknown, with evidence that says so, and good for a moment only.
  // Thread-safe; resumes on the caller's executor.
  boost::asio::awaitable<verdict::Verdict> scan(api::CheckRequest request, std::string canonical_hash,
                                                verdict::Verdict known);

  std::string no_browser() const { return looker_.no_browser(); }

 private:
  boost::asio::awaitable<verdict::Verdict> queued(api::CheckRequest request, std::string canonical_hash,
                                                  verdict::Verdict known);
  // The answer for a link that acts and must not be opened now; absent: it may be.
  std::optional<verdict::Verdict> spared(const api::CheckRequest& request,
                                         const verdict::Verdict& known) const;
  boost::asio::awaitable<verdict::Verdict> look(verdict::PageContext context, LinkLook look,
                                                std::string canonical_hash);
  void at_stage(const std::string& canonical_hash, ScanStage stage) const;
  // What is remembered of the page's host and looks goes into `context`, and what is new is remembered.
  void recall(const verdict::Page& page, verdict::PageContext& context);

  Looker& looker_;
  const ValidityConfig validity_;
  SiteMemory* const sites_;
  ScanWatcher* const watcher_;
  const FindListed find_listed_;
  const std::vector<std::string> languages_;
  const verdict::BrandLooks& brands_;
  const Clock& clock_;
  boost::asio::io_context io_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  ScanQueue queue_;
  std::atomic<bool> is_stopping_ = false;
  std::thread thread_;  // last: it uses all above
};

// `known` and what a scan found, as one verdict: the worse disposition, all evidence. A plain page that was
// seen clears what the URL model alone made suspicious.
verdict::Verdict merged(verdict::Verdict known, verdict::Verdict found);

}  // namespace linkgate::scan
