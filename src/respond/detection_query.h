#pragma once
// What the query of a rule of the organisation's own must answer, and what is read of its rows. Pure.
//
// Timestamp (or TimeGenerated) says when, and at least one of NetworkMessageId, RecipientEmailAddress and
// AccountUpn whom or what it is about; as of Defender's custom detections. Url, IPAddress and Subject become
// evidence where they are. With a ReportId the row is the event of this id however often it is found; without
// one it is what has this Timestamp and these entities.

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "kql/kql.h"
#include "respond/alert_rows.h"
#include "state/detection_store.h"

namespace linkgate::respond {

inline constexpr size_t kMaxDetectionAlerts = 150;  // a run; Defender's limit
inline constexpr size_t kMaxDetectionRows = 10'000;
inline constexpr std::chrono::minutes kShortestEvery{1};
inline constexpr std::chrono::hours kLongestEvery{14 * 24}, kLongestLookBack{30 * 24};
inline constexpr std::string_view kDetectionService = "Microsoft Defender XDR";
inline constexpr std::string_view kDetectionSource = "Custom detection";

// How far back a rule looks that says nothing about it. Defender's: 4 h each hour, 12 h every three, 48 h
// every twelve, 30 days each day.
std::chrono::seconds ordinary_look_back(std::chrono::seconds every);

// kInvalidArgument: what is missing, in a sentence.
Result<void> check_detection_columns(const std::vector<kql::ResultColumn>& columns);
// kInvalidArgument: a title of our own alerts.
Result<void> check_detection_name(std::string_view name);

// REQUIRES: check_detection_columns. The lines are the store's. Rows without a moment or without any entity
// are left out: nothing could be said of them.
Result<std::vector<DetectedRow>> read_detected(const state::DetectionRule& rule,
                                               const std::vector<kql::ResultColumn>& columns,
                                               const std::vector<std::string>& lines);

// What of these rows is to be written, each with its alert.
struct Gathered {
  struct Entry {
    const DetectedRow* row;
    std::string alert;
  };
  std::vector<Entry> entries;  // without what is evidence already
  size_t alerts = 0;           // that are new
  size_t left = 0;             // rows of alerts over the limit, for the next run
};
// `known`: of these rows those that were found before; what was not written of them keeps its alert.
Gathered gather(const state::DetectionRule& rule, const std::vector<DetectedRow>& rows,
                const std::vector<state::DetectedEvent>& known, Time now);

// The alerts of the rule; refers to it.
AlertRule alerts_of(const state::DetectionRule& rule);

}  // namespace linkgate::respond
