#include "supervise/spawn.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <cstring>

namespace linkgate::supervise {
namespace {

// Programs of their own users meet in folders of their common group: its members may connect to sockets there
// and read spools, nobody else may do anything.
constexpr mode_t kSharedUmask = 0007;
constexpr int kExecFailed = 127;  // as a shell says "command not found"

// Everything that the child needs, made before fork() so that it only makes system calls.
struct Prepared {
  std::vector<std::string> environment;
  std::vector<char*> argv, envp;
  std::vector<int> keep;
  Identity identity;
  bool change_user = false;
  int niceness = 0;
  int ready_fd = -1;
  pid_t parent = -1;
  sigset_t no_signals{};
};

Result<Prepared> prepare(const ProgramSpec& spec, int ready_fd) {
  Prepared out;
  if (spec.command.empty() || ::access(spec.command[0].c_str(), X_OK) != 0) {
    return Error(ErrorCode::kNotFound,
                 fmt::format("{}: cannot be executed: {}", spec.command.empty() ? "" : spec.command[0],
                             std::strerror(errno)));
  }
  if (!spec.user.empty()) {
    TRY_ASSIGN(out.identity, find_user(spec.user));
    out.change_user = true;
  }
  out.niceness = spec.niceness;
  std::string sockets;
  for (const auto& [name, fd] : spec.sockets) {
    sockets += fmt::format("{}{}={}", sockets.empty() ? "" : ",", name, fd);
    out.keep.push_back(fd);
  }
  out.keep.push_back(ready_fd);
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    if (!text.starts_with("LINKGATE_FDS=") && !text.starts_with("LINKGATE_READY_FD="))
      out.environment.emplace_back(text);
  }
  out.environment.push_back("LINKGATE_FDS=" + sockets);
  out.environment.push_back(fmt::format("LINKGATE_READY_FD={}", ready_fd));
  for (const std::string& argument : spec.command) out.argv.push_back(const_cast<char*>(argument.c_str()));
  for (const std::string& entry : out.environment) out.envp.push_back(const_cast<char*>(entry.c_str()));
  out.argv.push_back(nullptr);
  out.envp.push_back(nullptr);
  out.ready_fd = ready_fd;
  out.parent = ::getpid();
  ::sigemptyset(&out.no_signals);
  return out;
}

// System calls only: between fork() and exec() other code may find a lock held by a thread that is not here.
[[noreturn]] void become(const Prepared& prepared) {
  const auto give_up = [](const char* step) {
    [[maybe_unused]] auto ignored = ::write(STDERR_FILENO, step, std::strlen(step));
    ::_exit(kExecFailed);
  };
  ::setpgid(0, 0);  // Ctrl-C reaches the supervisor alone, which stops programs in order
  const int null = ::open("/dev/null", O_RDONLY);
  ::dup2(null, STDIN_FILENO);
  ::dup2(STDERR_FILENO, STDOUT_FILENO);
  if (::close_range(3, ~0U, CLOSE_RANGE_CLOEXEC) != 0) {
    const long most = ::sysconf(_SC_OPEN_MAX);
    for (int fd = 3; fd < most; ++fd) ::fcntl(fd, F_SETFD, FD_CLOEXEC);
  }
  for (const int fd : prepared.keep) ::fcntl(fd, F_SETFD, 0);
  if (prepared.niceness != 0)
    ::setpriority(PRIO_PROCESS, 0, ::getpriority(PRIO_PROCESS, 0) + prepared.niceness);
  if (prepared.change_user) {
    const Identity& who = prepared.identity;
    if (::setgroups(who.groups.size(), who.groups.data()) != 0 ||
        ::setresgid(who.gid, who.gid, who.gid) != 0 || ::setresuid(who.uid, who.uid, who.uid) != 0) {
      give_up("linkgate: cannot change the user\n");
    }
    ::umask(kSharedUmask);
  }
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // after the change of user, which clears it
  if (::getppid() != prepared.parent) ::_exit(kExecFailed);
  for (int number = 1; number < NSIG; ++number) ::signal(number, SIG_DFL);
  ::sigprocmask(SIG_SETMASK, &prepared.no_signals, nullptr);
  ::execve(prepared.argv[0], prepared.argv.data(), prepared.envp.data());
  give_up("linkgate: cannot execute the program\n");
  ::_exit(kExecFailed);
}

}  // namespace

Result<Identity> find_user(const std::string& name) {
  errno = 0;
  const passwd* entry = ::getpwnam(name.c_str());
  if (entry == nullptr) {
    return Error(ErrorCode::kNotFound,
                 fmt::format("there is no user {} on this machine (linkgate.run_as)", name));
  }
  Identity identity{entry->pw_uid, entry->pw_gid, std::vector<gid_t>(NGROUPS_MAX)};
  int count = static_cast<int>(identity.groups.size());
  ::getgrouplist(name.c_str(), entry->pw_gid, identity.groups.data(), &count);
  identity.groups.resize(static_cast<size_t>(std::max(count, 0)));
  return identity;
}

Result<Spawned> spawn(const ProgramSpec& spec) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) {
    return Error(ErrorCode::kIo, fmt::format("{}: no pipe: {}", spec.name, std::strerror(errno)));
  }
  auto prepared = prepare(spec, ends[1]);
  const pid_t pid = prepared ? ::fork() : -1;
  if (pid == 0) become(*prepared);
  const int error = errno;
  ::close(ends[1]);
  if (pid > 0) return Spawned{pid, ends[0]};
  ::close(ends[0]);
  if (!prepared) return std::move(prepared).error().with_context(spec.name);
  return Error(ErrorCode::kIo, fmt::format("{}: no process: {}", spec.name, std::strerror(error)));
}

}  // namespace linkgate::supervise
