// What is known of the sender, and what each recipient is told of it.

#include "base/ascii.h"
#include "base/log.h"
#include "gateway/contacts.h"
#include "gateway/delivery.h"
#include "url/domain.h"

namespace linkgate::gateway {
namespace {

std::string domain_of(std::string_view address) {
  const size_t at = address.rfind('@');
  return at == std::string_view::npos ? std::string() : ascii::to_lower(address.substr(at + 1));
}

}  // namespace

// From is what readers see and what DMARC is about; the envelope may say another.
std::string Delivery::authenticated_domain() const {
  const std::string domain = domain_of(facts_.header.from_address);
  if (facts_.authentication.dmarc != "pass" || domain.empty()) return {};
  return url::registrable_domain(domain);
}

// Fills sender_, and first_contact of the recipients. Without a memory of contacts, mail goes on without.
asio::awaitable<void> Delivery::know_sender() {
  const Time now = context_.clock.now();
  std::function<Result<void>()> work = [this, now]() -> Result<void> {
    const std::string& address = facts_.header.from_address;
    sender_.address = address;
    sender_.is_authenticated = facts_.authentication.dmarc == "pass";
    // One of us is who is shown as one and proved it; a notice of our own MTA may show no domain.
    const bool is_proved = sender_.is_authenticated || ascii::iequals(facts_.origin.source, "LOCAL");
    const std::string domain = domain_of(address);
    sender_.is_external = !is_proved || !(domain.empty() || is_accepted(domain));
    if (sender_.is_external) {
      const auto own = context_.own_names.of(*policies_, context_.config.accepted_domains);
      sender_.looks = verdict::sender_looks(address, facts_.header.from_display_name, *own);
      facts_.sender_looks = sender_.looks;
    }
    std::vector<std::string> keys = {domain_contact_key(authenticated_domain())};
    for (const Recipient& recipient : recipients_)
      keys.push_back(contact_key(address, sender_.is_authenticated, recipient.envelope->address));
    TRY_ASSIGN(const auto began, context_.delivered.contacts_began());
    TRY_ASSIGN(const std::vector<bool> seen, context_.delivered.contacts_seen(keys, now - kContactMemory));
    // The domain that scan is told is the envelope's.
    const std::string envelope = url::registrable_domain(domain_of(facts_.sender));
    sender_is_known_ = seen[0] && !envelope.empty() && envelope == authenticated_domain();
    const bool has_learned = began && *began <= now - kContactLearning;
    for (size_t i = 0; i < recipients_.size() && has_learned && sender_.is_external && !address.empty(); ++i)
      recipients_[i].first_contact = !seen[i + 1];
    return {};
  };
  const auto known = co_await on_worker<void>(context_.workers, std::move(work));
  if (!known) log::warn("nothing is said of the sender: {}", known.error().message());
}

SenderTips Delivery::tips_for(const Recipient& recipient) const {
  if (listener_.outbound || work_ == nullptr) return {};
  return sender_tips(sender_, *recipient.match.policy, recipient.first_contact.value_or(false));
}

// Whom this recipient knows from now on. Mail that is taken for a threat, or goes to junk, makes nobody
// known.
std::vector<std::string> Delivery::contacts_of(const RecipientFacts& recipient) const {
  const std::string& address = facts_.header.from_address;
  if (work_ == nullptr || recipient.outcome != DeliveryOutcome::kDelivered || facts_.verdict.is_threat())
    return {};
  if (recipient.direction == "Outbound") {
    // Whoever is written to may answer; that he proves who he is, is asked where anybody looks for proofs.
    const bool proved = !context_.config.authserv_ids.empty();
    return {contact_key(recipient.recipient, proved, facts_.sender)};
  }
  if (address.empty() || listener_.outbound) return {};
  std::vector<std::string> contacts = {contact_key(address, sender_.is_authenticated, recipient.recipient)};
  const std::string domain = authenticated_domain();
  if (!domain.empty()) contacts.push_back(domain_contact_key(domain));
  return contacts;
}

}  // namespace linkgate::gateway
