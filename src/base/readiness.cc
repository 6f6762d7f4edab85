#include "base/readiness.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>

#include "base/check.h"

namespace linkgate {
namespace {

constexpr char kReadyVariable[] = "LINKGATE_READY_FD";

sigset_t stop_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  return set;
}

}  // namespace

void announce_ready() {
  const char* text = std::getenv(kReadyVariable);
  if (text == nullptr) return;
  int fd = -1;
  const auto [end, error] = std::from_chars(text, text + std::strlen(text), fd);
  const bool usable = error == std::errc() && *end == '\0' && fd > STDERR_FILENO;
  ::unsetenv(kReadyVariable);
  if (!usable) return;
  // A supervisor that is gone is not our trouble: the byte is lost, and SIGPIPE is not to kill us for it.
  struct sigaction ignore {
  }, former{};
  ignore.sa_handler = SIG_IGN;
  ::sigaction(SIGPIPE, &ignore, &former);
  while (::write(fd, "R", 1) < 0 && errno == EINTR) {
  }
  ::sigaction(SIGPIPE, &former, nullptr);
  ::close(fd);
}

StopSignal::StopSignal() {
  const sigset_t set = stop_signals();
  CHECK(::pthread_sigmask(SIG_BLOCK, &set, nullptr) == 0);
  fd_ = ::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
  CHECK(fd_ >= 0);
}

StopSignal::~StopSignal() {
  ::close(fd_);
  const sigset_t set = stop_signals();
  ::pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

void StopSignal::wait() {
  while (!consume(true)) {
  }
}

bool StopSignal::arrived() { return consume(false); }

bool StopSignal::consume(bool block) {
  if (arrived_) return true;
  pollfd entry{fd_, POLLIN, 0};
  if (::poll(&entry, 1, block ? -1 : 0) <= 0) return false;
  signalfd_siginfo info{};
  arrived_ = ::read(fd_, &info, sizeof info) == sizeof info;
  return arrived_;
}

}  // namespace linkgate
