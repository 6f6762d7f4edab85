#pragma once
// Keeps a set of programs running: starts them stage by stage, starts again what ends, and stops them in
// reverse order. Knows nothing of what they are; see spawn.h for how one is started. All calls from the
// thread that runs the io_context, which must be the main thread; nothing blocks.

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "supervise/backoff.h"
#include "supervise/spawn.h"

namespace boost::asio {
class io_context;
}

namespace linkgate::supervise {

enum class ProgramState {
  kStarting,  // runs, has not said that it is ready
  kRunning,
  kWaiting,   // ended; will be started again after its pause
  kStopping,  // was asked to end, for a restart or for good
  kStopped,
};
std::string_view to_string(ProgramState state);

struct ProgramStatus {
  std::string name;
  ProgramState state = ProgramState::kStopped;
  pid_t pid = -1;        // -1: none now
  int restarts = 0;      // starts after the first one, asked for or not
  std::string last_end;  // "killed by signal 9", "exit code 2"; empty where it never ended
  std::chrono::steady_clock::time_point since{};  // of this state
};

struct SupervisorOptions {
  BackoffOptions backoff;
  // A stage that is not ready by then does not hold up the next one: mail flows while the store is down.
  std::chrono::milliseconds ready_timeout{30'000};
  std::chrono::milliseconds stop_grace{15'000};  // from SIGTERM to SIGKILL of the program's process group
};

class Supervisor {
 public:
  Supervisor(boost::asio::io_context& io, SupervisorOptions options);
  ~Supervisor();  // whatever still runs is killed
  Supervisor(const Supervisor&) = delete;
  Supervisor& operator=(const Supervisor&) = delete;

  void add(ProgramSpec spec);  // before start()
  // Starts all stages. `settled` is called once: true when every program is ready, false when some are not in
  // time.
  void start(std::function<void(bool all_ready)> settled);
  // Ends the program (SIGTERM, then after the grace SIGKILL) and starts it at once: connections wait in the
  // sockets that were handed down. Also starts one that is waiting. Errors: kNotFound, kUnavailable while
  // stopping.
  Result<void> restart(std::string_view name);
  // Restarts all, one after another in order of their stages, each when the one before is ready.
  Result<void> restart_all();
  // Stops all, highest stage first. Called again while stopping: kills at once. `stopped` is called when none
  // is left.
  void stop(std::function<void()> stopped);

  std::vector<ProgramStatus> programs() const;
  // Called after every change of a program's state.
  void on_change(std::function<void()> callback);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace linkgate::supervise
