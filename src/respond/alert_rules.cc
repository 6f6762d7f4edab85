#include "respond/alert_rules.h"

#include <fmt/format.h>

#include "base/check.h"
#include "views/kql_text.h"

namespace linkgate::respond {
namespace {

// How long before SINCE evidence of an event after it may lie: of a visit whose mail was removed later.
constexpr std::chrono::hours kEvidenceBefore{5 * 24};

constexpr std::string_view kPhishingLink = R"x(["Phishing (T1566)","Spearphishing Link (T1566.002)"])x";

// What reached its target: went on past a page, or met none.
constexpr std::string_view kReached = R"((IsClickedThrough or PageShown == "None"))";

constexpr std::string_view kAtClick = R"(UrlClickEvents
| where Timestamp >= SINCE and not(IsAutomated) and ThreatTypes in ("Phish", "Malware")
| project EventTime = Timestamp, AlertTime = Timestamp, IsRemoval = false, User = AccountUpn,
    Mail = NetworkMessageId, Url, UrlChain, IPAddress, ReportId)";

constexpr std::string_view kWentOn = R"(UrlClickEvents
| where Timestamp >= SINCE and not(IsAutomated) and IsClickedThrough
    and PageShown in ("Scanning", "Suspicious", "Phishing", "Malicious", "BlockedByOrganisation")
| project EventTime = Timestamp, AlertTime = Timestamp, IsRemoval = false, User = AccountUpn,
    Mail = NetworkMessageId, Url, UrlChain, IPAddress, ReportId)";

// A visit before its mail was quarantined, within 48 hours, or after.
constexpr std::string_view kInQuarantined = R"(let Removed = EmailPostDeliveryEvents
| where Timestamp >= SINCE - 5d and ActionType endswith " ZAP" and DeliveryLocation == "Quarantine"
    and ActionResult == "Success"
| summarize ZapTime = min(Timestamp) by NetworkMessageId, Mailbox = tolower(RecipientEmailAddress);
UrlClickEvents
| where Timestamp >= SINCE - 5d and not(IsAutomated) and (IsClickedThrough or PageShown == "None")
| where NetworkMessageId in ((Removed | project NetworkMessageId))
| extend Mailbox = tolower(AccountUpn)
| join kind=inner Removed on NetworkMessageId, Mailbox
| where (Timestamp >= SINCE or ZapTime >= SINCE) and Timestamp >= ZapTime - 48h
| project EventTime = Timestamp, AlertTime = iff(ZapTime > Timestamp, ZapTime, Timestamp), IsRemoval = false,
    User = AccountUpn, Mail = NetworkMessageId, Url, UrlChain, IPAddress, ReportId)";

constexpr std::string_view kRemovedForUrl = R"(EmailPostDeliveryEvents
| where Timestamp >= SINCE and ActionType endswith " ZAP" and ActionResult == "Success"
    and DetectionMethods has "URL"
| project EventTime = Timestamp, AlertTime = Timestamp, IsRemoval = true, User = RecipientEmailAddress,
    Mail = NetworkMessageId, Url = "", UrlChain = "", IPAddress = "", ReportId)";

constexpr std::string_view kRemoved = R"(EmailPostDeliveryEvents
| where Timestamp >= SINCE and ActionType endswith " ZAP" and ActionResult == "Success"
    and not(DetectionMethods has "URL")
| project EventTime = Timestamp, AlertTime = Timestamp, IsRemoval = true, User = RecipientEmailAddress,
    Mail = NetworkMessageId, Url = "", UrlChain = "", IPAddress = "", ReportId)";

constexpr std::string_view kNotRemoved = R"(EmailPostDeliveryEvents
| where Timestamp >= SINCE and ActionType endswith " ZAP" and ActionResult startswith "Error"
    and not(ActionResult has "tried again")
