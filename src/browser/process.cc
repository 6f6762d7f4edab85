#include "browser/process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <pwd.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <thread>
#include <utility>

#include "browser/confined_child.h"
#include "browser/flags.h"

namespace linkgate::browser {
namespace {

constexpr const char* kBinaries[] = {
    "/usr/lib/chromium/chromium", "/usr/lib/chromium-browser/chromium-browser", "/opt/google/chrome/chrome",
    "/usr/lib64/chromium-browser/chromium-browser"};

Error system_error(ErrorCode code, std::string_view what) {
  return Error(code, fmt::format("{}: {}", what, std::strerror(errno)));
}

class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }
  int release() { return std::exchange(fd_, -1); }

 private:
  int fd_ = -1;
};

struct Pair {
  Descriptor ours, childs;
};

// Ends for the child are closed by exec: what it keeps it duplicates.
Result<Pair> pipe_to_child(bool child_reads) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return system_error(ErrorCode::kIo, "browser: no pipe");
  Pair pair{Descriptor(ends[child_reads ? 1 : 0]), Descriptor(ends[child_reads ? 0 : 1])};
  return pair;
}

Result<Pair> hand_over_socket() {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
    return system_error(ErrorCode::kIo, "browser: no socket pair");
  return Pair{Descriptor(ends[0]), Descriptor(ends[1])};
}

struct User {
  uid_t uid = ::geteuid();
  gid_t gid = ::getegid();
};

Result<User> find_user(const std::string& name) {
  if (::geteuid() != 0) return User{};
  if (name.empty())
    return Error(ErrorCode::kPermission,
                 "browser: root must name a user for Chromium, which has no sandbox as root");
  passwd entry = {};
  passwd* found = nullptr;
  std::array<char, 16384> buffer;
  ::getpwnam_r(name.c_str(), &entry, buffer.data(), buffer.size(), &found);
  if (found == nullptr) return Error(ErrorCode::kNotFound, fmt::format("browser: there is no user {}", name));
  if (entry.pw_uid == 0) return Error(ErrorCode::kPermission, "browser: Chromium has no sandbox as root");
  return User{entry.pw_uid, entry.pw_gid};
}

struct Received {
  Descriptor page_listener, own_listener;
};

// One report, then the end of the stream where exec was reached.
Result<Received> await_child(int hand_over) {
  Received received;
  while (true) {
    ChildReport report;
    iovec bytes{&report, sizeof report};
    alignas(cmsghdr) char control[CMSG_SPACE(2 * sizeof(int))] = {};
    msghdr message = {};
    message.msg_iov = &bytes;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    const ssize_t size = ::recvmsg(hand_over, &message, MSG_CMSG_CLOEXEC);
    if (size < 0 && errno == EINTR) continue;
    if (size == 0) return received;
    if (size != sizeof report)
      return Error(ErrorCode::kIo, "browser: the child did not say what became of it");
    if (report.step != ChildStep::kReady) {
      return Error(report.step == ChildStep::kExec ? ErrorCode::kNotFound : ErrorCode::kPermission,
                   fmt::format("browser: {}: {}", describe(report.step), std::strerror(report.error)));
    }
    const cmsghdr* rights = CMSG_FIRSTHDR(&message);
    if (rights == nullptr || rights->cmsg_len != CMSG_LEN(2 * sizeof(int))) continue;
    int sockets[2];
    std::memcpy(sockets, CMSG_DATA(rights), sizeof sockets);
    received.page_listener = Descriptor(sockets[0]);
    received.own_listener = Descriptor(sockets[1]);
  }
}

struct Listener {
  Descriptor socket;
  uint16_t port = 0;
};

// Without a namespace: on the machine's own loopback.
Result<Listener> listen_here() {
  Listener listener{Descriptor(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)), 0};
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  const int fd = listener.socket.get();
  if (fd < 0 || ::bind(fd, generic, size) != 0 || ::listen(fd, SOMAXCONN) != 0 ||
      ::getsockname(fd, generic, &size) != 0)
    return system_error(ErrorCode::kIo, "browser: cannot listen on loopback");
  listener.port = ntohs(address.sin_port);
  return listener;
}

// What a child needs, alive until it has been forked.
struct Texts {
  std::vector<std::string> arguments, environment;
  std::string uid_map, gid_map;
  std::vector<char*> argv, envp;

  Texts(const User& user, std::vector<std::string> command, const std::string& profile,
        const std::string& temporary)
      : arguments(std::move(command)),
        environment{"HOME=" + profile,
                    "TMPDIR=" + temporary,
                    "LANG=C.UTF-8",
                    "PATH=/usr/bin:/bin",
                    "DBUS_SESSION_BUS_ADDRESS=disabled:",
                    "DBUS_SYSTEM_BUS_ADDRESS=disabled:"},
        uid_map(fmt::format("{0} {0} 1", user.uid)),
        gid_map(fmt::format("{0} {0} 1", user.gid)) {
    for (std::string& text : arguments) argv.push_back(text.data());
    for (std::string& text : environment) envp.push_back(text.data());
    argv.push_back(nullptr);
    envp.push_back(nullptr);
  }

