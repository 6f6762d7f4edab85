#pragma once
// The program's life: calls in, answers out, until there is nothing more to read.

#include <chrono>

#include "base/result.h"

namespace linkgate::functions {

// What a call may take before the program ends itself, and with it the query that made the call.
constexpr int kMaxSecondsOfCall = 20;
constexpr unsigned long kMaxMemoryBytes = 2ul << 30;

// Takes from this process, for good, all files and sockets that are not open yet, and memory beyond
// kMaxMemoryBytes; starts the clock that ends it in a call of more than kMaxSecondsOfCall. Before threads
// start. kUnavailable where the kernel cannot. Not under sanitizers, which need all of this themselves.
Result<void> confine();

struct Patience {
  // With calls that came together, a block of the engine's: it does not look whether a query was ended before
  // it has the answers to all. As long as queries may take by themselves.
  std::chrono::milliseconds block{60'000};
  // How long an answer may wait for those after it.
  std::chrono::milliseconds answer{1'000};
};

// Answers each call of `in` on `out`, in order; what was answered is written before more is waited for.
// Returns at the end of `in`. kCorrupt: what came is no call; kLimit: a block takes too long; kIo.
Result<void> serve(int in, int out, const Patience& patience = {});

}  // namespace linkgate::functions
