#pragma once
// One Chromium with everything around it that keeps a hostile page where it is: a network namespace that has
// a loopback of its own and nothing else, /run hidden (name services and buses listen there on unix sockets,
// which no network namespace stops), a user of its own where we may choose one, bounds on files and
// descriptors. Its own sandbox stays on.
//
// All it reaches are two TCP ports on that loopback, both accepted by us (see relay.h): one for the pages,
// one for the calls that the browser makes of its own accord.

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"

namespace linkgate::browser {

// What a socket's path has room for, less "/org.chromium.Chromium.XXXXXX/SingletonSocket".
inline constexpr size_t kMaxTemporaryPath = 60;

struct ProcessOptions {
  std::string binary;     // Chromium itself, not a shell script around it
  std::string user;       // become this user; only for root, who must name one
  std::string profile;    // an empty folder that the user may write
  std::string temporary;  // another; its path at most kMaxTemporaryPath, for Chromium makes a socket below it
  // Without a namespace the flags are the only guard. Off unless an administrator asks for it.
  bool allow_unconfined = false;
};

// Where Debian, and then where others put it; empty where there is none.
std::string find_chromium();

// Why no Chromium can be confined on this machine, in one sentence; empty where it can. Tries it, with a
// process that ends at once.
std::string why_not_confined();

inline constexpr std::chrono::milliseconds kGroupPatience{1000};

// A process group; destruction kills all of it and waits for the first of them.
class Process {
 public:
  // Errors: kNotFound (no binary, no such user), kPermission (no namespace, or root without a user), kIo.
  static Result<Process> start(const ProcessOptions& options);
  Process(Process&& other) noexcept;
  Process& operator=(Process&&) = delete;
  ~Process();

  pid_t pid() const { return pid_; }
  // DevTools: what we write, what we read. Taken over by the caller, as are the listening sockets.
  int take_commands_fd();
  int take_answers_fd();
  int take_page_listener();  // --proxy-server of the contexts that pages live in
  int take_own_listener();   // --proxy-server of the browser itself
  uint16_t page_port() const { return page_port_; }

  bool has_ended();    // reaps it
  void kill();         // all of the group; at once
  void await_group();  // after kill(): until none of it is left, or kGroupPatience has passed

 private:
  Process() = default;
  pid_t pid_ = -1;
  bool is_reaped_ = false;
  int commands_ = -1, answers_ = -1, page_listener_ = -1, own_listener_ = -1;
  uint16_t page_port_ = 0;
};

// Of one process of the tree that `root` started.
struct Member {
  pid_t pid = -1;
  bool is_renderer = false;
  uint64_t bytes = 0;  // anonymous and shared memory; files that are mapped do not count
};
// Every process below `root`, and itself; what ends meanwhile is left out.
std::vector<Member> members_of(pid_t root);
// Whether any process of the group runs; one that has ended and is not reaped does not.
bool is_group_running(pid_t group);

}  // namespace linkgate::browser
