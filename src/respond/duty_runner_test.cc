#include "respond/duty_runner.h"

#include <gmock/gmock.h>

#include <atomic>
#include <functional>

namespace linkgate::respond {
namespace {

using std::chrono::milliseconds;
using Step = std::function<Result<milliseconds>()>;

class MadeDuty : public Duty {
 public:
  MadeDuty(std::string name, Step step, std::function<void()> stop = {})
      : name_(std::move(name)), step_(std::move(step)), stop_(std::move(stop)) {}
  std::string_view name() const override { return name_; }
  Result<milliseconds> step() override { return step_(); }
  void stop() override {
    if (stop_) stop_();
  }

 private:
  std::string name_;
  Step step_;
  std::function<void()> stop_;
};

template <typename... Duties>
std::vector<std::unique_ptr<Duty>> all(Duties... duties) {
  std::vector<std::unique_ptr<Duty>> out;
  (out.push_back(std::move(duties)), ...);
  return out;
}

bool soon(const std::function<bool()>& holds) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!holds()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(milliseconds(1));
  }
  return true;
}

TEST(DutyRunner, ADutyThatWaitsHoldsUpNoOther) {
  std::atomic<bool> released = false;
  std::atomic<int> steps = 0;
  auto slow = std::make_unique<MadeDuty>(
      "slow",
      [&]() -> Result<milliseconds> {
        while (!released) std::this_thread::sleep_for(milliseconds(1));
        return milliseconds(1000);
      },
      [&] { released = true; });
  auto quick = std::make_unique<MadeDuty>("quick", [&]() -> Result<milliseconds> {
    ++steps;
    return milliseconds(0);
  });
  DutyRunner runner(all(std::move(slow), std::move(quick)));
  EXPECT_TRUE(soon([&] { return steps > 10; }));
  runner.stop();
  EXPECT_TRUE(released) << "a step that waits is told to give up";
}

TEST(DutyRunner, AnErrorIsToldUntilAStepSucceeds) {
  std::atomic<bool> fails = true;
  std::atomic<int> steps = 0;
  auto duty = std::make_unique<MadeDuty>("zap", [&]() -> Result<milliseconds> {
    ++steps;
    if (fails) return Error(ErrorCode::kUnavailable, "no mailboxes");
    return milliseconds(1);
  });
  DutyRunner runner(all(std::move(duty)), {milliseconds(1), milliseconds(4)});
  EXPECT_TRUE(soon([&] { return runner.trouble() == "zap: no mailboxes"; }));
  EXPECT_TRUE(soon([&] { return steps > 5; })) << "it is tried again";
  fails = false;
  EXPECT_TRUE(soon([&] { return runner.trouble().empty(); }));
}

TEST(DutyRunner, StopsWhileADutyRests) {
  auto duty = std::make_unique<MadeDuty>("rests", [] { return Result<milliseconds>(std::chrono::hours(1)); });
  const auto before = std::chrono::steady_clock::now();
  DutyRunner runner(all(std::move(duty)));
  runner.stop();
  EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::seconds(10));
}

}  // namespace
}  // namespace linkgate::respond
