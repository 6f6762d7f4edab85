#pragma once
// Mail that the gateway held back goes into quarantine, for every mailbox that its recipient leads to.

#include "respond/mailbox_names.h"
#include "respond/quarantine_seal.h"
#include "state/held_store.h"
#include "state/quarantine_store.h"

namespace linkgate::respond {

inline constexpr size_t kHeldAtOnce = 4;  // messages in memory; each may be as large as mail may be

// Writes the key that mail is held with (state/held_seal.h), where it is not there: from then on gateways
// hold mail back.
Result<void> offer_held_key(const std::string& state_folder, const QuarantineKey& key);

// How many were taken, at most kHeldAtOnce. One that does not open is left where it is, and an error.
Result<size_t> take_held(state::HeldStore& from, state::QuarantineStore& to, const QuarantineKey& key,
                         const MailboxNames& names, std::chrono::seconds keep);

}  // namespace linkgate::respond
