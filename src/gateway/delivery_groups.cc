// Which recipients share one rendering, what it looks like, and what becomes of messages that cannot be read.

#include <fmt/format.h>

#include <map>

#include "base/log.h"
#include "gateway/delivery.h"
#include "mail/unscannable.h"

namespace linkgate::gateway {
namespace {

constexpr std::string_view kVerdictField = "X-Linkgate-Verdict";

std::string_view name_of(verdict::UnscannableAction action) {
  switch (action) {
    case verdict::UnscannableAction::kPass:
      return "Pass";
    case verdict::UnscannableAction::kPassWithTip:
      return "PassWithTip";
    case verdict::UnscannableAction::kJunk:
      return "Junk";
    case verdict::UnscannableAction::kQuarantine:
      return "Quarantine";
    case verdict::UnscannableAction::kDefer:
      break;
  }
  return "Defer";
}

}  // namespace

std::vector<Delivery::Group> Delivery::make_groups() {
  if (work_ == nullptr) return unscannable_groups();
  const bool junk = facts_.verdict.is_threat();
  std::vector<Group> groups;
  std::map<std::string, size_t, std::less<>> shared;  // key: everything that the bytes depend on
  for (size_t i = 0; i < recipients_.size(); ++i) {
    const Recipient& recipient = recipients_[i];
    if (recipient.answered) continue;
    const verdict::SafeLinksPolicy& policy = *recipient.match.policy;
    const bool own = !listener_.outbound && work_->varies_by_recipient();
    const bool heeds_links = policy.EnableSafeLinksForEmail && policy.ScanUrls;
    const bool to_junk = junk && !listener_.outbound && (heeds_links || facts_.verdict.blocked_as_a_whole);
    std::string key = own ? "=" + recipient.envelope->address : "shared";
    key += to_junk ? " junk" : "";
    SenderTips tips = tips_for(recipient);
    key += tips.key();
    const auto [at, added] = shared.emplace(std::move(key), groups.size());
    if (added) groups.emplace_back();
    Group& group = groups[at->second];
    group.tips = std::move(tips);
    group.recipients.push_back(i);
    group.outcome = to_junk ? DeliveryOutcome::kJunked : DeliveryOutcome::kDelivered;
  }
  return groups;
}

// A message that cannot be read, by each recipient's UnscannableAction: one group an action.
std::vector<Delivery::Group> Delivery::unscannable_groups() {
  std::map<verdict::UnscannableAction, Group> by_action;
  if (facts_.unscannable.empty()) return {};
  const bool can_hold = held_key().has_value();
  for (size_t i = 0; i < recipients_.size(); ++i) {
    if (recipients_[i].answered) continue;
    verdict::UnscannableAction action =
        listener_.outbound ? verdict::UnscannableAction::kPass : recipients_[i].match.policy->OnUnscannable;
    if (action == verdict::UnscannableAction::kQuarantine && !can_hold)
      action = verdict::UnscannableAction::kPassWithTip;
    Group& group = by_action[action];
    group.recipients.push_back(i);
    group.unscannable_action = name_of(action);
    group.outcome = action == verdict::UnscannableAction::kJunk         ? DeliveryOutcome::kJunked
                    : action == verdict::UnscannableAction::kQuarantine ? DeliveryOutcome::kQuarantined
                    : action == verdict::UnscannableAction::kDefer      ? DeliveryOutcome::kDeferred
                                                                        : DeliveryOutcome::kDelivered;
  }
  std::vector<Group> groups;
  for (auto& [action, group] : by_action) groups.push_back(std::move(group));
  return groups;
}

// The Received field of this hop, RFC 5321 section 4.4.
std::string Delivery::received() const {
  return fmt::format("by {} (Linkgate) with {} id {};\r\n\t{}", context_.config.hostname,
                     listener_.protocol == "lmtp" ? "LMTP" : "ESMTP", facts_.identity.text,
                     mail_date(context_.clock.now()));
}

// What stands above a message that was read: our Received, and what mailbox servers file by.
std::vector<std::pair<std::string, std::string>> Delivery::headers_for(const Group& group) const {
  std::vector<std::pair<std::string, std::string>> headers = {{"Received", received()}};
  if (listener_.outbound) return headers;
  if (group.outcome == DeliveryOutcome::kJunked) {
    for (auto& header : mail::junk_headers()) headers.push_back(std::move(header));
  }
  if (facts_.verdict.is_threat())
    headers.emplace_back(kVerdictField, verdict::to_string(facts_.verdict.worst));
  if (!group.tips.empty()) headers.emplace_back(kTipsField, group.tips.joined_names());
  return headers;
}

asio::awaitable<Result<RenderedMessage>> Delivery::render(const Group& group) {
  const auto begin = context_.clock.steady_now();
  std::function<Result<RenderedMessage>()> work = [this, &group] { return render_now(group); };
  auto rendered = co_await on_worker<RenderedMessage>(context_.workers, std::move(work));
  const std::chrono::duration<double> took = context_.clock.steady_now() - begin;
  context_.metrics.rewriting.observe(took.count());
  co_return rendered;
}

Result<RenderedMessage> Delivery::render_now(const Group& group) const {
  if (work_ == nullptr) return RenderedMessage{render_unscannable(group), {}};
  const auto headers = headers_for(group);
  if (listener_.outbound) return work_->render_outbound(headers);
  const Recipient& first = recipients_[group.recipients.front()];
  RecipientPolicy policy;
  policy.recipient = first.envelope->address;
  policy.policy = first.match.policy;
  policy.do_not_rewrite = &policies_->do_not_rewrite(*first.match.policy);
  policy.wrap = first.wrap;
  auto rendered = work_->render_for(policy, headers);
  if (!rendered || group.tips.empty()) return rendered;
  auto tipped = mail::with_safety_tips(rendered->bytes, group.tips.lines, group.tips.subject_prefix);
  if (!tipped) return rendered;  // as it was rewritten: a tip is not worth a message
  rendered->bytes = std::move(tipped->bytes);
  rendered->tips_shown = tipped->is_shown;
  return rendered;
}

// A message that could not be read, as its recipients' UnscannableAction wants it.
std::string Delivery::render_unscannable(const Group& group) const {
  const std::string above = "Received: " + received() + "\r\n";
  if (listener_.outbound) return with_header(transaction_.data, above);
  mail::TipOptions options;
  options.stamp = url::message_stamp(facts_.identity.text, *keys_);
  options.above = above;
  const bool junk = group.outcome == DeliveryOutcome::kJunked;
  const bool tip = group.unscannable_action == "PassWithTip" || group.unscannable_action == "Quarantine";
  Result<std::string> marked = Error(ErrorCode::kNotFound, "no mark is asked for");
  if (tip) marked = mail::pass_with_tip(transaction_.data, facts_.unscannable, options);
  if (junk) marked = mail::mark_as_junk(transaction_.data, facts_.unscannable, options);
  if (marked) return *std::move(marked);
  // No mark is wanted, or there is no header that one could be put into: the message gets one.
  std::string lines = above + "X-Linkgate-Id: " + options.stamp + "\r\n";
  if (tip) lines += "Subject: " + options.subject_prefix + "\r\n";
  if (junk) {
    for (const auto& [name, value] : mail::junk_headers()) lines += name + ": " + value + "\r\n";
  }
  return with_header(transaction_.data, lines);
}

}  // namespace linkgate::gateway