| project EventTime = Timestamp, AlertTime = Timestamp, IsRemoval = true, User = RecipientEmailAddress,
    Mail = NetworkMessageId, Url = "", UrlChain = "", IPAddress = "", ReportId)";

constexpr std::string_view kReported = R"(UserSubmissions
| where Timestamp >= SINCE and Category == "Phish"
| project EventTime = Timestamp, AlertTime = Timestamp, IsRemoval = false, User = ReportedBy,
    Mail = NetworkMessageId, Url, UrlChain = "", IPAddress, ReportId)";

constexpr AlertRule kRules[] = {
    {"A potentially malicious URL click was detected", "High", kPhishingLink, Gathering::kUserAndMessage,
     kAtClick},
    {"A user clicked through to a potentially malicious URL", "High", kPhishingLink, Gathering::kMinute,
     kWentOn},
    {"User accessed link in ZAP-quarantined email", "Medium", kPhishingLink, Gathering::kUserAndMessage,
     kInQuarantined},
    {"Email messages containing malicious URL removed after delivery", "Informational", kPhishingLink,
     Gathering::kMinute, kRemovedForUrl},
    {"Email messages removed after delivery", "Informational", "", Gathering::kMinute, kRemoved},
    {"Messages containing malicious entity not removed after delivery", "Medium", "", Gathering::kMinute,
     kNotRemoved},
    {"Email reported by user as malware or phish", "Low", kPhishingLink, Gathering::kUserAndMessage,
     kReported},
};

std::string with_since(std::string_view kql, Time since) {
  std::string text(kql);
  const std::string moment = views::kql_datetime(since);
  constexpr std::string_view kSince = "SINCE";
  for (size_t at = text.find(kSince); at != text.npos; at = text.find(kSince, at + moment.size()))
    text.replace(at, kSince.size(), moment);
  return text;
}

std::string without_evidence(std::string_view title, Time since) {
  return fmt::format(
      "\n| where ReportId !in ((AlertEvidence | where Title == {} and Timestamp >= {} | project ReportId))",
      views::kql_string(title), views::kql_datetime(since - kEvidenceBefore));
}

}  // namespace

std::span<const AlertRule> alert_rules() { return kRules; }

const AlertRule& malicious_click_rule() { return kRules[0]; }

const AlertRule* find_alert_rule(std::string_view title) {
  for (const AlertRule& rule : kRules) {
    if (rule.title == title) return &rule;
  }
  return nullptr;
}

std::string rule_query(const AlertRule& rule, Time since) {
  return with_since(rule.kql, since) + without_evidence(rule.title, since);
}

std::string visits_query(const std::vector<std::string>& hosts, Time from, Time to) {
  CHECK(!hosts.empty());
  return fmt::format(
             "UrlClickEvents\n| where Timestamp between ({} .. {}) and not(IsAutomated) and {}\n"
             "| where UrlDomain in {} or UrlChain has_any {}\n"
             "| project EventTime = Timestamp, AlertTime = Timestamp, IsRemoval = false, User = AccountUpn, "
             "Mail = "
             "NetworkMessageId, Url, UrlChain, IPAddress, ReportId",
             views::kql_datetime(from), views::kql_datetime(to), kReached, views::kql_list(hosts),
             views::kql_list(hosts)) +
         without_evidence(malicious_click_rule().title, from);
}

std::string pending_query(Time since) {
  return fmt::format(
      "AlertEvidence\n| where Timestamp >= {0} and AlertId !in ((AlertInfo | where Timestamp >= {0} | "
      "project "
      "AlertId))\n| summarize First = min(Timestamp), Rows = count() by AlertId, Title",
      views::kql_datetime(since - kEvidenceBefore));
}

std::string subjects_query(const std::vector<std::string>& mails) {
  return fmt::format(
      "EmailEvents\n| where NetworkMessageId in {}\n| summarize Subject = max(Subject) by NetworkMessageId",
      views::kql_list(mails));
}

}  // namespace linkgate::respond
