#pragma once
// The event rows of a message: EmailEvents (one a recipient), EmailUrlInfo (one a link and message) and
// EmailAttachmentInfo (one an attachment and recipient). Ids and times are functions of the message, so a row
// that is written again on a retry replaces itself. Pure.

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gateway/authentication_results.h"
#include "gateway/message_work.h"
#include "mail/rewriter.h"
#include "net/smtp_envelope.h"
#include "verdict/sender_looks.h"

namespace linkgate::gateway {

// Versions of an EmailEvents row: what is known later wins. What a later version of Linkgate does to
// delivered mail goes on from 10.
inline constexpr uint64_t kRowRefused = 1;  // deferred or refused, so far
inline constexpr uint64_t kRowDelivered = 2;

enum class DeliveryOutcome {
  kDelivered,
  kJunked,       // delivered with the header that asks the mailbox server to file it as junk
  kQuarantined,  // by UnscannableAction: held back
  kFailed,       // refused for good, by us or the next hop
  kDeferred,     // by UnscannableAction: the MTA tries again
};

// What judging at delivery found, over all links of the message.
struct MessageVerdict {
  verdict::Disposition worst = verdict::Disposition::kUnknown;
  std::string detection_method;  // of the worst
  std::string worst_url;
  bool blocked_by_organisation = false;  // an entry of the Tenant Allow/Block List
  bool blocked_as_a_whole = false;       // one of senders or files: holds whatever policies say of links
  bool is_threat() const {
    return worst == verdict::Disposition::kPhishing || worst == verdict::Disposition::kMalware;
  }
};

// What all rows of one message share.
struct MessageFacts {
  MessageIdentity identity;
  std::string sender;  // envelope
  net::SmtpOrigin origin;
  mail::Envelope header;
  AuthenticationDetails authentication;
  MessageVerdict verdict;
  std::vector<mail::Part> attachments;
  struct Location {
    std::string url, location;
    // NOLINTNEXTLINE(modernize-use-nullptr): the check takes the default comparison for one with 0
    friend auto operator<=>(const Location&, const Location&) = default;
  };
  std::vector<Location> urls;  // each once
  uint64_t size = 0;           // as received
  std::string unscannable;     // why it was not read; empty: it was
  std::vector<verdict::SenderLook> sender_looks;
};

struct RecipientFacts {
  std::string recipient;
  std::string direction;  // Inbound, Outbound, Intra-org
  DeliveryOutcome outcome = DeliveryOutcome::kDelivered;
  bool outbound_listener = false;
  std::string policy;              // name
  std::string unscannable_action;  // what the policy did about facts.unscannable
  std::string reply;               // the final one
  double seconds = 0;              // from the end of its data to that reply
  std::optional<bool> first_contact;
  std::vector<std::string> tips;  // SenderTips::names
  bool tips_shown = false;        // above the text, or in the header alone
  LinkCounts links;
};

using Rows = std::vector<std::pair<std::string, std::string>>;  // {table, json}

Rows recipient_rows(const MessageFacts& message, const RecipientFacts& recipient);
Rows url_rows(const MessageFacts& message);

// Fills header, attachments and urls.
void add_contents(const MessageWork& work, MessageFacts* facts);

}  // namespace linkgate::gateway
