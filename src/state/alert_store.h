#pragma once
// What people do with alerts, and what is remembered of them beside their rows in the event store: when each
// was raised, who has it, what came out. Alerts are raised by linkgate-respond; people change them by the
// command line and portal. What an alert is about is in AlertInfo and AlertEvidence alone.

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "state/stores.h"

namespace linkgate::state {

// Words are Microsoft Graph's.
inline constexpr std::string_view kAlertStatuses[] = {"new", "inProgress", "resolved"};
inline constexpr std::string_view kAlertClassifications[] = {"unknown", "falsePositive", "truePositive",
                                                             "informationalExpectedActivity"};
inline constexpr std::string_view kAlertDeterminations[] = {"unknown",
                                                            "apt",
                                                            "malware",
                                                            "securityPersonnel",
                                                            "securityTesting",
                                                            "unwantedSoftware",
                                                            "other",
                                                            "multiStagedAttack",
                                                            "compromisedUser",
                                                            "phishing",
                                                            "maliciousUserActivity",
                                                            "clean",
                                                            "insufficientData",
                                                            "confirmedUserActivity",
                                                            "lineOfBusinessApplication"};

struct AlertComment {
  std::string author, text;
  Time at{};
  friend bool operator==(const AlertComment&, const AlertComment&) = default;
};

struct AlertWork {
  std::string id;
  Time raised{};   // the Timestamp of its row in AlertInfo; never changes
  Time updated{};  // when anybody did something last
  std::string status = "new";
  std::string classification = "unknown";
  std::string assigned_to;
  std::optional<Time> resolved;
  std::vector<AlertComment> comments;  // the oldest first
  std::string determination = "unknown";
  friend bool operator==(const AlertWork&, const AlertWork&) = default;
};

// What is to change; absent: stays.
struct AlertChange {
  std::optional<std::string> status, classification, assigned_to, comment;
  std::string by;
  std::optional<std::string> determination = {};
};

inline constexpr size_t kMaxAlertText = 4096;  // of a comment or a name
inline constexpr size_t kMaxAlertComments = 1000;

class AlertStore {
 public:
  virtual ~AlertStore() = default;
  virtual Result<Version> version() = 0;
  // The moment under which the alert was raised first: `at`, unless somebody was before. Durable when it
  // returns, so that an alert that is written again after a crash replaces its own row.
  virtual Result<Time> raise(std::string_view id, Time at) = 0;
  virtual Result<std::optional<AlertWork>> find(std::string_view id) = 0;
  // All that were raised at `since` or later, by when they were.
  virtual Result<std::vector<AlertWork>> list(Time since) = 0;
  // Any status may follow any other; kNotFound; kInvalidArgument: a word that there is not; kLimit.
  virtual Result<AlertWork> change(std::string_view id, const AlertChange& change, Time now) = 0;
};

Result<std::unique_ptr<AlertStore>> open_alert_store(const StateOptions& options);

}  // namespace linkgate::state
