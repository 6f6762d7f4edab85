#include "supervise/supervisor.h"

#include <fmt/format.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cerrno>
#include <deque>

#include "base/log.h"

namespace linkgate::supervise {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

struct Program {
  Program(asio::io_context& io, ProgramSpec s, const BackoffOptions& options)
      : spec(std::move(s)), backoff(options), ready(io), timer(io) {}

  bool has_process() const { return status.pid > 0; }
  void set(ProgramState state) {
    status.state = state;
    status.since = steady_clock::now();
  }

  ProgramSpec spec;
  ProgramStatus status;
  Backoff backoff;
  asio::posix::stream_descriptor ready;  // the pipe it says "ready" on
  asio::steady_timer timer;              // the pause before a start, or the grace before SIGKILL
  steady_clock::time_point started{};
  bool ever_started = false;
};

std::string describe_end(const siginfo_t& info) {
  if (info.si_code == CLD_EXITED) return fmt::format("exit code {}", info.si_status);
  return fmt::format("killed by signal {}", info.si_status);
}

}  // namespace

std::string_view to_string(ProgramState state) {
  switch (state) {
    case ProgramState::kStarting:
      return "starting";
    case ProgramState::kRunning:
      return "running";
    case ProgramState::kWaiting:
      return "waiting";
    case ProgramState::kStopping:
      return "stopping";
    case ProgramState::kStopped:
      return "stopped";
  }
  return "unknown";
}

struct Supervisor::Impl {
  Impl(asio::io_context& context, SupervisorOptions o)
      : io(context), options(o), children(context, SIGCHLD), stage_timer(context), queue_timer(context) {
    watch_children();
  }

  // ---- Starting
  void launch(Program& program);
  void watch_ready(Program& program);
  void start_stage(int stage);
  void settle_stage(int stage);
  bool stage_ready(int stage) const;
  // ---- Ending
  void watch_children();
  void reap();
  void ended(Program& program, const siginfo_t& info);
  void launch_later(Program& program, milliseconds delay);
  void ask_to_end(Program& program);
  // ---- Restarting all, one at a time
  void next_in_queue();
  // ---- Stopping
  void stop_stage();

  Program* find(std::string_view name);
  void changed() {
    if (notify) notify();
  }

  asio::io_context& io;
  SupervisorOptions options;
  std::vector<std::unique_ptr<Program>> programs;  // by stage, then as added
  asio::signal_set children;
  asio::steady_timer stage_timer, queue_timer;
  std::function<void()> notify, stopped;
  std::function<void(bool)> settled;
  std::deque<std::string> queue;
  int starting_stage = -1;  // the stage whose readiness is awaited; -1: all are started
  bool stopping = false;
};

Program* Supervisor::Impl::find(std::string_view name) {
  for (const auto& program : programs) {
    if (program->spec.name == name) return program.get();
  }
  return nullptr;
}

void Supervisor::Impl::launch(Program& program) {
  auto spawned = spawn(program.spec);
  if (!spawned) {
    log::error("{}", spawned.error().message());
    program.status.last_end = spawned.error().message();
    return launch_later(program, program.backoff.next(milliseconds(0)));
  }
  if (program.ever_started) ++program.status.restarts;
  program.ever_started = true;
  program.status.pid = spawned->pid;
  program.started = steady_clock::now();
  program.set(ProgramState::kStarting);
  program.ready.close();
  program.ready.assign(spawned->ready_fd);
  watch_ready(program);
  changed();
}

void Supervisor::Impl::watch_ready(Program& program) {
  program.ready.async_wait(asio::posix::stream_descriptor::wait_read, [this, &program](error_code error) {
    if (error) return;
    char byte = 0;
    const ssize_t size = ::read(program.ready.native_handle(), &byte, 1);
    // A program forked meanwhile may hold, until it executes, the pipe of one that has been heard already:
    // epoll goes on watching that, and its end is told here, as if this pipe had something to read.
    if (size < 0 && (errno == EAGAIN || errno == EINTR)) return watch_ready(program);
    program.ready.close();
    if (size != 1 || program.status.state != ProgramState::kStarting) return;
    program.set(ProgramState::kRunning);
    log::info("{} is ready (process {})", program.spec.name, program.status.pid);
    changed();
    if (starting_stage >= 0 && stage_ready(starting_stage)) settle_stage(starting_stage);
    if (!queue.empty() && queue.front() == program.spec.name) {
      queue.pop_front();
      next_in_queue();
    }
  });
}

