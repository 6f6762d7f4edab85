#include <seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <system_error>

#include "functions/clock_of_call.h"
#include "functions/service.h"

namespace linkgate::functions {
namespace {

#ifdef __SANITIZE_ADDRESS__
constexpr bool kSanitized = true;
#else
constexpr bool kSanitized = false;
#endif

// Computing, memory, reading and writing what is open, and ending. All else is refused (EPERM).
constexpr int kSystemCalls[] = {
    SCMP_SYS(read),           SCMP_SYS(write),           SCMP_SYS(brk),           SCMP_SYS(mmap),
    SCMP_SYS(munmap),         SCMP_SYS(mremap),          SCMP_SYS(madvise),       SCMP_SYS(mprotect),
    SCMP_SYS(futex),          SCMP_SYS(rt_sigreturn),    SCMP_SYS(clock_gettime), SCMP_SYS(getrandom),
    SCMP_SYS(sched_yield),    SCMP_SYS(restart_syscall), SCMP_SYS(exit),          SCMP_SYS(exit_group),
    SCMP_SYS(rt_sigprocmask), SCMP_SYS(gettid),          SCMP_SYS(getpid),        SCMP_SYS(tgkill),
    SCMP_SYS(rt_sigaction),   SCMP_SYS(writev),          SCMP_SYS(poll),          SCMP_SYS(close),
    SCMP_SYS(fstat)};

Error unavailable(std::string_view what, int error) {
  return Error(ErrorCode::kUnavailable, std::string(what) + ": " + std::generic_category().message(error));
}

Result<void> allow_only_computing() {
  const std::unique_ptr<void, void (*)(scmp_filter_ctx)> filter(::seccomp_init(SCMP_ACT_ERRNO(EPERM)),
                                                                ::seccomp_release);
  if (!filter) return Error(ErrorCode::kUnavailable, "no seccomp filter");
  for (const int call : kSystemCalls) {
    if (const int failed = ::seccomp_rule_add(filter.get(), SCMP_ACT_ALLOW, call, 0); failed != 0)
      return unavailable("cannot allow a system call", -failed);
  }
  if (const int failed = ::seccomp_load(filter.get()); failed != 0)
    return unavailable("cannot load the seccomp filter", -failed);
  return {};
}

}  // namespace

Result<void> confine() {
  if (kSanitized) return {};
  start_clock_of_call(kMaxSecondsOfCall);
  const rlimit memory{kMaxMemoryBytes, kMaxMemoryBytes};
  const rlimit none{0, 0};
  if (::setrlimit(RLIMIT_AS, &memory) != 0 || ::setrlimit(RLIMIT_CORE, &none) != 0)
    return unavailable("cannot bound this program's memory", errno);
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return unavailable("cannot give up privileges", errno);
  return allow_only_computing();
}

}  // namespace linkgate::functions
