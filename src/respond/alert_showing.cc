#include "respond/alert_showing.h"

#include <algorithm>
#include <charconv>

#include "base/log.h"
#include "respond/alert_receivers.h"
#include "respond/alert_rows.h"

namespace linkgate::respond {

AlertShowing::AlertShowing(const Surroundings& surroundings, state::AlertStore& alerts,
                           state::NoticeStore& notices)
    : config_(surroundings.config),
      spool_(surroundings.spool),
      alerts_(alerts),
      notices_(notices),
      raised_(metrics::process().counter("linkgate_alerts_total", "Alerts that became visible")) {}

bool AlertShowing::is_waiting() const {
  return std::any_of(expected_.begin(), expected_.end(),
                     [this](const auto& one) { return !shown_.contains(one.first); });
}

Result<void> AlertShowing::show(const AskKql& ask, Time since, const FindRule& find, Time now) {
  TRY_ASSIGN(const Table pending, ask(pending_query(since)));
  for (const auto& row : pending) {
    const AlertRule* rule = find(row[1]);
    if (rule == nullptr) continue;  // of other makers of alerts
    size_t rows = 0;
    std::from_chars(row[3].data(), row[3].data() + row[3].size(), rows);
    const auto expected = expected_.find(row[0]);
    if (expected != expected_.end() && rows < expected->second && !is_overdue(row[0], now)) continue;
    if (shown_.contains(row[0]) && now - shown_[row[0]] < kShipTime) continue;
    TRY_ASSIGN(const Time raised, alerts_.raise(row[0], from_iso8601(row[2]).value_or(Time{})));
    // Before the row: who is to be told of an alert that is visible is told, also after a crash.
    TRY(notices_.announce(row[0], receivers_of(config_.alerts, rule->severity, rule->category), now));
    const auto [table, json] = info_row(*rule, row[0], raised);
    TRY(spool_.append(table, json));
    log::info("alert {}: {}", row[0], rule->title);
    if (!shown_.contains(row[0])) raised_.add();
    shown_[row[0]] = now;
  }
  forget(now);
  return {};
}

// Rows that we wrote twice, and so counted twice, must not hold an alert up for ever.
bool AlertShowing::is_overdue(const std::string& id, Time now) {
  const auto [since, first_time] = waiting_.emplace(id, now);
  return now - since->second >= kShipTime;
}

void AlertShowing::forget(Time now) {
  std::erase_if(shown_, [&](const auto& one) {
    if (now - one.second < 2 * kShipTime) return false;
    expected_.erase(one.first);
    waiting_.erase(one.first);
    return true;
  });
}

}  // namespace linkgate::respond
