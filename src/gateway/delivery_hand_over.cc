// The way out: rendering, next hop, rows, marker, answer, for one group of recipients after the other.

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/ascii.h"
#include "base/log.h"
#include "gateway/delivery.h"
#include "gateway/submission.h"

namespace linkgate::gateway {
namespace {

using net::SmtpReply;

constexpr size_t kLanes = 4;      // groups of one message under way at once; each holds a rendering
constexpr int kRecordTries = 20;  // of a row after the next hop took the message
constexpr std::chrono::milliseconds kRecordPause{250};

}  // namespace

SmtpReply Delivery::our_trouble(const Error& error) {
  log::error("mail is deferred: {}", error.message());
  return SmtpReply(451, "4.3.0 Local trouble, try again later");
}

asio::awaitable<void> Delivery::pause(std::chrono::milliseconds time) {
  const auto executor = co_await asio::this_coro::executor;
  asio::steady_timer timer(executor, time);
  boost::system::error_code ignored;
  co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
}

struct Delivery::Lanes {
  explicit Lanes(const asio::any_io_executor& executor, const std::vector<Group>& all)
      : groups(all), done(executor, asio::steady_timer::time_point::max()) {}
  const std::vector<Group>& groups;
  asio::steady_timer done;
  size_t next = 0, running = 0;
  bool readable = true;
};

// False where the message turned out to be one that cannot be rewritten; some recipients have no answer then.
asio::awaitable<bool> Delivery::deliver_all(const std::vector<Group>& groups) {
  const auto executor = co_await asio::this_coro::executor;
  Lanes lanes(executor, groups);
  lanes.running = std::min(kLanes, groups.size());
  const size_t count = lanes.running;
  for (size_t i = 0; i < count; ++i) {
    asio::co_spawn(executor, deliver_lane(lanes), [&lanes](const std::exception_ptr& thrown) {
      if (thrown) log::error("a delivery broke off; its recipients are deferred");
      if (--lanes.running == 0) lanes.done.cancel();
    });
  }
  boost::system::error_code ignored;
  while (lanes.running > 0) {
    co_await lanes.done.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  }
  co_return lanes.readable;
}

asio::awaitable<void> Delivery::deliver_lane(Lanes& lanes) {
  while (lanes.readable && !client_gone_ && lanes.next < lanes.groups.size()) {
    const Group& group = lanes.groups[lanes.next++];
    const bool readable = co_await deliver_group(group);
    lanes.readable = lanes.readable && readable;
  }
}

// False where it turns out only now that the message cannot be rewritten, for reasons of its own; nobody was
// answered then.
asio::awaitable<bool> Delivery::deliver_group(const Group& group) {
  if (!group.unscannable_action.empty()) context_.metrics.count_unscannable(group.unscannable_action);
  if (group.outcome == DeliveryOutcome::kDeferred) {
    co_await defer(group);
    co_return true;
  }
  if (group.outcome == DeliveryOutcome::kQuarantined) {
    co_await hold(group);
    co_return true;
  }
  auto rendered = co_await render(group);
  if (!rendered) {
    if (!rendered.error().is_ours() && work_ != nullptr) {
      facts_.unscannable = rendered.error().message();
      co_return false;
    }
    const SmtpReply trouble = our_trouble(rendered.error());
    for (size_t i : group.recipients) co_await answer(i, trouble);
    co_return true;
  }
  co_await hand_over(group, *rendered);
  co_return true;
}

// UnscannableAction Defer: the MTA keeps the mail, and a row says why.
asio::awaitable<void> Delivery::defer(const Group& group) {
  SmtpReply reply(451, "4.7.1 This message cannot be checked: " + facts_.unscannable);
  for (size_t i : group.recipients) {
    RecipientFacts facts = facts_of(i, DeliveryOutcome::kDeferred);
    facts.unscannable_action = group.unscannable_action;
    facts.reply = std::to_string(reply.code) + " " + reply.text();
    auto recorded = co_await record(std::move(facts), false);
    if (!recorded) log::error("a deferred message has no row: {}", recorded.error().message());
    co_await answer(i, reply);
  }
}

asio::awaitable<void> Delivery::hand_over(const Group& group, const RenderedMessage& rendered) {
  if (next_hop_down_) {
    for (size_t i : group.recipients) co_await answer(i, *next_hop_down_);
    co_return;
  }
  net::SmtpEnvelope envelope = transaction_.envelope;
  envelope.recipients.clear();
  for (size_t i : group.recipients) envelope.recipients.push_back(*recipients_[i].envelope);
  NextHopPool::Lease lease;
  auto replies = co_await send(envelope, rendered.bytes, &lease);
  if (!replies) {
    next_hop_down_ = SmtpReply(451, "4.4.1 The next hop does not answer, try again later");
    log::warn("next hop {}: {}", next_hop_.endpoint(), replies.error().message());
    for (size_t i : group.recipients) co_await answer(i, *next_hop_down_);
    co_return;
  }
  std::optional<Result<SmtpReply>> common;  // SMTP has one reply for all
  for (size_t n = 0; n < group.recipients.size(); ++n) {
    SmtpReply reply = (*replies)[n];
    if (reply.code == 0) {
      if (!common) common = co_await lease.client->final_reply();
      if (*common) {
        reply = **common;
      } else {
        next_hop_down_ = SmtpReply(451, "4.4.2 The next hop broke off, try again later");
        log::warn("next hop {}: {}", next_hop_.endpoint(), common->error().message());
        reply = *next_hop_down_;
      }
      const bool again = lease.client->protocol() == net::SmtpProtocol::kLmtp && *common;
      if (again) common.reset();
    }
    co_await conclude(group.recipients[n], group, rendered, std::move(reply));
  }
  next_hop_.give_back(std::move(lease.client));
}

// A connection that was kept may have died meanwhile: as long as no content went over it, a new one is tried.
asio::awaitable<Result<std::vector<SmtpReply>>> Delivery::send(const net::SmtpEnvelope& envelope,
                                                               std::string_view bytes,
                                                               NextHopPool::Lease* lease) {
  for (int tries = 0; tries < 2; ++tries) {
    auto acquired = co_await next_hop_.acquire(tries > 0);
    if (!acquired) co_return std::move(acquired).error();
    *lease = *std::move(acquired);
    const net::SmtpExtensions& peer = lease->client->extensions();
    if ((envelope.smtputf8 && !peer.smtputf8) || (envelope.body == "8BITMIME" && !peer.eight_bit_mime)) {
      // It offered these when we did. The MTA asks again, hears what is offered now, and converts or bounces.
      std::vector<SmtpReply> replies(
          envelope.recipients.size(),
          SmtpReply(451, "4.6.3 The next hop does not take this kind of message now"));
      co_return replies;
    }
    auto replies = co_await lease->client->send(envelope, bytes);
    const bool again = !replies && lease->reused && !lease->client->content_sent();
    if (!again) co_return replies;
  }
  co_return Error(ErrorCode::kUnavailable, "the next hop closed two connections");
}

// The next hop has spoken: rows, marker, our answer, in this order.
asio::awaitable<void> Delivery::conclude(size_t recipient, const Group& group,
                                         const RenderedMessage& rendered, SmtpReply reply) {
  if (reply.temporary() || reply.code < 200) {
    co_await answer(recipient, std::move(reply));
    co_return;
  }
  RecipientFacts facts = facts_of(recipient, reply.positive() ? group.outcome : DeliveryOutcome::kFailed);
  facts.unscannable_action = group.unscannable_action;
  facts.reply = std::to_string(reply.code) + " " + reply.text();
  facts.links = rendered.links;
  facts.tips = group.tips.names;
  facts.tips_shown = rendered.tips_shown;
  const bool delivered = reply.positive();
  if (delivered) context_.metrics.count_links(rendered.links);
  Result<void> recorded;
  for (int tries = 0; tries < kRecordTries; ++tries) {
    RecipientFacts copy = facts;
    recorded = co_await record(std::move(copy), delivered);
    if (recorded) break;
    co_await pause(kRecordPause);  // the next hop has the mail: better late than twice
  }
  if (!recorded) reply = our_trouble(recorded.error());
  co_await answer(recipient, std::move(reply));
}

// What one of ours forwarded to the address for reports is a submission, besides being delivered there.
void Delivery::add_submission(std::string_view recipient, Rows* rows) const {
  if (context_.report_mailbox.empty() || !ascii::iequals(recipient, context_.report_mailbox)) return;
  const size_t at = facts_.sender.rfind('@');
  if (at == std::string::npos || !is_accepted(std::string_view(facts_.sender).substr(at + 1))) return;
  const auto reported = find_reported(transaction_.data, work_.get(), *keys_);
  if (reported) rows->push_back(submission_row(facts_, *reported, is_internal_sender()));
}

// The rows of a recipient, those of the message once, and where `mark` is set the marker that they are
// written.
asio::awaitable<Result<void>> Delivery::record(RecipientFacts facts, bool mark) {
  const bool with_links = mark && !url_rows_taken_;
  if (with_links) url_rows_taken_ = true;
  std::function<Result<void>()> work = [this, facts = std::move(facts), mark, with_links]() -> Result<void> {
    Rows rows = recipient_rows(facts_, facts);
    if (with_links) {
      Rows links = url_rows(facts_);
      rows.insert(rows.end(), std::make_move_iterator(links.begin()), std::make_move_iterator(links.end()));
    }
    if (mark) add_submission(facts.recipient, &rows);
    TRY(context_.spool.append_all(rows));
    if (!mark) return {};
    return context_.delivered.mark_delivered(facts_.identity.text, {facts.recipient}, contacts_of(facts),
                                             context_.clock.now());
  };
  auto done = co_await on_worker<void>(context_.workers, std::move(work));
  if (!done && with_links) url_rows_taken_ = false;
  co_return done;
}

}  // namespace linkgate::gateway