bool Supervisor::Impl::stage_ready(int stage) const {
  return std::all_of(programs.begin(), programs.end(), [stage](const auto& program) {
    return program->spec.stage != stage || program->status.state == ProgramState::kRunning;
  });
}

void Supervisor::Impl::start_stage(int stage) {
  starting_stage = stage;
  stage_timer.expires_after(options.ready_timeout);
  stage_timer.async_wait([this, stage](error_code error) {
    if (!error && starting_stage == stage) settle_stage(stage);
  });
  for (const auto& program : programs) {
    if (program->spec.stage == stage) launch(*program);
  }
}

// The stage is ready or out of time: on to the next one, or done.
void Supervisor::Impl::settle_stage(int stage) {
  stage_timer.cancel();
  starting_stage = -1;
  for (const auto& program : programs) {
    if (program->spec.stage == stage && program->status.state != ProgramState::kRunning) {
      log::warn("{} is not ready yet; going on without it", program->spec.name);
    }
  }
  for (const auto& program : programs) {
    if (program->spec.stage > stage) return start_stage(program->spec.stage);
  }
  const bool all = std::all_of(programs.begin(), programs.end(), [](const auto& program) {
    return program->status.state == ProgramState::kRunning;
  });
  if (settled) std::exchange(settled, nullptr)(all);
}

void Supervisor::Impl::watch_children() {
  children.async_wait([this](error_code error, int) {
    if (error) return;
    watch_children();
    reap();
  });
}

