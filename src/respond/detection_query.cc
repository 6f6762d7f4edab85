#include "respond/detection_query.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/ascii.h"

namespace linkgate::respond {
namespace {

constexpr std::string_view kTimes[] = {"Timestamp", "TimeGenerated"};
constexpr std::string_view kEntities[] = {"NetworkMessageId", "RecipientEmailAddress", "AccountUpn"};

constexpr size_t kNone = SIZE_MAX;

size_t place_of(const std::vector<kql::ResultColumn>& columns, std::string_view name) {
  for (size_t i = 0; i < columns.size(); ++i) {
    if (columns[i].name == name) return i;
  }
  return kNone;
}

std::string text_at(const std::vector<std::string>& row, size_t place) {
  return place == kNone ? std::string() : row[place];
}

std::string name_of(const state::DetectionRule& rule, const DetectedRow& row) {
  const AlertEvent& event = row.event;
  const std::string when = event.report_id.empty() ? to_iso8601(event.time) : event.report_id;
  return detection_id(rule.name,
                      fmt::format("{}\n{}\n{}\n{}\n{}", when, event.mail, ascii::to_lower(event.user),
                                  ascii::to_lower(row.mailbox), event.url));
}

}  // namespace

std::chrono::seconds ordinary_look_back(std::chrono::seconds every) {
  if (every >= std::chrono::hours(24)) return kLongestLookBack;
  return std::max<std::chrono::seconds>(4 * every, std::chrono::hours(1));
}

Result<void> check_detection_columns(const std::vector<kql::ResultColumn>& columns) {
  const auto has = [&](std::string_view name, kql::Type type) {
    const size_t place = place_of(columns, name);
    return place != kNone && columns[place].type == type;
  };
  if (std::none_of(std::begin(kTimes), std::end(kTimes),
                   [&](std::string_view name) { return has(name, kql::Type::kDateTime); }))
    return Error(ErrorCode::kInvalidArgument,
                 "the query answers no Timestamp (datetime): an alert says when something happened. After "
                 "summarize, arg_max(Timestamp, *) keeps it");
  if (std::none_of(std::begin(kEntities), std::end(kEntities),
                   [&](std::string_view name) { return has(name, kql::Type::kString); }))
    return Error(ErrorCode::kInvalidArgument,
                 "the query answers none of NetworkMessageId, RecipientEmailAddress and AccountUpn: an alert "
                 "is about a message, a mailbox or a user");
  return {};
}

Result<void> check_detection_name(std::string_view name) {
  if (find_alert_rule(name) != nullptr)
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("Linkgate's own alerts are titled '{}'; take another name", name));
  return {};
}

Result<std::vector<DetectedRow>> read_detected(const state::DetectionRule& rule,
                                               const std::vector<kql::ResultColumn>& columns,
                                               const std::vector<std::string>& lines) {
  size_t time = place_of(columns, kTimes[0]);
  if (time == kNone || columns[time].type != kql::Type::kDateTime) time = place_of(columns, kTimes[1]);
  const size_t mail = place_of(columns, "NetworkMessageId"), user = place_of(columns, "AccountUpn");
  const size_t mailbox = place_of(columns, "RecipientEmailAddress"), url = place_of(columns, "Url");
  const size_t address = place_of(columns, "IPAddress"), subject = place_of(columns, "Subject");
  const size_t report = place_of(columns, "ReportId");
  std::vector<DetectedRow> found;
  std::set<std::string> names;
  for (const std::string& line : lines) {
    TRY_ASSIGN(const auto row, kql::row_to_text(line, columns));
    const auto moment = from_iso8601(text_at(row, time));
    if (!moment) continue;
    DetectedRow one;
    one.event.time = one.event.alert_time = *moment;
    one.event.mail = text_at(row, mail);
    one.event.user = text_at(row, user);
    one.event.url = text_at(row, url);
    one.event.address = text_at(row, address);
    one.event.subject = text_at(row, subject);
    one.event.report_id = text_at(row, report);
    one.mailbox = text_at(row, mailbox);
    if (one.event.mail.empty() && one.event.user.empty() && one.mailbox.empty()) continue;
    one.name = name_of(rule, one);
    if (names.insert(one.name).second) found.push_back(std::move(one));
  }
  return found;
}

Gathered gather(const state::DetectionRule& rule, const std::vector<DetectedRow>& rows,
                const std::vector<state::DetectedEvent>& known, Time now) {
  std::map<std::string_view, const state::DetectedEvent*> before;
  for (const state::DetectedEvent& event : known) before.emplace(event.event, &event);
  const std::string of_run = detection_id(rule.name, to_iso8601(now));
  Gathered out;
  std::set<std::string> alerts;
  for (const DetectedRow& row : rows) {
    if (const auto found = before.find(row.name); found != before.end()) {
      if (!found->second->is_written) out.entries.push_back({&row, found->second->alert});
      continue;
    }
    std::string alert = rule.is_gathered ? of_run : detection_id(rule.name, row.name);
    if (!alerts.contains(alert) && alerts.size() == kMaxDetectionAlerts) {
      ++out.left;
      continue;
    }
    alerts.insert(alert);
    out.entries.push_back({&row, std::move(alert)});
  }
  out.alerts = alerts.size();
  return out;
}

AlertRule alerts_of(const state::DetectionRule& rule) {
  AlertRule out;
  out.title = rule.name;
  out.severity = rule.severity;
  out.category = rule.category;
  out.service = kDetectionService;
  out.detection = kDetectionSource;
  return out;
}

}  // namespace linkgate::respond