  ChildPlan plan(const User& user, bool confine) const {
    ChildPlan out;
    out.confine = confine;
    out.is_root = ::geteuid() == 0;
    out.uid = user.uid;
    out.gid = user.gid;
    out.uid_map = uid_map.c_str();
    out.gid_map = gid_map.c_str();
    out.argv = argv.data();
    out.envp = envp.data();
    out.parent = ::getpid();
    return out;
  }
};

}  // namespace

std::string find_chromium() {
  for (const char* path : kBinaries) {
    if (::access(path, X_OK) == 0) return path;
  }
  return {};
}

std::string why_not_confined() {
  auto hand_over = hand_over_socket();
  if (!hand_over) return hand_over.error().message();
  const User user;
  const Texts texts(user, {"none"}, "/", "/");
  ChildPlan plan = texts.plan(user, true);
  plan.argv = nullptr;
  plan.hand_over = hand_over->childs.get();
  const pid_t pid = ::fork();
  if (pid < 0) return std::strerror(errno);
  if (pid == 0) run_child(plan);
  hand_over->childs = Descriptor();
  const auto received = await_child(hand_over->ours.get());
  ::waitpid(pid, nullptr, 0);
  return received ? "" : received.error().message();
}

Result<Process> Process::start(const ProcessOptions& options) {
  if (::access(options.binary.c_str(), X_OK) != 0)
    return Error(ErrorCode::kNotFound, fmt::format("browser: {} cannot be executed", options.binary));
  if (options.temporary.size() > kMaxTemporaryPath)
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("browser: the path {} is too long for a socket below it", options.temporary));
  TRY_ASSIGN(const User user, find_user(options.user));
  const bool confine = why_not_confined().empty();
  if (!confine && !options.allow_unconfined) return Error(ErrorCode::kPermission, why_not_confined());
  TRY_ASSIGN(Pair commands, pipe_to_child(true));
  TRY_ASSIGN(Pair answers, pipe_to_child(false));
  TRY_ASSIGN(Pair hand_over, hand_over_socket());
  Listener page, own;
  if (!confine) {
    TRY_ASSIGN(page, listen_here());
    TRY_ASSIGN(own, listen_here());
  }
  const Texts texts(user, chromium_arguments(options.binary, options.profile, confine ? kOwnPort : own.port),
                    options.profile, options.temporary);
  ChildPlan plan = texts.plan(user, confine);
  plan.commands_fd = commands.childs.get();
  plan.answers_fd = answers.childs.get();
  plan.hand_over = hand_over.childs.get();
  Process process;
  process.pid_ = ::fork();
  if (process.pid_ < 0) return system_error(ErrorCode::kIo, "browser: no process");
  if (process.pid_ == 0) run_child(plan);
  hand_over.childs = Descriptor();
  TRY_ASSIGN(Received received, await_child(hand_over.ours.get()));
  process.commands_ = commands.ours.release();
  process.answers_ = answers.ours.release();
  process.page_port_ = confine ? kPagePort : page.port;
  process.page_listener_ = (confine ? received.page_listener : page.socket).release();
  process.own_listener_ = (confine ? received.own_listener : own.socket).release();
  return process;
}

Process::Process(Process&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      is_reaped_(other.is_reaped_),
      commands_(std::exchange(other.commands_, -1)),
      answers_(std::exchange(other.answers_, -1)),
      page_listener_(std::exchange(other.page_listener_, -1)),
      own_listener_(std::exchange(other.own_listener_, -1)),
      page_port_(other.page_port_) {}

Process::~Process() {
  if (pid_ > 0) {
    kill();
    if (!is_reaped_) ::waitpid(pid_, nullptr, 0);
  }
  for (const int fd : {commands_, answers_, page_listener_, own_listener_}) {
    if (fd >= 0) ::close(fd);
  }
}

int Process::take_commands_fd() { return std::exchange(commands_, -1); }
int Process::take_answers_fd() { return std::exchange(answers_, -1); }
int Process::take_page_listener() { return std::exchange(page_listener_, -1); }
int Process::take_own_listener() { return std::exchange(own_listener_, -1); }

bool Process::has_ended() {
  if (!is_reaped_ && ::waitpid(pid_, nullptr, WNOHANG) == pid_) is_reaped_ = true;
  return is_reaped_;
}

// Renderers live in a namespace of process ids whose first process is one of this group, and die with it.
void Process::kill() { ::kill(-pid_, SIGKILL); }

void Process::await_group() {
  constexpr std::chrono::milliseconds kLook{2};
  const auto deadline = std::chrono::steady_clock::now() + kGroupPatience;
  while (std::chrono::steady_clock::now() < deadline) {
    if (has_ended() && !is_group_running(pid_)) return;
    std::this_thread::sleep_for(kLook);
  }
}

}  // namespace linkgate::browser