void Supervisor::Impl::reap() {
  for (const auto& program : programs) {
    if (!program->has_process()) continue;
    siginfo_t info{};
    const auto pid = static_cast<id_t>(program->status.pid);
    if (::waitid(P_PID, pid, &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid == 0) continue;
    // What it started goes with it. Before it is reaped, so that its group's number is still its own.
    ::kill(-program->status.pid, SIGKILL);
    ::waitid(P_PID, pid, &info, WEXITED | WNOHANG);
    ended(*program, info);
  }
}

void Supervisor::Impl::ended(Program& program, const siginfo_t& info) {
  const bool asked = program.status.state == ProgramState::kStopping;
  const auto ran = std::chrono::duration_cast<milliseconds>(steady_clock::now() - program.started);
  program.status.pid = -1;
  program.status.last_end = describe_end(info);
  program.timer.cancel();
  program.ready.close();
  program.set(ProgramState::kStopped);
  if (stopping) {
    log::info("{} has stopped", program.spec.name);
    changed();
    return stop_stage();
  }
  if (asked) {
    program.backoff.reset();
    return launch(program);
  }
  const milliseconds delay = program.backoff.next(ran);
  log::warn("{} ended: {}; starting it again in {} ms", program.spec.name, program.status.last_end,
            delay.count());
  launch_later(program, delay);
}

void Supervisor::Impl::launch_later(Program& program, milliseconds delay) {
  program.set(ProgramState::kWaiting);
  program.timer.expires_after(delay);
  program.timer.async_wait([this, &program](error_code error) {
    if (!error && program.status.state == ProgramState::kWaiting) launch(program);
  });
  changed();
}

void Supervisor::Impl::ask_to_end(Program& program) {
  program.set(ProgramState::kStopping);
  ::kill(program.status.pid, SIGTERM);
  program.timer.expires_after(options.stop_grace);
  program.timer.async_wait([&program](error_code error) {
    if (error || program.status.state != ProgramState::kStopping || !program.has_process()) return;
    log::warn("{} did not stop in time and is killed", program.spec.name);
    ::kill(-program.status.pid, SIGKILL);
  });
  changed();
}

// Restarts the front of the queue; it leaves the queue when it is ready again, or out of time.
void Supervisor::Impl::next_in_queue() {
  if (queue.empty() || stopping) {
    queue_timer.cancel();
    return;
  }
  Program* program = find(queue.front());
  queue_timer.expires_after(options.ready_timeout + options.stop_grace);
  queue_timer.async_wait([this](error_code error) {
    if (error || queue.empty()) return;
    log::warn("{} is not ready after its restart; going on without it", queue.front());
    queue.pop_front();
    next_in_queue();
  });
  if (program->has_process() && program->status.state != ProgramState::kStopping) return ask_to_end(*program);
  if (program->status.state == ProgramState::kWaiting) {
    program->timer.cancel();
    launch(*program);
  }
}

// Asks the highest stage that still has processes to end; called again whenever one has ended.
void Supervisor::Impl::stop_stage() {
  int highest = -1;
  for (const auto& program : programs) {
    if (program->has_process()) highest = std::max(highest, program->spec.stage);
  }
  for (const auto& program : programs) {
    if (program->has_process() && program->spec.stage == highest &&
        program->status.state != ProgramState::kStopping) {
      ask_to_end(*program);
    }
  }
  if (highest < 0 && stopped) asio::post(io, std::exchange(stopped, nullptr));
}

Supervisor::Supervisor(asio::io_context& io, SupervisorOptions options)
    : impl_(std::make_unique<Impl>(io, options)) {}

Supervisor::~Supervisor() {
  for (const auto& program : impl_->programs) {
    if (!program->has_process()) continue;
    ::kill(-program->status.pid, SIGKILL);
    ::waitpid(program->status.pid, nullptr, 0);
  }
}

void Supervisor::add(ProgramSpec spec) {
  auto program = std::make_unique<Program>(impl_->io, std::move(spec), impl_->options.backoff);
  program->status.name = program->spec.name;
  auto& all = impl_->programs;
  const auto place = std::upper_bound(all.begin(), all.end(), program->spec.stage,
                                      [](int stage, const auto& other) { return stage < other->spec.stage; });
  all.insert(place, std::move(program));
}

void Supervisor::start(std::function<void(bool)> settled) {
  impl_->settled = std::move(settled);
  if (impl_->programs.empty()) return impl_->settle_stage(-1);
  impl_->start_stage(impl_->programs.front()->spec.stage);
}

Result<void> Supervisor::restart(std::string_view name) {
  Program* program = impl_->find(name);
  if (program == nullptr)
    return Error(ErrorCode::kNotFound, fmt::format("there is no program {} here", name));
  if (impl_->stopping) return Error(ErrorCode::kUnavailable, "everything is being stopped");
  if (program->status.state == ProgramState::kWaiting) {
    program->timer.cancel();
    program->backoff.reset();
    impl_->launch(*program);
  } else if (program->has_process() && program->status.state != ProgramState::kStopping) {
    impl_->ask_to_end(*program);
  }
  return {};
}

Result<void> Supervisor::restart_all() {
  if (impl_->stopping) return Error(ErrorCode::kUnavailable, "everything is being stopped");
  const bool idle = impl_->queue.empty();
  for (const auto& program : impl_->programs) {
    const auto& name = program->spec.name;
    if (std::find(impl_->queue.begin(), impl_->queue.end(), name) == impl_->queue.end())
      impl_->queue.push_back(name);
  }
  if (idle) impl_->next_in_queue();
  return {};
}

void Supervisor::stop(std::function<void()> stopped) {
  if (impl_->stopping) {
    for (const auto& program : impl_->programs) {
      if (program->has_process()) ::kill(-program->status.pid, SIGKILL);
    }
    return;
  }
  impl_->stopping = true;
  impl_->stopped = std::move(stopped);
  impl_->stage_timer.cancel();
  impl_->queue_timer.cancel();
  impl_->starting_stage = -1;
  for (const auto& program : impl_->programs) {
    if (program->status.state != ProgramState::kWaiting) continue;
    program->timer.cancel();
    program->set(ProgramState::kStopped);
  }
  impl_->stop_stage();
}

std::vector<ProgramStatus> Supervisor::programs() const {
  std::vector<ProgramStatus> out;
  for (const auto& program : impl_->programs) out.push_back(program->status);
  return out;
}

void Supervisor::on_change(std::function<void()> callback) { impl_->notify = std::move(callback); }

}  // namespace linkgate::supervise
