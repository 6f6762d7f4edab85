#pragma once
// Writes to people by [user_mail]: answers to what they reported. What there is to write is state
// (state/notice_store.h), written by whoever decides; one that the relay does not take is tried again as
// alerts are, until user_mail.give_up_after is over.

#include "respond/duty.h"

namespace linkgate::respond {

// REQUIRES: user_mail.relay is set. Errors name what cannot be opened or read.
Result<std::unique_ptr<Duty>> make_user_mail_duty(const Surroundings& surroundings);

}  // namespace linkgate::respond
