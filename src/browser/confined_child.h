#pragma once
// What a forked child does before it becomes Chromium. Only system calls: it is forked from a process with
// threads.

#include <sys/types.h>

#include <cstdint>

namespace linkgate::browser {

// In its own namespace a child has all ports for itself.
inline constexpr uint16_t kPagePort = 3128;
inline constexpr uint16_t kOwnPort = 3129;

enum class ChildStep : uint8_t {
  kReady,  // comes with the two listening sockets; then exec
  kNamespace,
  kIdentityMap,
  kMounts,
  kLoopback,
  kListen,
  kLimits,
  kUser,
  kDescriptors,
  kExec,
};
const char* describe(ChildStep step);  // "cannot make a network namespace"

// On the hand-over socket, before exec for kReady, else instead of it.
struct ChildReport {
  ChildStep step = ChildStep::kReady;
  int error = 0;  // errno
};

struct ChildPlan {
  bool confine = true;
  bool is_root = false;
  uid_t uid = 0;  // to become, as root; else what we are
  gid_t gid = 0;
  const char* uid_map = nullptr;  // "1000 1000 1", for a user namespace
  const char* gid_map = nullptr;
  char* const* argv = nullptr;  // nullptr: report kReady and end
  char* const* envp = nullptr;
  int commands_fd = -1;  // becomes 3
  int answers_fd = -1;   // becomes 4
  int hand_over = -1;    // a unix socket, closed by exec
  pid_t parent = -1;
};

[[noreturn]] void run_child(const ChildPlan& plan);

}  // namespace linkgate::browser
