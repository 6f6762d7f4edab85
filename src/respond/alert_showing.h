#pragma once
// Gives alerts their rows in AlertInfo, once their evidence can be queried: shared by all who raise alerts.

#include <chrono>
#include <functional>
#include <map>
#include <string>

#include "base/metrics.h"
#include "respond/alert_rules.h"
#include "respond/ask_events.h"
#include "respond/duty.h"
#include "state/alert_store.h"
#include "state/notice_store.h"

namespace linkgate::respond {

// Then rows of ours that cannot be queried yet are written again.
inline constexpr std::chrono::seconds kShipTime{30};

class AlertShowing {
 public:
  // All of them outlive it.
  AlertShowing(const Surroundings& surroundings, state::AlertStore& alerts, state::NoticeStore& notices);

  // The alert has so many rows of evidence more, which are in the spool.
  void expect(const std::string& id, size_t rows) { expected_[id] += rows; }
  // Whether alerts are expected that have no row yet.
  bool is_waiting() const;

  using AskKql = std::function<Result<Table>(const std::string& kql)>;
  // By title; null: somebody else's alert.
  using FindRule = std::function<const AlertRule*(std::string_view title)>;
  // Those with evidence of `since` and later. Errors of `ask`, state and spool.
  Result<void> show(const AskKql& ask, Time since, const FindRule& find, Time now);

 private:
  bool is_overdue(const std::string& id, Time now);
  void forget(Time now);

  const Config& config_;
  events::SpoolWriter& spool_;
  state::AlertStore& alerts_;
  state::NoticeStore& notices_;
  metrics::Counter& raised_;
  std::map<std::string, size_t> expected_;  // alert: rows of evidence that we wrote
  std::map<std::string, Time> shown_, waiting_;
};

}  // namespace linkgate::respond
