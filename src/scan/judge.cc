#include "scan/judge.h"

#include <algorithm>

#include "scan/spelling.h"
#include "url/canonical_key.h"

namespace linkgate::scan {
namespace {

using verdict::Disposition;
using verdict::Verdict;

constexpr size_t kMaxShownUrl = 300;  // of a URL within a sentence

std::string shown(std::string_view url) {
  if (url.size() <= kMaxShownUrl) return std::string(url);
  return std::string(url.substr(0, kMaxShownUrl)) + "...";
}

// "the whole host evil.example" or "evil.example/login", from a lookup key.
std::string what_is_listed(std::string_view key) {
  if (key.find('/') == key.size() - 1) return "the whole host " + std::string(key.substr(0, key.size() - 1));
  return shown(key);
}

verdict::Evidence evidence_of(const FeedIndex::Hit& hit, const Target& target) {
  std::string sentence = "The feed \"" + std::string(hit.feed) + "\" lists " + what_is_listed(hit.key) +
                         " as " + std::string(verdict::to_string(hit.disposition)) + " since " +
                         to_iso8601(hit.since).substr(0, 16) + "Z";
  if (!hit.detail.empty()) sentence += " (" + std::string(hit.detail) + ")";
  if (!target.via.empty()) sentence += "; the link leads there through " + target.via;
  return {"feed.listed", std::move(sentence), ""};
}

class IntelStage final : public Stage {
 public:
  explicit IntelStage(const Intel& intel) : intel_(intel) {}

  Next judge(const Subject& subject, Verdict* verdict) override {
    const auto index = intel_.current();
    Disposition worst = Disposition::kUnknown;
    for (const Target& target : subject.targets) {
      const auto hits = index->find(target.url);
      if (hits.empty()) continue;
      for (const auto& hit : hits) {
        worst = std::max(worst, hit.disposition);
        verdict->evidence.push_back(evidence_of(hit, target));
      }
      if (target.url.href() != verdict->url_chain.back()) verdict->url_chain.push_back(target.url.href());
    }
    if (worst == Disposition::kUnknown) return Next::kGoOn;
    verdict->disposition = worst;
    verdict->confidence = 100;  // that it is listed is certain; whether rightly so is the feed's to know
    verdict->detection_method = "URL malicious reputation";
    return Next::kDone;
  }

 private:
  const Intel& intel_;
};

class CacheStage final : public Stage {
 public:
  CacheStage(VerdictCache& cache, const Intel& intel) : cache_(cache), intel_(intel) {}

  Next judge(const Subject& subject, Verdict* verdict) override {
    if (subject.request.fresh || subject.request.moment == api::CheckMoment::kRescan) return Next::kGoOn;
    auto cached = cache_.find(subject.canonical_hash);
    if (!cached || leads_over_listed(*cached)) return Next::kGoOn;
    *verdict = std::move(*cached);
    return Next::kDone;
  }

  bool is_memory() const override { return true; }

  void learn(const Subject& subject, const Verdict& verdict) override {
    cache_.put(subject.canonical_hash, verdict);
  }

 private:
  bool leads_over_listed(const Verdict& verdict) const {
    const auto index = intel_.current();
    return std::any_of(verdict.url_chain.begin(), verdict.url_chain.end(), [&](const std::string& hop) {
      const auto url = url::Url::parse(hop);
      return url && !index->find(*url).empty();
    });
  }

  VerdictCache& cache_;
  const Intel& intel_;
};

}  // namespace

std::unique_ptr<Stage> intel_stage(const Intel& intel) { return std::make_unique<IntelStage>(intel); }
std::unique_ptr<Stage> cache_stage(VerdictCache& cache, const Intel& intel) {
  return std::make_unique<CacheStage>(cache, intel);
}

Judge::Judge(std::vector<std::unique_ptr<Stage>> stages, const Clock& clock, std::chrono::seconds lifetime)
    : stages_(std::move(stages)), clock_(clock), lifetime_(lifetime) {}

Judged Judge::look_up(const api::CheckRequest& request) const {
  const Time now = clock_.now();
  Judged judged;
  Verdict& verdict = judged.verdict;
  verdict.judged_at = now;
  verdict.valid_until = now + lifetime_;
  verdict.url_chain.push_back(request.url);
  const auto url = url::Url::parse(request.url);
  if (!url) {
    verdict.evidence.push_back(
        {"url.invalid", "This is not a URL that a browser would open, so it was not judged", ""});
    judged.is_decided = true;
    return judged;
  }
  const std::string key = url::canonical_key(*url);
  const Subject subject{request, static_targets(*url), url::canonical_hash(key), now};
  judged.canonical_hash = subject.canonical_hash;
  verdict.url_chain.front() = url->href();
  size_t decided = 0;
  while (decided < stages_.size() && stages_[decided]->judge(subject, &verdict) == Stage::Next::kGoOn)
    ++decided;
  judged.is_decided = decided < stages_.size();
  judged.is_remembered = judged.is_decided && stages_[decided]->is_memory();
  if (!judged.is_decided && verdict.disposition == Disposition::kUnknown) {
    verdict.evidence.push_back(
        {"nothing.known",
         "Nothing is known about " + shown(key) + ": no feed lists it and nobody judged it yet", ""});
  }
  add_spelling_evidence(subject.targets, &verdict);
  return judged;
}

void Judge::learn(const api::CheckRequest& request, const Verdict& verdict) const {
  const auto url = url::Url::parse(request.url);
  if (!url) return;
  const Subject subject{request, {}, url::canonical_hash(url::canonical_key(*url)), verdict.judged_at};
  for (const auto& stage : stages_) stage->learn(subject, verdict);
}

}  // namespace linkgate::scan
