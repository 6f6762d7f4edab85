#pragma once
// Who was told of which alert: a row an alert and receiver, written before the alert becomes visible, so that
// none is forgotten over a crash. Written and worked off by linkgate-respond, on any number of nodes.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "state/stores.h"

namespace linkgate::state {

enum class NoticeState : uint8_t { kWaiting = 0, kTold = 1, kGivenUp = 2 };
std::string_view to_string(NoticeState state);  // "waiting", "told", "given up"

struct Notice {
  std::string alert, receiver;
  NoticeState state = NoticeState::kWaiting;
  Time since{};      // when it was asked for
  Time due{};        // of kWaiting: not before
  int attempts = 0;  // that failed
  std::string trouble;
  Time lease{};  // whose claim() may say what became of it
  friend bool operator==(const Notice&, const Notice&) = default;
};

class NoticeStore {
 public:
  virtual ~NoticeStore() = default;
  // Durable when it returns. A receiver that has its row keeps it, whatever became of that.
  virtual Result<void> announce(std::string_view alert, const std::vector<std::string>& receivers,
                                Time now) = 0;
  // Up to `most` that are due, the oldest first. Until `lease` no other claim gets them.
  virtual Result<std::vector<Notice>> claim(std::string_view receiver, Time now, Time lease, size_t most) = 0;
  // What became of a claimed one: state, due, attempts and trouble are written, the claim ends. kNotFound
  // where somebody else has claimed it since.
  virtual Result<void> finish(const Notice& notice) = 0;
  // For the one node of SQLite at start: what was claimed by a process that is gone.
  virtual Result<void> end_leases() = 0;
  virtual Result<std::vector<Notice>> of_alert(std::string_view alert) = 0;  // by receiver
  virtual Result<size_t> waiting(std::string_view receiver) = 0;
  virtual Result<size_t> drop_asked_before(Time time) = 0;  // of those that are over
};

Result<std::unique_ptr<NoticeStore>> open_notice_store(const StateOptions& options);

}  // namespace linkgate::state
