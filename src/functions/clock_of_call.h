#pragma once
// Ends the process in a call that takes too long. A timer ticks once a second and counts how often it ticked
// in the same call, so that calls themselves cost no system call.

namespace linkgate::functions {

// Starts the timer; the process ends with kTooLongExit after `seconds` in one call.
constexpr int kTooLongExit = 75;  // sysexits.h: EX_TEMPFAIL
void start_clock_of_call(int seconds);
void begin_call();
void end_call();

}  // namespace linkgate::functions
