#include "scan/deep_scan.h"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

#include "scan/url_model_stage.h"
#include "url/acting_link.h"
#include "url/domain.h"

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
      return Urgency::kDelivery;
  }
  return Urgency::kDelivery;
}

// A page that a first look condemns needs no second.
bool is_decided(const Verdict& verdict) { return verdict.disposition >= Disposition::kPhishing; }

}  // namespace

ScanBudget budget_of(api::CheckMoment moment) {
  using namespace std::chrono_literals;
  if (moment == api::CheckMoment::kClick) return {};
  return {10'000ms, 12'000ms, 5000ms};
}

Verdict merged(Verdict known, Verdict found) {
  // What the link's text alone made suspicious is so until a plain page was seen behind it.
  const bool is_by_text =
      known.disposition == Disposition::kSuspicious && known.detection_method == kUrlModelMethod;
  const bool is_unnamed =
      std::any_of(found.evidence.begin(), found.evidence.end(),
                  [](const verdict::Evidence& evidence) { return evidence.code == kUnnamed; });
  const bool cleared = is_by_text && found.disposition == Disposition::kClean && !is_unnamed;
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
      find_listed_(std::move(find_listed)),
      brands_(brands),
      clock_(clock),
      io_(1),
      work_(asio::make_work_guard(io_)),
      queue_(io_, options.queue),
      thread_([this] { io_.run(); }) {}

DeepScan::~DeepScan() {
  io_.stop();
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
  if (!act || known.disposition > Disposition::kUnknown) return std::nullopt;
  const std::string domain = url::registrable_domain(std::string(url->hostname()));
  const verdict::BrandLook* owner = brands_.owner(domain);
  const bool is_senders = request.sender_is_known && url::registrable_domain(request.sender_domain) == domain;
  const std::string what = "Opening this link " + std::string(to_string(*act)) + ", so it was not opened";
  const bool can_wait =
      request.moment == api::CheckMoment::kDelivery || request.moment == api::CheckMoment::kRescan;
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
  verdict.valid_until = verdict.judged_at + lifetime_of(verdict.disposition);
  return verdict;
}

asio::awaitable<Verdict> DeepScan::queued(api::CheckRequest request, std::string canonical_hash,
                                          Verdict known) {
  if (auto verdict = spared(request, known)) co_return *std::move(verdict);
  // Whoever cannot be told apart is served in turn with everybody else who cannot.
  std::string sender = request.sender_domain;
  const Urgency urgency = urgency_of(request.moment);
  ScanQueue::Work work = [this, url = request.url, recipient = request.recipient, moment = request.moment]() {
    return look(url, recipient, moment);
  };
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
  verdict.valid_until = now + lifetime_of(verdict.disposition);
  co_return verdict;
}

asio::awaitable<Verdict> DeepScan::look(std::string url, std::string recipient, api::CheckMoment moment) {
  const ScanBudget budget = budget_of(moment);
  verdict::PageContext context;
  context.recipient = std::move(recipient);
  context.now = clock_.now();
  Seen seen;
  // The link itself first, and nothing before it: a kit that burns whoever asks for anything else must meet a
  // person.
  LookRequest request{url, Visitor::kDesktop, budget.fetch, "scan"};
  seen.fetched = co_await looker_.fetch(request);
  Verdict verdict = verdict_of(seen, find_listed_, brands_, context);
  if (is_decided(verdict)) co_return verdict;
  seen.no_browser = looker_.no_browser();
  const bool answered = seen.fetched->status != 0;
  if (answered && seen.no_browser.empty() && !is_whole(*seen.fetched)) {
    request.budget = budget.render;
    seen.rendered = co_await looker_.render(request);
    verdict = verdict_of(seen, find_listed_, brands_, context);
    if (is_decided(verdict)) co_return verdict;
  }
  if (answered) {
    LookRequest as_bot{url, Visitor::kBot, budget.as_bot, "scan"};
    seen.as_bot = co_await looker_.fetch(as_bot);
    verdict = verdict_of(seen, find_listed_, brands_, context);
  }
  co_return verdict;
}

}  // namespace linkgate::scan
