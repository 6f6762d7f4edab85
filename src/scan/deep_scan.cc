#include "scan/deep_scan.h"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

#include "scan/lifetime.h"
#include "scan/redirectors.h"
#include "scan/url_model_stage.h"
#include "url/acting_link.h"
#include "url/domain.h"
#include "url/percent.h"
#include "verdict/page_view.h"
#include "verdict/url_words.h"

namespace linkgate::scan {

namespace asio = boost::asio;
using verdict::Disposition;
using verdict::Verdict;

namespace {

constexpr std::chrono::seconds kNoRoomLifetime{5};
constexpr int kSparedConfidence = 50;

Urgency urgency_of(api::CheckMoment moment) {
  switch (moment) {
    case api::CheckMoment::kClick:
      return Urgency::kClick;
    case api::CheckMoment::kAsked:
      return Urgency::kAsked;
    case api::CheckMoment::kRescan:
      return Urgency::kRescan;
    case api::CheckMoment::kDelivery:
    case api::CheckMoment::kMissed:
      return Urgency::kDelivery;
  }
  return Urgency::kDelivery;
}

bool is_by_text(const Verdict& known) {
  return known.disposition == Disposition::kSuspicious && known.detection_method == kUrlModelMethod;
}

// Another address within the link: a redirector that we do not know, perhaps.
bool carries_url(const url::Url& url) {
  const std::string rest =
      url::percent_decode_until_stable(std::string(url.pathname()) + std::string(url.search()));
  return rest.find("://") != std::string::npos || rest.find("=//") != std::string::npos;
}

// Its text or where it lies: where anybody may put a page.
bool is_unsure(const url::Url& url, const Verdict& known) {
  return known.disposition > Disposition::kUnknown ||
         verdict::host_kind(url.hostname()) != verdict::HostKind::kOwn;
}

}  // namespace

ScanBudget budget_of(api::CheckMoment moment) {
  using namespace std::chrono_literals;
  if (moment == api::CheckMoment::kClick) return {};
  return {10'000ms, 12'000ms, 5000ms, 25'000ms};
}

Verdict merged(Verdict known, Verdict found) {
  // What the link's text alone made suspicious is so until a plain page was seen behind it.
  const bool is_unnamed =
      std::any_of(found.evidence.begin(), found.evidence.end(),
                  [](const verdict::Evidence& evidence) { return evidence.code == kUnnamed; });
  const bool cleared = is_by_text(known) && found.disposition == Disposition::kClean && !is_unnamed;
  const bool worse =
      found.disposition > known.disposition || known.disposition == Disposition::kUnknown || cleared;
  if (worse) {
    known.disposition = found.disposition;
    known.confidence = found.confidence;
    known.detection_method = std::move(found.detection_method);
  }
  for (verdict::Evidence& evidence : found.evidence) {
    if (std::find(known.evidence.begin(), known.evidence.end(), evidence) == known.evidence.end())
      known.evidence.push_back(std::move(evidence));
  }
  if (!found.url_chain.empty()) known.url_chain = std::move(found.url_chain);
  return known;
}

DeepScan::DeepScan(DeepScanOptions options, Looker& looker, FindListed find_listed,
                   const verdict::BrandLooks& brands, const Clock& clock)
    : looker_(looker),
      validity_(options.validity),
      sites_(options.sites),
      watcher_(options.watcher),
      find_listed_(std::move(find_listed)),
      languages_(options.languages),
      brands_(brands),
      clock_(clock),
      io_(1),
      work_(asio::make_work_guard(io_)),
      queue_(io_, options.queue),
      thread_([this] { io_.run(); }) {}

// Pages that are being looked at are answered from the looker's threads, into our executor: it must be there
// until the last of them was. With the looker stopped that is at once.
DeepScan::~DeepScan() {
  is_stopping_ = true;
  looker_.stop();
  work_.reset();
  thread_.join();
}

asio::awaitable<Verdict> DeepScan::scan(api::CheckRequest request, std::string canonical_hash,
                                        Verdict known) {
  Verdict verdict = co_await asio::co_spawn(
      io_, queued(std::move(request), std::move(canonical_hash), std::move(known)), asio::use_awaitable);
  co_return verdict;
}

// Design: a link that acts is spared where its host is known good or the sender's own; elsewhere such words
// are what an attacker would write, and it is opened when somebody clicks, not before.
std::optional<Verdict> DeepScan::spared(const api::CheckRequest& request, const Verdict& known) const {
  const auto url = url::Url::parse(request.url);
  const auto act = url ? url::link_act(*url) : std::nullopt;
  // The URL's text alone says nothing against a host that is known.
  const bool is_bad = known.disposition > Disposition::kUnknown && !is_by_text(known);
  if (!act || is_bad) return std::nullopt;
  const std::string domain = url::registrable_domain(std::string(url->hostname()));
  // Where a brand lets anybody put pages, or sends people wherever the link says, its name vouches for
  // nothing.
  const bool is_anybodys = verdict::host_kind(url->hostname()) != verdict::HostKind::kOwn ||
                           static_targets(*url).size() > 1 || carries_url(*url);
  const verdict::BrandLook* owner = is_anybodys ? nullptr : brands_.owner(domain);
  const bool is_senders = request.sender_is_known && url::registrable_domain(request.sender_domain) == domain;
  const std::string what = "Opening this link " + std::string(to_string(*act)) + ", so it was not opened";
  const bool can_wait =
      request.moment != api::CheckMoment::kClick && request.moment != api::CheckMoment::kAsked;
  Verdict verdict = known;
  if (owner != nullptr || is_senders) {
    verdict.disposition = Disposition::kClean;
    verdict.confidence = kSparedConfidence;
    verdict.evidence.push_back(
        {"link.acts_spared",
         what + "; its host belongs to " + (owner != nullptr ? owner->name : "the sender, who wrote before"),
         ""});
  } else if (can_wait) {
    verdict.evidence.push_back({"link.acts", what + ": it will be when somebody clicks it", ""});
  } else {
    return std::nullopt;
  }
  verdict.judged_at = clock_.now();
  verdict.valid_until = verdict.judged_at;
  // What waits for a click is looked at by the first, however soon it comes.
  if (verdict.disposition == Disposition::kClean)
    verdict.valid_until += lifetime_of(verdict.disposition, validity_);
  return verdict;
}

asio::awaitable<Verdict> DeepScan::queued(api::CheckRequest request, std::string canonical_hash,
                                          Verdict known) {
  if (auto verdict = spared(request, known)) co_return *std::move(verdict);
  // Whoever cannot be told apart is served in turn with everybody else who cannot.
  std::string sender = request.sender_domain;
  const Urgency urgency = urgency_of(request.moment);
  verdict::PageContext context;
  context.recipient = request.recipient;
  context.url_is_suspicious = is_by_text(known);
  const auto url = url::Url::parse(request.url);
  LinkLook look_with{request.url, languages_, budget_of(request.moment),
                     request.moment != api::CheckMoment::kClick, url && is_unsure(*url, known)};
  ScanQueue::Work work = [this, look_with, context, canonical_hash]() {
    return look(context, look_with, canonical_hash);
  };
  at_stage(canonical_hash, ScanStage::kWaiting);
  auto found = co_await queue_.run(std::move(canonical_hash), std::move(sender), urgency, std::move(work));
  const Time now = clock_.now();
  if (!found) {
    known.evidence.push_back(
        {"scan.no_room", "The page was not looked at yet: too many links are being checked", ""});
    known.judged_at = now;
    known.valid_until = now + kNoRoomLifetime;
    co_return known;
  }
  Verdict verdict = merged(std::move(known), *std::move(found));
  verdict.judged_at = now;
  verdict.valid_until = now + lifetime_of(verdict.disposition, validity_);
  co_return verdict;
}

void DeepScan::at_stage(const std::string& canonical_hash, ScanStage stage) const {
  if (watcher_ != nullptr) watcher_->at_stage(canonical_hash, stage);
}

void DeepScan::recall(const verdict::Page& page, verdict::PageContext& context) {
  const auto url = url::Url::parse(page.chain.back().url);
  if (sites_ == nullptr || page.status == 0 || !url || !url->is_http()) return;
  const std::string site = verdict::site_of(url->hostname());
  context.host_first_seen = sites_->met(site);
  if (page.screenshot.empty()) return;
  const PageLook look = look_of(page);
  const std::string own = verdict::own_brand_of(page, brands_);
  if (own.empty())
    context.look = sites_->like(look);
  else
    sites_->learn(own, site, look);
}

asio::awaitable<Verdict> DeepScan::look(verdict::PageContext context, LinkLook look,
                                        std::string canonical_hash) {
  context.now = clock_.now();
  LookSteps steps;
  steps.judge = [this, &context](const Seen& seen) {
    return verdict_of(seen, find_listed_, brands_, context);
  };
  steps.saw = [this, &context](const verdict::Page& page) { recall(page, context); };
  steps.at_stage = [this, &canonical_hash](ScanStage stage) { at_stage(canonical_hash, stage); };
  Seen seen;
  Verdict verdict = co_await look_at(looker_, std::move(look), steps, seen);
  // What a scan saw that was given up is nothing to remember.
  if (watcher_ != nullptr && !is_stopping_) {
    watcher_->seen(canonical_hash, seen, &verdict);
    watcher_->ended(canonical_hash);
  }
  co_return verdict;
}

}  // namespace linkgate::scan
