#pragma once
// Links that were delivered as harmless and that linkgate-scan does not remember as such: it was down when
// their mail came, or was killed before it had written them down, and may have heard of them later as
// harmful. It is asked about them again, as of links whose verdict may have turned, so that ZAP and alerts
// miss none. EmailUrlInfo is what was delivered.

#include "respond/duty.h"

namespace linkgate::respond {

// Errors name what cannot be opened.
Result<std::unique_ptr<Duty>> make_link_duty(const Surroundings& surroundings);

}  // namespace linkgate::respond
