#pragma once
// The program's life: calls in, answers out, until there is nothing more to read.

#include "base/result.h"

namespace linkgate::functions {

// What a call may take before the program ends itself, and with it the query that made the call.
constexpr int kMaxSecondsOfCall = 20;
constexpr unsigned long kMaxMemoryBytes = 2ul << 30;

// Takes from this process, for good, all files and sockets that are not open yet, and memory beyond
// kMaxMemoryBytes; starts the clock that ends it in a call of more than kMaxSecondsOfCall. Before threads
// start. kUnavailable where the kernel cannot. Not under sanitizers, which need all of this themselves.
Result<void> confine();

// Answers each call of `in` on `out`, in order; what was answered is written before more is waited for.
// Returns at the end of `in`. kCorrupt: what came is no call; kIo.
Result<void> serve(int in, int out);

}  // namespace linkgate::functions
