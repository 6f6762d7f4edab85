#include "scan/scan_notes.h"

#include <algorithm>

#include "api/progress.h"
#include "base/log.h"
#include "scan/page_fingerprint.h"

namespace linkgate::scan {

void ScanNotes::at_stage(const std::string& canonical_hash, ScanStage stage) {
  const std::lock_guard lock(mutex_);
  const auto [at, is_new] = stages_.try_emplace(canonical_hash, stage);
  // Who asks for a page that is being looked at already does not put it back into the queue.
  if (!is_new && stage != ScanStage::kWaiting) at->second = stage;
}

void ScanNotes::ended(const std::string& canonical_hash) {
  const std::lock_guard lock(mutex_);
  stages_.erase(canonical_hash);
}

std::optional<ScanStage> ScanNotes::stage_of(const std::string& canonical_hash) const {
  const std::lock_guard lock(mutex_);
  const auto at = stages_.find(canonical_hash);
  return at == stages_.end() ? std::nullopt : std::optional(at->second);
}

void ScanNotes::seen(const std::string& canonical_hash, const Seen& seen, verdict::Verdict* verdict) {
  if (seen.fetched) {
    state::Judgement judgement;
    judgement.canonical_hash = canonical_hash;
    judgement.fingerprint = page_fingerprint(*seen.fetched);
    ledger_.add({std::move(judgement), std::nullopt});
  }
  keep_screenshot(seen, verdict);
}

void ScanNotes::keep_screenshot(const Seen& seen, verdict::Verdict* verdict) {
  if (screenshots_ == nullptr || !seen.rendered || seen.rendered->screenshot.empty()) return;
  const auto shown =
      std::find_if(verdict->evidence.begin(), verdict->evidence.end(),
                   [](const verdict::Evidence& evidence) { return evidence.artifact.empty(); });
  if (shown == verdict->evidence.end()) return;
  const auto name = screenshots_->put(seen.rendered->screenshot);
  if (!name) return log::warn("a screenshot is not kept: {}", name.error().message());
  shown->artifact = std::string(api::kScreenshotArtifact) + *name;
}

}  // namespace linkgate::scan
