#pragma once
// The alerts that Linkgate raises by itself: Defender's, by their exact names. Each rule is a question to the
// event store for what happened and is no evidence yet; so nothing must be remembered between two questions,
// and rows that come late are found like others.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"

namespace linkgate::respond {

// Which events become one alert.
enum class Gathering : uint8_t {
  kUserAndMessage,  // one alert a user and message
  kMinute,          // all events of a rule within one minute of the clock
};

inline constexpr std::string_view kAlertCategory = "Threat management";
inline constexpr std::string_view kAlertService = "Microsoft Defender for Office 365";

struct AlertRule {
  std::string_view title, severity, techniques;
  Gathering gathering = Gathering::kMinute;
  std::string_view kql;  // SINCE stands for a moment; columns as below
  std::string_view category = kAlertCategory, service = kAlertService, detection = kAlertService;
};

std::span<const AlertRule> alert_rules();
const AlertRule* find_alert_rule(std::string_view title);
// "A potentially malicious URL click was detected": at the click, and for visits of before when a verdict
// turns.
const AlertRule& malicious_click_rule();

// Visits that reached their target, of at most so long before a verdict turned, and so long after it: a click
// node that did not hear of it yet answers by what it knows, at most as long as a clean verdict is good for
// (scan.valid_clean: 10 minutes).
inline constexpr std::chrono::hours kVisitsBeforeFlip{48};
inline constexpr std::chrono::minutes kVisitsAfterFlip{10};

// KQL: columns EventTime, AlertTime, IsRemoval, User, Mail, Url, UrlChain, IPAddress, ReportId. What is
// evidence under the rule's title already is left out.
std::string rule_query(const AlertRule& rule, Time since);
// Of human visits that reached their target between two moments and whose links or redirects have one of
// these hosts; AlertTime is the visit's.
std::string visits_query(const std::vector<std::string>& hosts, Time from, Time to);
// Columns AlertId, Title, First, Rows: alerts whose evidence can be queried and which have no row of their
// own.
std::string pending_query(Time since);
// Columns NetworkMessageId, Subject.
std::string subjects_query(const std::vector<std::string>& mails);

}  // namespace linkgate::respond
