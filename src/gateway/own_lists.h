#pragma once
// The organisation's own lists of senders and files, held to a message: pure.

#include <vector>

#include "gateway/message_rows.h"
#include "state/stores.h"

namespace linkgate::gateway {

// Blocks make the message a threat: of a sender (envelope or From; an address, or a domain with its
// subdomains) it is phishing, with an attachment of that SHA-256 malware, as Defender has it. Entries that
// are expired at `now` do not count. What is allowed here is let through by nothing: no part judges senders
// or files but these lists.
void apply_own_lists(const MessageFacts& message, const std::vector<state::ListEntry>& senders,
                     const std::vector<state::ListEntry>& files, Time now, MessageVerdict* verdict);

}  // namespace linkgate::gateway
