#include "gateway/delivery.h"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/ascii.h"
#include "base/log.h"

namespace linkgate::gateway {
namespace {

using net::SmtpReply;

constexpr uint64_t kMinFreeBytes = 64ULL << 20;      // as the spool's own limit: said before delivering
constexpr std::chrono::seconds kClaimPatience{300};  // for the first try of a recipient that a retry overtook
constexpr std::chrono::milliseconds kClaimPoll{20};
constexpr std::chrono::milliseconds kPatienceWithScan{2'000};    // DeliverMessageAfterScan off
constexpr std::chrono::milliseconds kPatienceAfterScan{15'000};  // on: "wait for URL scanning to complete"
constexpr int kRecordTries = 20;  // of a row after the next hop took the message
constexpr std::chrono::milliseconds kRecordPause{250};

SmtpReply our_trouble(const Error& error) {
  log::error("mail is deferred: {}", error.message());
  return SmtpReply(451, "4.3.0 Local trouble, try again later");
}

asio::awaitable<void> pause(std::chrono::milliseconds time) {
  const auto executor = co_await asio::this_coro::executor;
  asio::steady_timer timer(executor, time);
  boost::system::error_code ignored;
  co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
}

std::string_view domain_of(std::string_view address) {
  const size_t at = address.rfind('@');
  return at == std::string_view::npos ? std::string_view() : address.substr(at + 1);
}

}  // namespace

Delivery::Delivery(const DeliveryContext& context, const GatewayListenerConfig& listener,
                   NextHopPool& next_hop, net::SmtpTransaction& transaction, net::SmtpAnswers& answers)
    : context_(context),
      listener_(listener),
      next_hop_(next_hop),
      transaction_(transaction),
      answers_(answers),
      policies_(context.policies.current()),
      keys_(context.keys.current()) {
  sealing_ = {context.click_origin, context.click_host, keys_.get(), &context.delivered, context.trust};
  for (const net::SmtpRecipient& recipient : transaction.envelope.recipients) {
    Recipient one;
    one.envelope = &recipient;
    recipients_.push_back(one);
  }
}

Delivery::~Delivery() {
  for (const Recipient& recipient : recipients_) {
    if (!recipient.claim.empty()) context_.under_way.erase(recipient.claim);
  }
}

asio::awaitable<void> Delivery::run() {
  const auto begin = context_.clock.steady_now();
  context_.metrics.messages.add();
  const bool admitted = co_await admit();
  if (admitted) {
    co_await skip_delivered();
    co_await read_message();
    std::vector<Group> groups = make_groups();
    for (size_t next = 0; next < groups.size() && !client_gone_; ++next) {
      const bool readable = co_await deliver_group(groups[next]);
      if (readable) continue;
      work_.reset();  // what is left of the recipients gets the message as one that cannot be read
      groups = unscannable_groups();
      next = static_cast<size_t>(-1);
    }
  }
  SmtpReply rest(451, "4.3.0 Not delivered, try again later");
  co_await answer_rest(std::move(rest));
  const std::chrono::duration<double> took = context_.clock.steady_now() - begin;
  context_.metrics.delivering.observe(took.count());
}

// False where everybody has an answer already.
asio::awaitable<bool> Delivery::admit() {
  header_ = read_header(transaction_.data);
  if (!context_.spool.healthy() || !room_on_disk()) {
    log::warn("mail is deferred: {}",
              context_.spool.healthy() ? "the disk is full" : context_.spool.trouble());
    SmtpReply full(452, "4.3.1 No room to record this message now, try again later");
    co_await answer_rest(std::move(full));
    co_return false;
  }
  if (!listener_.outbound && keys_->sealing() == nullptr) {
    const SmtpReply keyless = our_trouble(Error(ErrorCode::kUnavailable, "there is no sealing key"));
    co_await answer_rest(keyless);
    co_return false;
  }
  auto identified = co_await identify_message(transaction_.data);
  if (!identified) {
    const SmtpReply trouble = our_trouble(identified.error());
    co_await answer_rest(trouble);
    co_return false;
  }
  match_policies();
  const size_t hops = header_.count("Received");
  if (transaction_.refusal != net::SmtpRefusal::kNone ||
      hops > static_cast<size_t>(context_.config.max_hops)) {
    co_await refuse_transaction();
    co_return false;
  }
  co_return true;
}

bool Delivery::room_on_disk() const {
  const auto free = context_.files.free_bytes(context_.spool_directory);
  return free && *free >= kMinFreeBytes;
}

// What is refused for what it is: a row for each recipient says so, as for all that was refused for good.
asio::awaitable<void> Delivery::refuse_transaction() {
  SmtpReply reply(554, "5.4.6 Too many hops, this mail loops");
  facts_.unscannable = "TooManyHops";
  if (transaction_.refusal == net::SmtpRefusal::kAmbiguous) {
    reply = SmtpReply(554, "5.6.0 A dot stands alone between line ends that are not CR LF");
    facts_.unscannable = "AmbiguousEndOfData";
  } else if (transaction_.refusal == net::SmtpRefusal::kTooLarge) {
    reply = SmtpReply(552, "5.3.4 Message is larger than the limit");
    facts_.unscannable = "TooLarge";
  } else if (transaction_.refusal == net::SmtpRefusal::kNoMemory) {
    reply = SmtpReply(452, "4.3.1 No memory for this message now, try again");
    co_await answer_rest(reply);
    co_return;
  }
  for (size_t i = 0; i < recipients_.size(); ++i) {
    RecipientFacts facts = facts_of(i, DeliveryOutcome::kFailed);
    facts.reply = std::to_string(reply.code) + " " + reply.text();
    auto recorded = co_await record(std::move(facts), false);
    const SmtpReply said = recorded ? reply : our_trouble(recorded.error());
    co_await answer(i, said);
  }
}

asio::awaitable<Result<void>> Delivery::identify_message(std::string_view bytes) {
  const Time now = context_.clock.now();
  std::function<Result<MessageIdentity>()> work = [this, bytes, now]() -> Result<MessageIdentity> {
    return identify(transaction_.origin.ident, transaction_.envelope.sender, bytes, header_, now, *keys_);
  };
  auto identity = co_await on_worker<MessageIdentity>(context_.workers, std::move(work));
  if (!identity) co_return std::move(identity).error();
  facts_.identity = *std::move(identity);
  facts_.sender = transaction_.envelope.sender;
  facts_.origin = transaction_.origin;
  facts_.size = bytes.size();
  std::vector<std::string> values;
  for (const HeaderField& field : header_.fields) {
    if (ascii::iequals(field.name, "Authentication-Results")) values.push_back(field.value());
  }
  facts_.authentication = authentication_details(values, context_.config.authserv_ids);
  co_return Result<void>();
}

bool Delivery::is_internal_sender() const {
  const auto accepted = [this](std::string_view domain) {
    for (const std::string& ours : context_.config.accepted_domains) {
      if (ascii::iequals(ours, domain)) return true;
    }
    return false;
  };
  if (!accepted(domain_of(facts_.sender))) return false;
  if (listener_.outbound) return true;
  // A claim to be one of us counts only with proof: our own MTA says that the client is local to it, or DMARC
  // passed.
  return ascii::iequals(facts_.origin.source, "LOCAL") || facts_.authentication.dmarc == "pass";
}

std::string Delivery::direction(std::string_view recipient) const {
  bool to_us = !listener_.outbound;
  for (const std::string& ours : context_.config.accepted_domains)
    to_us = to_us || ascii::iequals(ours, domain_of(recipient));
  if (listener_.outbound && !to_us) return "Outbound";
  return is_internal_sender() ? "Intra-org" : "Inbound";
}

void Delivery::match_policies() {
  const bool internal = is_internal_sender();
  for (Recipient& recipient : recipients_) {
    recipient.match = policies_->policies.match(recipient.envelope->address);
    const verdict::SafeLinksPolicy& policy = *recipient.match.policy;
    recipient.wrap = !listener_.outbound && policy.EnableSafeLinksForEmail && !policy.DisableUrlRewrite &&
                     (!internal || policy.EnableForInternalSenders);
  }
}

// Recipients that have this message from an earlier try get their 250 again.
asio::awaitable<void> Delivery::skip_delivered() {
  for (size_t i = 0; i < recipients_.size() && !client_gone_; ++i) {
    const bool claimed = co_await claim(i);
    if (!claimed) {
      SmtpReply busy(451, "4.3.0 This message is being delivered already, try again later");
      co_await answer(i, std::move(busy));
      continue;
    }
    std::function<Result<bool>()> look = [this, i] {
      return context_.delivered.was_delivered(facts_.identity.text, recipients_[i].envelope->address);
    };
    auto before = co_await on_worker<bool>(context_.workers, std::move(look));
    if (!before) {
      const SmtpReply trouble = our_trouble(before.error());
      co_await answer(i, trouble);
    } else if (*before) {
      context_.metrics.repeated.add();
      SmtpReply again(250, "2.0.0 Delivered before as " + facts_.identity.text);
      co_await answer(i, std::move(again));
    }
  }
}

asio::awaitable<bool> Delivery::claim(size_t recipient) {
  const std::string key = facts_.identity.text + " " + recipients_[recipient].envelope->address;
  const auto end = context_.clock.steady_now() + kClaimPatience;
  while (!context_.under_way.insert(key).second) {
    // The same recipient twice in one transaction: the second is answered after the first, from the marker.
    bool own = false;
    for (const Recipient& other : recipients_) own = own || other.claim == key;
    if (own) break;
    if (context_.clock.steady_now() > end) co_return false;
    co_await pause(kClaimPoll);
  }
  recipients_[recipient].claim = key;
  co_return true;
}

// Parses, and asks what is known about the links. Afterwards there is work_, or facts_.unscannable says why
// not.
asio::awaitable<void> Delivery::read_message() {
  std::function<Result<std::unique_ptr<MessageWork>>()> parse = [this] {
    return MessageWork::prepare(transaction_.data, facts_.identity, sealing_);
  };
  auto work = co_await on_worker<std::unique_ptr<MessageWork>>(context_.workers, std::move(parse));
  if (!work) {
    if (work.error().is_ours()) {
      const SmtpReply trouble = our_trouble(work.error());
      co_await answer_rest(trouble);
    } else {
      facts_.unscannable = work.error().message();
    }
    co_return;
  }
  work_ = *std::move(work);
  add_contents(*work_, &facts_);
  if (listener_.outbound) co_return;
  bool scan = false, wait = false;
  for (const Recipient& recipient : recipients_) {
    const verdict::SafeLinksPolicy& policy = *recipient.match.policy;
    if (recipient.answered || !policy.EnableSafeLinksForEmail || !policy.ScanUrls) continue;
    scan = true;
    wait = wait || policy.DeliverMessageAfterScan;
  }
  if (!scan) co_return;
  std::string id = facts_.identity.text;
  const auto patience = wait ? kPatienceAfterScan : kPatienceWithScan;
  const Time now = context_.clock.now();
  facts_.verdict = co_await context_.scan.judge(facts_.urls, *policies_, std::move(id), now, patience);
}

// False where it turns out only now that the message cannot be rewritten, for reasons of its own; nobody was
// answered then.
asio::awaitable<bool> Delivery::deliver_group(const Group& group) {
  if (!group.unscannable_action.empty()) context_.metrics.count_unscannable(group.unscannable_action);
  if (group.outcome == DeliveryOutcome::kDeferred) {
    co_await defer(group);
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

RecipientFacts Delivery::facts_of(size_t recipient, DeliveryOutcome outcome) const {
  RecipientFacts facts;
  facts.recipient = recipients_[recipient].envelope->address;
  facts.direction = direction(facts.recipient);
  facts.outcome = outcome;
  facts.outbound_listener = listener_.outbound;
  facts.policy = recipients_[recipient].match.policy->Name;
  return facts;
}

// The rows of a recipient, those of the message once, and where `mark` is set the marker that they are
// written.
asio::awaitable<Result<void>> Delivery::record(RecipientFacts facts, bool mark) {
  std::function<Result<void>()> work = [this, facts = std::move(facts), mark]() -> Result<void> {
    Rows rows = recipient_rows(facts_, facts);
    if (mark && !url_rows_written_) {
      Rows links = url_rows(facts_);
      rows.insert(rows.end(), std::make_move_iterator(links.begin()), std::make_move_iterator(links.end()));
    }
    TRY(context_.spool.append_all(rows));
    if (!mark) return {};
    url_rows_written_ = true;
    return context_.delivered.mark_delivered(facts_.identity.text, {facts.recipient}, context_.clock.now());
  };
  auto done = co_await on_worker<void>(context_.workers, std::move(work));
  co_return done;
}

asio::awaitable<void> Delivery::answer(size_t recipient, SmtpReply reply) {
  Recipient& one = recipients_[recipient];
  if (one.answered) co_return;
  one.answered = true;
  context_.metrics.count_answer(reply.code);
  if (reply.code == 451 && reply.text().starts_with("4.3.0")) context_.metrics.trouble.add();
  if (!one.claim.empty()) context_.under_way.erase(one.claim);
  one.claim.clear();
  const bool alive = co_await answers_.give(recipient, std::move(reply));
  client_gone_ = client_gone_ || !alive;
}

asio::awaitable<void> Delivery::answer_rest(SmtpReply reply) {
  for (size_t i = 0; i < recipients_.size(); ++i) co_await answer(i, reply);
}

}  // namespace linkgate::gateway
