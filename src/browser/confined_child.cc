#include "browser/confined_child.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/close_range.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace linkgate::browser {
namespace {

constexpr int kCommandsFd = 3;  // as --remote-debugging-pipe has them
constexpr int kAnswersFd = 4;
constexpr int kParkedFds = 100;  // above what the child is given, below what it closes
constexpr int kBacklog = 128;
constexpr rlim_t kMaxFileBytes = 256ULL << 20;  // a page's downloads, caches, profiles: each file
constexpr rlim_t kMaxDescriptors = 4096;

[[noreturn]] void give_up(const ChildPlan& plan, ChildStep step) {
  const ChildReport report{step, errno};
  (void)!::write(plan.hand_over, &report, sizeof report);
  ::_exit(1);
}

bool write_file(const char* path, const char* text) {
  const int fd = ::open(path, O_WRONLY | O_CLOEXEC);
  if (fd < 0) return false;
  const auto size = static_cast<ssize_t>(std::strlen(text));
  const bool is_written = ::write(fd, text, static_cast<size_t>(size)) == size;
  ::close(fd);
  return is_written;
}

void make_namespaces(const ChildPlan& plan) {
  const int both = CLONE_NEWNET | CLONE_NEWNS | CLONE_NEWIPC;
  if (::unshare(plan.is_root ? both : both | CLONE_NEWUSER) != 0) give_up(plan, ChildStep::kNamespace);
  if (!plan.is_root &&
      (!write_file("/proc/self/setgroups", "deny") || !write_file("/proc/self/uid_map", plan.uid_map) ||
       !write_file("/proc/self/gid_map", plan.gid_map)))
    give_up(plan, ChildStep::kIdentityMap);
}

// Unix sockets are found by path, in whatever network namespace: name services and message buses are in /run.
void hide_sockets(const ChildPlan& plan) {
  if (::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) give_up(plan, ChildStep::kMounts);
  if (::mount("none", "/run", "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, "size=64k,mode=755") != 0)
    give_up(plan, ChildStep::kMounts);
}

void raise_loopback(const ChildPlan& plan) {
  const int fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  ifreq request = {};
  std::memcpy(request.ifr_name, "lo", sizeof "lo");
  request.ifr_flags = IFF_UP;
  if (fd < 0 || ::ioctl(fd, SIOCSIFFLAGS, &request) != 0) give_up(plan, ChildStep::kLoopback);
  ::close(fd);
}

int listen_at(const ChildPlan& plan, uint16_t port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  if (fd < 0 || ::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(fd, kBacklog) != 0)
    give_up(plan, ChildStep::kListen);
  return fd;
}

void send_ready(const ChildPlan& plan, const int* sockets, size_t count) {
  ChildReport report{};
  iovec bytes{&report, sizeof report};
  alignas(cmsghdr) char control[CMSG_SPACE(2 * sizeof(int))] = {};
  msghdr message = {};
  message.msg_iov = &bytes;
  message.msg_iovlen = 1;
  if (count > 0) {
    message.msg_control = control;
    message.msg_controllen = CMSG_SPACE(count * sizeof(int));
    cmsghdr* rights = CMSG_FIRSTHDR(&message);
    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN(count * sizeof(int));
    std::memcpy(CMSG_DATA(rights), sockets, count * sizeof(int));
  }
  if (::sendmsg(plan.hand_over, &message, MSG_NOSIGNAL) < 0) ::_exit(1);
}

void bound_resources(const ChildPlan& plan) {
  const rlimit none{0, 0};
  const rlimit file{kMaxFileBytes, kMaxFileBytes};
  const rlimit descriptors{kMaxDescriptors, kMaxDescriptors};
  if (::setrlimit(RLIMIT_CORE, &none) != 0 || ::setrlimit(RLIMIT_FSIZE, &file) != 0 ||
      ::setrlimit(RLIMIT_NOFILE, &descriptors) != 0)
    give_up(plan, ChildStep::kLimits);
  ::umask(0077);
}

void become_user(const ChildPlan& plan) {
  if (plan.is_root && (::setgroups(0, nullptr) != 0 || ::setresgid(plan.gid, plan.gid, plan.gid) != 0 ||
                       ::setresuid(plan.uid, plan.uid, plan.uid) != 0))
    give_up(plan, ChildStep::kUser);
  if (::prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) give_up(plan, ChildStep::kUser);
  if (::getppid() != plan.parent) ::_exit(1);
}

// 0 to 2 from and to nowhere, 3 and 4 the pipes, the hand-over socket parked until exec closes it.
ChildPlan arrange_descriptors(const ChildPlan& plan) {
  ChildPlan moved = plan;
  moved.hand_over = ::fcntl(plan.hand_over, F_DUPFD_CLOEXEC, kParkedFds);
  if (moved.hand_over < 0) give_up(plan, ChildStep::kDescriptors);
  const int commands = ::fcntl(plan.commands_fd, F_DUPFD_CLOEXEC, kParkedFds);
  const int answers = ::fcntl(plan.answers_fd, F_DUPFD_CLOEXEC, kParkedFds);
  const int nowhere = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  if (commands < 0 || answers < 0 || nowhere < 0) give_up(moved, ChildStep::kDescriptors);
  const int parked = ::fcntl(nowhere, F_DUPFD_CLOEXEC, kParkedFds);
  for (int fd = 0; fd <= 2; ++fd) {
    if (::dup2(parked, fd) < 0) give_up(moved, ChildStep::kDescriptors);
  }
  if (::dup2(commands, kCommandsFd) < 0 || ::dup2(answers, kAnswersFd) < 0)
    give_up(moved, ChildStep::kDescriptors);
  // All others are closed by exec, ours that somebody forgot to mark as such too.
  if (::syscall(SYS_close_range, kAnswersFd + 1, ~0U, CLOSE_RANGE_CLOEXEC) != 0)
    give_up(moved, ChildStep::kDescriptors);
  return moved;
}

void default_signals() {
  struct sigaction action = {};
  action.sa_handler = SIG_DFL;
  for (int signal = 1; signal < NSIG; ++signal) ::sigaction(signal, &action, nullptr);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

}  // namespace

const char* describe(ChildStep step) {
  switch (step) {
    case ChildStep::kReady:
      return "ready";
    case ChildStep::kNamespace:
      return "cannot make a network namespace";
    case ChildStep::kIdentityMap:
      return "cannot map a user into a namespace";
    case ChildStep::kMounts:
      return "cannot hide /run in a mount namespace";
    case ChildStep::kLoopback:
      return "cannot raise the loopback of a network namespace";
    case ChildStep::kListen:
      return "cannot listen in a network namespace";
    case ChildStep::kLimits:
      return "cannot bound the browser";
    case ChildStep::kUser:
      return "cannot become the browser's user";
    case ChildStep::kDescriptors:
      return "cannot hand down descriptors";
    case ChildStep::kExec:
      return "cannot execute Chromium";
  }
  return "";
}

void run_child(const ChildPlan& plan) {
  default_signals();
  ::setpgid(0, 0);
  int sockets[2] = {-1, -1};
  if (plan.confine) {
    make_namespaces(plan);
    hide_sockets(plan);
    raise_loopback(plan);
    sockets[0] = listen_at(plan, kPagePort);
    sockets[1] = listen_at(plan, kOwnPort);
  }
  bound_resources(plan);
  become_user(plan);
  if (plan.argv == nullptr) {
    send_ready(plan, sockets, plan.confine ? 2 : 0);
    ::_exit(0);
  }
  const ChildPlan moved = arrange_descriptors(plan);
  send_ready(moved, sockets, plan.confine ? 2 : 0);
  ::execve(plan.argv[0], plan.argv, plan.envp);
  give_up(moved, ChildStep::kExec);
}

}  // namespace linkgate::browser
