#include "functions/clock_of_call.h"

#include <signal.h>
#include <sys/time.h>
#include <unistd.h>

#include <atomic>
#include <string_view>

namespace linkgate::functions {
namespace {

std::atomic<int> limit{0};
std::atomic<int> ticks{-1};  // in this call; -1: in none
static_assert(std::atomic<int>::is_always_lock_free, "a signal handler uses it");

void tick(int) {
  if (ticks < 0 || ++ticks <= limit) return;
  constexpr std::string_view kWhy = "linkgate-functions: a call takes too long\n";
  [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, kWhy.data(), kWhy.size());
  ::_exit(kTooLongExit);
}

}  // namespace

void start_clock_of_call(int seconds) {
  limit = seconds;
  struct sigaction action = {};
  action.sa_handler = tick;
  action.sa_flags = SA_RESTART;
  ::sigaction(SIGVTALRM, &action, nullptr);
  // The process's own time: one that waits for calls, or for its turn, does not tick.
  const itimerval every_second{.it_interval = {.tv_sec = 1}, .it_value = {.tv_sec = 1}};
  ::setitimer(ITIMER_VIRTUAL, &every_second, nullptr);
}

void begin_call() { ticks = 0; }
void end_call() { ticks = -1; }

}  // namespace linkgate::functions
