#include "gateway/delivery.h"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/ascii.h"
#include "base/log.h"
#include "gateway/own_lists.h"

namespace linkgate::gateway {
namespace {

using net::SmtpReply;

constexpr uint64_t kMinFreeBytes = 64ULL << 20;      // as the spool's own limit: said before delivering
constexpr std::chrono::seconds kClaimPatience{300};  // for the first try of a recipient that a retry overtook
constexpr std::chrono::milliseconds kClaimPoll{20};
constexpr std::chrono::milliseconds kPatienceWithScan{2'000};    // DeliverMessageAfterScan off
constexpr std::chrono::milliseconds kPatienceAfterScan{15'000};  // on: "wait for URL scanning to complete"

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
  begin_ = context_.clock.steady_now();
  context_.metrics.messages.add();
  const bool admitted = co_await admit();
  if (admitted) {
    co_await skip_delivered();
    if (!all_answered()) co_await read_message();
    std::vector<Group> groups = make_groups();
    const bool readable = co_await deliver_all(groups);
    if (!readable) {
      work_.reset();  // what is left of the recipients gets the message as one that cannot be read
      groups = unscannable_groups();
      (void)co_await deliver_all(groups);
    }
  }
  SmtpReply rest(451, "4.3.0 Not delivered, try again later");
  co_await answer_rest(std::move(rest));
  context_.metrics.delivering.observe(seconds_so_far());
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

// One of our own domains, or a subdomain of one.
bool Delivery::is_accepted(std::string_view domain) const {
  for (const std::string& ours : context_.config.accepted_domains) {
    if (ascii::iequals(ours, domain)) return true;
    const size_t more = domain.size() > ours.size() ? domain.size() - ours.size() : 0;
    if (more > 1 && domain[more - 1] == '.' && ascii::iequals(ours, domain.substr(more))) return true;
  }
  return false;
}

bool Delivery::is_internal_sender() const {
  if (!is_accepted(domain_of(facts_.sender))) return false;
  if (listener_.outbound) return true;
  // A claim to be one of us counts only with proof: our own MTA says that the client is local to it, or DMARC
  // passed for one of our domains. DMARC proves the domain in From: anybody can pass it for one of his own.
  return ascii::iequals(facts_.origin.source, "LOCAL") ||
         (facts_.authentication.dmarc == "pass" && is_accepted(domain_of(facts_.header.from_address)));
}

std::string Delivery::direction(std::string_view recipient) const {
  const bool to_us = !listener_.outbound || is_accepted(domain_of(recipient));
  if (listener_.outbound && !to_us) return "Outbound";
  return is_internal_sender() ? "Intra-org" : "Inbound";
}

void Delivery::match_policies() {
  for (Recipient& recipient : recipients_)
    recipient.match = policies_->policies.match(recipient.envelope->address);
}

// After the header was read: who the sender is depends on From.
void Delivery::choose_wrapping() {
  const bool internal = is_internal_sender();
  for (Recipient& recipient : recipients_) {
    const verdict::SafeLinksPolicy& policy = *recipient.match.policy;
    recipient.wrap = policy.EnableSafeLinksForEmail && !policy.DisableUrlRewrite &&
                     (!internal || policy.EnableForInternalSenders);
  }
}

// Recipients that have this message from an earlier try get their 250 again.
asio::awaitable<void> Delivery::skip_delivered() {
  const bool claimed = co_await claim_all();
  if (!claimed) {
    SmtpReply busy(451, "4.3.0 This message is being delivered already, try again later");
    co_await answer_rest(std::move(busy));
    co_return;
  }
  std::function<Result<std::vector<bool>>()> look = [this]() -> Result<std::vector<bool>> {
    std::vector<bool> before;
    for (const Recipient& recipient : recipients_) {
      TRY_ASSIGN(const bool was,
                 context_.delivered.was_delivered(facts_.identity.text, recipient.envelope->address));
      before.push_back(was);
    }
    return before;
  };
  auto before = co_await on_worker<std::vector<bool>>(context_.workers, std::move(look));
  if (!before) {
    const SmtpReply trouble = our_trouble(before.error());
    co_await answer_rest(trouble);
    co_return;
  }
  for (size_t i = 0; i < recipients_.size(); ++i) {
    if (!(*before)[i]) continue;
    context_.metrics.repeated.add();
    SmtpReply again(250, "2.0.0 Delivered before as " + facts_.identity.text);
    co_await answer(i, std::move(again));
  }
}

// All recipients or none, so that two tries of one message cannot wait for each other. False: it took too
// long.
asio::awaitable<bool> Delivery::claim_all() {
  const auto key = [this](const Recipient& recipient) {
    return facts_.identity.text + " " + recipient.envelope->address;
  };
  const auto end = context_.clock.steady_now() + kClaimPatience;
  while (true) {
    bool free = true;
    for (const Recipient& recipient : recipients_)
      free = free && !context_.under_way.contains(key(recipient));
    if (free) break;
    if (context_.clock.steady_now() > end) co_return false;
    co_await pause(kClaimPoll);
  }
  for (Recipient& recipient : recipients_) {
    recipient.claim = key(recipient);
    context_.under_way.insert(recipient.claim);
  }
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
  choose_wrapping();
  co_await know_sender();
  bool scan = false, wait = false;
  for (const Recipient& recipient : recipients_) {
    const verdict::SafeLinksPolicy& policy = *recipient.match.policy;
    if (recipient.answered || !policy.EnableSafeLinksForEmail || !policy.ScanUrls) continue;
    scan = true;
    wait = wait || policy.DeliverMessageAfterScan;
  }
  const Time now = context_.clock.now();
  if (scan) {
    std::string id = facts_.identity.text;
    const auto patience = wait ? kPatienceAfterScan : kPatienceWithScan;
    std::string domain = ascii::to_lower(facts_.sender.substr(facts_.sender.rfind('@') + 1));
    facts_.verdict = co_await context_.scan.judge(facts_.urls, *policies_, std::move(id), std::move(domain),
                                                  sender_is_known_, now, patience);
  }
  apply_own_lists(facts_, policies_->sender_entries, policies_->file_hash_entries, now, &facts_.verdict);
}

RecipientFacts Delivery::facts_of(size_t recipient, DeliveryOutcome outcome) const {
  RecipientFacts facts;
  facts.recipient = recipients_[recipient].envelope->address;
  facts.direction = direction(facts.recipient);
  facts.outcome = outcome;
  facts.outbound_listener = listener_.outbound;
  facts.policy = recipients_[recipient].match.policy->Name;
  facts.seconds = seconds_so_far();
  facts.first_contact = recipients_[recipient].first_contact;
  return facts;
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

bool Delivery::all_answered() const {
  for (const Recipient& recipient : recipients_) {
    if (!recipient.answered) return false;
  }
  return true;
}

asio::awaitable<void> Delivery::answer_rest(SmtpReply reply) {
  for (size_t i = 0; i < recipients_.size(); ++i) co_await answer(i, reply);
}

}  // namespace linkgate::gateway
