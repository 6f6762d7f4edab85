#pragma once
// The rows of what was done to delivered mail: EmailPostDeliveryEvents, and EmailEvents in a later version
// that says where the message lies now. Ids and times are functions of the job, so a row that is written
// again replaces itself. Pure.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "state/quarantine_store.h"
#include "state/zap_store.h"
#include "store/mail_history.h"

namespace linkgate::respond {

using Rows = std::vector<std::pair<std::string, std::string>>;  // {table, json}

// The version of a row of EmailEvents that says where a message lies since `moved`: later than the row that
// is known, and later than what was written of an earlier move and is still on its way to the store.
uint64_t later_version(const store::StoredRow& mail, Time moved);

// Of a job that is over (finished is set): what was done, and where the message is now. `mail` is its row of
// EmailEvents; null where the store has none any more: then one row says what was done, and no more.
Result<Rows> rows_of(const state::ZapJob& job, const store::StoredRow* mail);
// Of one that could not be done for the first time and is tried again.
Rows failure_row(const state::ZapJob& job, const store::StoredRow* mail, Time now);
// Of a message that was released from quarantine (changed is set) and is back since `now`.
Result<Rows> release_rows(const state::HeldMessage& held, const store::StoredRow* mail, Time now);

}  // namespace linkgate::respond
