#pragma once
// Starting one program: its arguments, the sockets handed down to it, its user, and the pipe on which it says
// that it is ready. Nothing of the supervisor but these descriptors reaches it.

#include <sys/types.h>

#include <string>
#include <utility>
#include <vector>

#include "base/result.h"

namespace linkgate::supervise {

struct ProgramSpec {
  std::string name;                  // "gateway", "click.1": what people and health answers call it
  std::vector<std::string> command;  // an absolute path and its arguments
  // Listening sockets under the names that net/listener.h's inherited_fd() asks for. Owned by the caller,
  // kept open by it for as long as connections are to be queued while the program restarts.
  std::vector<std::pair<std::string, int>> sockets;
  // Programs of a lower stage are ready before this one starts, and are stopped after it.
  int stage = 0;
  int niceness = 0;  // added to the supervisor's own
  std::string user;  // run as this Unix user, with its groups; empty: as the supervisor
};

// A Unix user with all its groups. kNotFound.
struct Identity {
  uid_t uid = 0;
  gid_t gid = 0;
  std::vector<gid_t> groups;
};
Result<Identity> find_user(const std::string& name);

struct Spawned {
  pid_t pid = -1;
  int ready_fd = -1;  // ours: readable when the program has said "ready", end of file when it never will
};

// The program runs in a process group of its own, with standard input from /dev/null, standard output and
// error to our standard error, no other descriptor than those of `sockets`, default signal handling, and
// SIGKILL when we die (so call it from the main thread: the kernel watches the thread that forked). Errors:
// kNotFound for an unknown user or a program that is not there, kIo where the system has no process or
// descriptor left.
Result<Spawned> spawn(const ProgramSpec& spec);

}  // namespace linkgate::supervise
