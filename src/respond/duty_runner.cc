#include "respond/duty_runner.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/log.h"
#include "base/metrics.h"

namespace linkgate::respond {

using std::chrono::milliseconds;

DutyRunner::DutyRunner(std::vector<std::unique_ptr<Duty>> duties, RunnerOptions options) : options_(options) {
  for (auto& duty : duties) {
    running_.push_back(std::make_unique<Running>());
    running_.back()->duty = std::move(duty);
  }
  for (auto& running : running_) running->thread = std::thread([this, &running = *running] { run(running); });
}

DutyRunner::~DutyRunner() { stop(); }

void DutyRunner::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  for (auto& running : running_) running->duty->stop();
  for (auto& running : running_) {
    if (running->thread.joinable()) running->thread.join();
  }
}

std::string DutyRunner::trouble() const {
  const std::lock_guard lock(mutex_);
  std::string all;
  for (const auto& running : running_) {
    if (running->trouble.empty()) continue;
    all += fmt::format("{}{}: {}", all.empty() ? "" : "; ", running->duty->name(), running->trouble);
  }
  return all;
}

void DutyRunner::run(Running& running) {
  const metrics::Labels labels = {{"duty", std::string(running.duty->name())}};
  metrics::Counter& steps =
      metrics::process().counter("linkgate_respond_steps_total", "Steps of a duty", labels);
  metrics::Counter& failures =
      metrics::process().counter("linkgate_respond_failures_total", "Steps of a duty that failed", labels);
  milliseconds pause = options_.first_pause;
  while (true) {
    const auto outcome = running.duty->step();
    steps.add();
    if (!outcome) failures.add();
    const milliseconds rest = note(running, outcome, pause);
    pause = outcome ? options_.first_pause : std::min(pause * 2, options_.longest_pause);
    std::unique_lock lock(mutex_);
    if (wake_.wait_for(lock, rest, [this] { return stopping_; })) return;
  }
}

// How long to rest now. The same trouble is logged once.
milliseconds DutyRunner::note(Running& running, const Result<milliseconds>& outcome, milliseconds pause) {
  const std::string trouble = outcome ? std::string() : outcome.error().message();
  const std::lock_guard lock(mutex_);
  if (trouble != running.trouble) {
    if (trouble.empty()) {
      log::info("{}: works again", running.duty->name());
    } else if (!stopping_) {
      log::warn("{}: {}", running.duty->name(), trouble);
    }
  }
  running.trouble = trouble;
  return outcome ? *outcome : pause;
}

}  // namespace linkgate::respond
