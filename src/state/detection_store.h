#pragma once
// An organisation's own rules for alerts: a query in KQL and how often it runs (Defender's custom
// detections). Written by the command line; run by linkgate-respond, on any number of nodes, which also
// remembers here what was alerted already.

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "state/stores.h"

namespace linkgate::state {

struct DetectionRule {
  std::string name;  // and the title of its alerts
  std::string query, severity, category;
  std::chrono::seconds every{0}, look_back{0};
  bool is_gathered = false;  // all that one run finds is one alert; else each event is one
  bool is_enabled = true;
  std::string changed_by;
  Time changed{};
  // Of its runs.
  Time next{};
  std::optional<Time> last;
  int64_t last_alerts = 0;  // that the last run raised
  std::string trouble;      // of the last run, a sentence; empty: none
  Time lease{};             // whose claim() may say what became of it
  friend bool operator==(const DetectionRule&, const DetectionRule&) = default;
};

// An event that a rule found, and the alert that it is evidence of.
struct DetectedEvent {
  std::string event;  // a name that is the same whenever it is found
  std::string alert;
  bool is_written = false;
  friend bool operator==(const DetectedEvent&, const DetectedEvent&) = default;
};

inline constexpr size_t kMaxDetectionRules = 200;
inline constexpr size_t kMaxDetectionQuery = 64 * 1024;  // octets
inline constexpr size_t kMaxDetectionName = 200;

class DetectionStore {
 public:
  virtual ~DetectionStore() = default;
  virtual Result<std::vector<DetectionRule>> list() = 0;  // by name
  // Due at rule.next. kInvalidArgument: there is one of this name; kLimit.
  virtual Result<void> add(const DetectionRule& rule) = 0;
  virtual Result<void> remove(std::string_view name) = 0;  // with what it remembers; kNotFound
  virtual Result<void> enable(std::string_view name, bool is_enabled, Time now) = 0;  // kNotFound
  // Runs at `at` and not later; kNotFound.
  virtual Result<void> run_at(std::string_view name, Time at) = 0;

  // One that is enabled and due, the longest due first. Until `lease` no other claim gets it.
  virtual Result<std::optional<DetectionRule>> claim(Time now, Time lease) = 0;
  // What became of a claimed one: next, last, last_alerts and trouble are written, the claim ends. A run_at()
  // since stands. kNotFound where it was removed, or somebody else has claimed it since.
  virtual Result<void> finish(const DetectionRule& rule) = 0;
  // For the one node of SQLite at start: what was claimed by a process that is gone.
  virtual Result<void> end_leases() = 0;

  // Of these events those that the rule found before, in no order.
  virtual Result<std::vector<DetectedEvent>> known(std::string_view rule,
                                                   const std::vector<std::string>& events) = 0;
  // Durable when it returns: before their evidence is written with is_written unset, behind that with it set.
  virtual Result<void> remember(std::string_view rule, const std::vector<DetectedEvent>& events,
                                Time now) = 0;
  virtual Result<size_t> forget_before(Time time) = 0;  // events that were remembered first before then
};

Result<std::unique_ptr<DetectionStore>> open_detection_store(const StateOptions& options);

}  // namespace linkgate::state
