#pragma once
// Who is told how looking at a page goes on.

#include <string>

#include "scan/page_verdict.h"
#include "verdict/verdict.h"

namespace linkgate::scan {

enum class ScanStage : uint8_t {
  kWaiting,    // for its turn
  kFetching,   // what servers send
  kOpening,    // in a browser
  kComparing,  // with what others are shown
};

// Called on the thread of DeepScan, between steps: must not wait for anything.
class ScanWatcher {
 public:
  virtual ~ScanWatcher() = default;
  virtual void at_stage(const std::string& canonical_hash, ScanStage stage) = 0;
  // The pages are gone afterwards. May add to the evidence, never to the judgement.
  virtual void seen(const std::string& canonical_hash, const Seen& seen, verdict::Verdict* verdict) = 0;
  virtual void ended(const std::string& canonical_hash) = 0;
};

}  // namespace linkgate::scan
