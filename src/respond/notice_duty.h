#pragma once
// Tells receivers of alerts, each of each alert once: a duty a receiver, so that one that does not answer
// holds up no other. What there is to tell is state (state/notice_store.h) that the duty of alerts writes;
// the text is read from the event store when it is told.
//
// One that fails is tried again after 2 s, 4 s, ... up to 15 min, until alerts.give_up_after is over since
// the alert. A process that dies between the receiver's answer and its being written down tells it again:
// the same Message-ID, the same id.

#include <chrono>
#include <memory>
#include <vector>

#include "respond/duty.h"

namespace linkgate::respond {

inline constexpr std::chrono::seconds kFirstNoticePause{2}, kLongestNoticePause{900};

// After so many failures.
std::chrono::seconds notice_pause(int attempts);

// Errors: open_receivers; state cannot be opened.
Result<std::vector<std::unique_ptr<Duty>>> make_notice_duties(const Surroundings& surroundings);

}  // namespace linkgate::respond
