#pragma once
// The verdict pipeline: stages in a fixed order, each of which may add evidence, and may end the judgement.
// What a URL's spelling and our own lists can tell comes first, what costs time later.

#include <memory>
#include <string_view>
#include <vector>

#include "api/check.h"
#include "base/clock.h"
#include "scan/intel.h"
#include "scan/redirectors.h"
#include "scan/verdict_cache.h"
#include "verdict/verdict.h"

namespace linkgate::scan {

// The question as the stages see it.
struct Subject {
  const api::CheckRequest& request;
  std::vector<Target> targets;  // the URL itself first; never empty
  std::string canonical_hash;   // of the URL itself
  Time now{};
};

class Stage {
 public:
  virtual ~Stage() = default;
  enum class Next { kGoOn, kDone };
  // kDone: *verdict is the answer. Must not wait for anything where `subject.request.static_only`.
  // Thread-safe.
  virtual Next judge(const Subject& subject, verdict::Verdict* verdict) = 0;
  // Its answers were found before.
  virtual bool is_memory() const { return false; }
  // Asked in stage order for every verdict that was reached after the stages had their say.
  virtual void learn(const Subject& subject, const verdict::Verdict& verdict) {
    (void)subject;
    (void)verdict;
  }
};

// Feeds: any of the targets listed is the answer, whatever else is known. Both borrow their arguments.
std::unique_ptr<Stage> intel_stage(const Intel& intel);
// Verdicts reached before; re-scans are not answered by them. One whose chain leads over a URL that feeds
// list by now does not count.
std::unique_ptr<Stage> cache_stage(VerdictCache& cache, const Intel& intel);

// What the stages know. Not decided: none of them ended the judgement, and looking at the page may.
struct Judged {
  verdict::Verdict verdict;
  std::string canonical_hash;  // empty for what is no URL
  bool is_decided = false;
  bool is_remembered = false;  // decided by what was found before
};

class Judge {
 public:
  // `lifetime`: how long a verdict stays valid.
  Judge(std::vector<std::unique_ptr<Stage>> stages, const Clock& clock, std::chrono::seconds lifetime);
  // Always an answer: what does not parse, or what no stage knows anything about, is unknown, with evidence
  // that says so. What the hosts' spelling says is added as evidence and decides nothing. Thread-safe.
  // Nothing is learnt by it: what is known before the page was looked at must not answer whoever asks while
  // it is.
  verdict::Verdict judge(const api::CheckRequest& request) const { return look_up(request).verdict; }
  Judged look_up(const api::CheckRequest& request) const;
  // Tells the stages of a verdict that was reached by looking at the page. Thread-safe.
  void learn(const api::CheckRequest& request, const verdict::Verdict& verdict) const;

 private:
  std::vector<std::unique_ptr<Stage>> stages_;
  const Clock& clock_;
  const std::chrono::seconds lifetime_;
};

}  // namespace linkgate::scan
