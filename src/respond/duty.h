#pragma once
// What linkgate-respond does, as duties that know nothing of one another: ZAP, alerts, reports. Each has a
// thread of its own, so that a mailbox that is slow delays no alert.

#include <chrono>
#include <memory>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/config.h"
#include "base/result.h"
#include "events/spool.h"

namespace linkgate::respond {

class Duty {
 public:
  virtual ~Duty() = default;
  virtual std::string_view name() const = 0;  // "zap": in the log, in metrics, in /healthz
  // One piece of work, of seconds rather than minutes. How long to rest until the next; 0: there is more to
  // do. An error is logged, shown in /healthz until a step succeeds, and the step is tried again: after 1 s,
  // then twice as long each time up to a minute. Called on the duty's own thread.
  virtual Result<std::chrono::milliseconds> step() = 0;
  // From another thread, at the end: a step that waits for something gives up soon. Whatever it leaves undone
  // is found again at the next start.
  virtual void stop() {}
};

// What all duties share. All of it outlives them; thread-safe.
struct Surroundings {
  const Config& config;
  const Clock& clock;
  events::SpoolWriter& spool;  // of this program, "respond": their event rows
};

// The duties of this installation, in the order of respond.cc's table. Errors name what cannot be opened.
Result<std::vector<std::unique_ptr<Duty>>> make_duties(const Surroundings& surroundings);

}  // namespace linkgate::respond
