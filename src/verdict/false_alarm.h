#pragma once
// Pages that cry wolf: "your computer is blocked, call this number", with scripts that keep their visitor
// from leaving. They ask for no password; who calls is asked for one, and for more. Pure.

#include <optional>

#include "verdict/page.h"
#include "verdict/verdict.h"

namespace linkgate::verdict {

struct FalseAlarm {
  Evidence evidence;  // "page.false_alarm"
  // It holds its visitor fast in more than one way, as no support page does.
  bool is_sure = false;
};

// An alarm about the visitor's own machine, a telephone number to call, and a script that holds fast; nullopt
// where one of them is missing.
std::optional<FalseAlarm> false_alarm_of(const Page& page);

}  // namespace linkgate::verdict
