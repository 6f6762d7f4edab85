#include "scan/verdict_changes.h"

#include "scan/redirectors.h"
#include "url/url.h"

namespace linkgate::scan {
namespace {

using verdict::Disposition;

constexpr size_t kFlipsAtOnce = 1'000;
constexpr size_t kJudgementsAtOnce = 10'000;  // handed to the ledger before it is waited for

struct ByFeeds {
  Disposition worst = Disposition::kUnknown;
  std::string feed;
};

void look_up(const FeedIndex& index, const url::Url& url, ByFeeds* found) {
  for (const auto& hit : index.find(url)) {
    if (hit.disposition <= found->worst) continue;
    found->worst = hit.disposition;
    found->feed = hit.feed;
  }
}

// The link itself, what it carries, and where it led when its page was looked at.
ByFeeds by_feeds(const state::RememberedUrl& known, const FeedIndex& index) {
  ByFeeds found;
  if (const auto url = url::Url::parse(known.url)) {
    for (const Target& target : static_targets(*url)) look_up(index, target.url, &found);
  }
  for (const std::string& hop : known.url_chain) {
    if (const auto url = url::Url::parse(hop)) look_up(index, *url, &found);
  }
  return found;
}

}  // namespace

state::Judgement VerdictChanges::judge_by_lists(const state::RememberedUrl& known, const FeedIndex& index,
                                                const state::PolicyView* view, Time now) {
  state::Judgement judgement;
  judgement.canonical_hash = known.canonical_hash;
  judgement.url = known.url;
  judgement.at = now;
  judgement.cause = "list";
  const auto* entry = view != nullptr ? view->url_lists.match(known.url, now) : nullptr;
  if (entry != nullptr) {
    const bool is_block = entry->action == url::ListAction::kBlock;
    judgement.disposition = is_block ? Disposition::kPhishing : Disposition::kClean;
    judgement.reason = std::string("The organisation's ") + (is_block ? "block" : "allow") +
                       " list has the entry " + entry->pattern.text();
    return judgement;
  }
  const ByFeeds listed = by_feeds(known, index);
  judgement.disposition = listed.worst != Disposition::kUnknown ? listed.worst : known.by_page;
  judgement.reason = listed.worst != Disposition::kUnknown ? "The feed \"" + listed.feed + "\" lists it"
                                                           : "No list has it any more";
  return judgement;
}

VerdictChanges::VerdictChanges(std::unique_ptr<state::ScanStore> store, const Intel& intel,
                               const state::PolicySnapshots* policies, VerdictCache& cache, UrlLedger& ledger,
                               const Clock& clock)
    : store_(std::move(store)),
      intel_(intel),
      policies_(policies),
      cache_(cache),
      ledger_(ledger),
      clock_(clock),
      count_(static_cast<uint64_t>(clock.now().time_since_epoch().count())) {}

Result<std::unique_ptr<VerdictChanges>> VerdictChanges::start(std::unique_ptr<state::ScanStore> store,
                                                              const Intel& intel,
                                                              const state::PolicySnapshots* policies,
                                                              VerdictCache& cache, UrlLedger& ledger,
                                                              const Clock& clock) {
  std::unique_ptr<VerdictChanges> changes(
      new VerdictChanges(std::move(store), intel, policies, cache, ledger, clock));
  TRY_ASSIGN(changes->last_flip_, changes->store_->last_flip());
  auto* raw = changes.get();
  changes->flips_ = std::make_unique<state::Poller>("flips", [raw] { return raw->look_at_flips(); });
  changes->lists_ = std::make_unique<state::Poller>("URLs by lists", [raw] { return raw->look_at_lists(); });
  return changes;
}

Result<void> VerdictChanges::look_at_flips() {
  auto index = intel_.current();
  auto view = policies_ != nullptr ? policies_->current() : nullptr;
  if (index != index_ || view != view_) bump();
  index_ = std::move(index);
  view_ = std::move(view);
  TRY_ASSIGN(const state::Version version, store_->version());
  if (version_ == version) return {};
  while (true) {
    TRY_ASSIGN(const auto flips, store_->flips_since(last_flip_, kFlipsAtOnce));
    for (const state::Flip& flip : flips) cache_.forget(flip.canonical_hash);
    if (flips.empty()) break;
    last_flip_ = flips.back().id;
    bump();
  }
  version_ = version;
  return {};
}

// Also after a start: lists may have changed while nobody looked.
Result<void> VerdictChanges::look_at_lists() {
  auto index = intel_.current();
  auto view = policies_ != nullptr ? policies_->current() : nullptr;
  if (index == walked_index_ && view == walked_view_) return {};
  size_t added = 0;
  const Time now = clock_.now();
  TRY(store_->for_each_url([&](const state::RememberedUrl& known) {
    state::Judgement judgement = judge_by_lists(known, *index, view.get(), now);
    if (judgement.disposition == known.stands) return;
    ledger_.add({std::move(judgement), std::nullopt});
    if (++added % kJudgementsAtOnce == 0) ledger_.flush();
  }));
  walked_index_ = std::move(index);
  walked_view_ = std::move(view);
  return {};
}

}  // namespace linkgate::scan
