#pragma once
// Runs duties until it is told to stop.

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "respond/duty.h"

namespace linkgate::respond {

struct RunnerOptions {
  std::chrono::milliseconds first_pause{1000};  // after an error
  std::chrono::milliseconds longest_pause{60'000};
};

class DutyRunner {
 public:
  // Starts a thread for each.
  DutyRunner(std::vector<std::unique_ptr<Duty>> duties, RunnerOptions options = {});
  ~DutyRunner();  // stop()
  DutyRunner(const DutyRunner&) = delete;
  DutyRunner& operator=(const DutyRunner&) = delete;

  // Returns when every duty has ended its step. Any thread; once is enough.
  void stop();
  // "zap: mailboxes: connection refused": the last errors of duties whose last step failed; empty when all
  // are well. Any thread.
  std::string trouble() const;

 private:
  struct Running {
    std::unique_ptr<Duty> duty;
    std::string trouble;
    std::thread thread;
  };
  void run(Running& running);
  std::chrono::milliseconds note(Running& running, const Result<std::chrono::milliseconds>& outcome,
                                 std::chrono::milliseconds pause);

  const RunnerOptions options_;
  mutable std::mutex mutex_;  // of stopping_ and every trouble
  std::condition_variable wake_;
  bool stopping_ = false;
  std::vector<std::unique_ptr<Running>> running_;
};

}  // namespace linkgate::respond
