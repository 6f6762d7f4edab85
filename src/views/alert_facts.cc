#include "views/alert_facts.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/ascii.h"
#include "views/kql_text.h"

namespace linkgate::views {
namespace {

constexpr size_t kMailsAtOnce = 1000;

Time time_of(const std::string& text) { return from_iso8601(text).value_or(Time{}); }

std::string alerts_query(const std::vector<std::string>& ids) {
  return fmt::format(
      "AlertInfo\n| where AlertId in {}\n| project AlertId, Timestamp, Severity, Title, Category, "
      "ServiceSource, AttackTechniques",
      kql_list(ids));
}

std::string evidence_query(const std::vector<std::string>& ids, size_t most) {
  return fmt::format(
      "AlertEvidence\n| where AlertId in {}\n"
      "| project AlertId, Timestamp, EntityType, EvidenceRole, AccountUpn, NetworkMessageId, EmailSubject, "
      "RemoteUrl, RemoteIP, ReportId\n"
      "| sort by AlertId asc, Timestamp asc, ReportId asc, EntityType asc, RemoteUrl asc\n"
      "| extend Place = row_number(1, prev(AlertId) != AlertId)\n| where Place <= {}\n| project-away Place",
      kql_list(ids), most + 1);
}

std::string mails_query(const std::vector<std::string>& mails) {
  return fmt::format(
      "EmailEvents\n| where NetworkMessageId in {}\n"
      "| project NetworkMessageId, RecipientEmailAddress, Timestamp, InternetMessageId, SenderFromAddress, "
      "SenderMailFromAddress, SenderIP = iff(isempty(SenderIPv4), SenderIPv6, SenderIPv4), EmailDirection, "
      "EmailLanguage, DeliveryAction, DeliveryLocation, LatestDeliveryLocation, ThreatTypes, "
      "DetectionMethods, UrlCount, AttachmentCount",
      kql_list(mails));
}

using MailKey = std::pair<std::string, std::string>;  // NetworkMessageId, recipient in lower case

MailKey key_of(const std::string& mail, const std::string& user) { return {mail, ascii::to_lower(user)}; }

Result<std::map<MailKey, AlertMail>> read_mails(const AskKql& ask, const std::set<std::string>& wanted) {
  std::map<MailKey, AlertMail> mails;
  std::vector<std::string> some;
  for (auto mail = wanted.begin(); mail != wanted.end();) {
    some.push_back(*mail++);
    if (some.size() < kMailsAtOnce && mail != wanted.end()) continue;
    TRY_ASSIGN(const auto rows, ask(mails_query(some)));
    for (const auto& row : rows) {
      AlertMail about{row[3], row[4], row[5], row[6], row[7], row[8], row[9], row[10], row[11]};
      about.threat_types = row[12];
      about.detection_methods = row[13];
      about.url_count = row[14];
      about.attachment_count = row[15];
      about.received = time_of(row[2]);
      mails[key_of(row[0], row[1])] = std::move(about);
    }
    some.clear();
  }
  return mails;
}

Result<void> add_mails(const AskKql& ask, std::vector<AlertFacts>& alerts) {
  std::set<std::string> wanted;
  for (const AlertFacts& alert : alerts) {
    for (const AlertEntity& one : alert.evidence) {
      if (one.type == "MailMessage" && !one.mail.empty()) wanted.insert(one.mail);
    }
  }
  if (wanted.empty()) return {};
  TRY_ASSIGN(const auto mails, read_mails(ask, wanted));
  for (AlertFacts& alert : alerts) {
    for (AlertEntity& one : alert.evidence) {
      const auto found = mails.find(key_of(one.mail, one.user));
      if (one.type == "MailMessage" && found != mails.end()) one.about = found->second;
    }
  }
  return {};
}

std::string counted(size_t count, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", count, count == 1 ? one : many);
}

}  // namespace

Result<std::vector<AlertFacts>> read_alert_facts(const AskKql& ask, const std::vector<std::string>& ids,
                                                 size_t most_evidence) {
  std::vector<AlertFacts> alerts;
  if (ids.empty()) return alerts;
  TRY_ASSIGN(const auto infos, ask(alerts_query(ids)));
  std::map<std::string, const std::vector<std::string>*> by_id;
  for (const auto& row : infos) by_id[row[0]] = &row;
  std::map<std::string, size_t> places;
  for (const std::string& id : ids) {
    const auto found = by_id.find(id);
    if (found == by_id.end() || places.contains(id)) continue;
    const auto& row = *found->second;
    places[id] = alerts.size();
    alerts.push_back({row[0], row[3], row[2], row[4], row[5], row[6], time_of(row[1])});
  }
  if (alerts.empty()) return alerts;
  TRY_ASSIGN(const auto rows, ask(evidence_query(ids, most_evidence)));
  for (const auto& row : rows) {
    const auto place = places.find(row[0]);
    if (place == places.end()) continue;
    AlertFacts& alert = alerts[place->second];
    if (alert.evidence.size() >= most_evidence) {
      alert.has_more_evidence = true;
      continue;
    }
    AlertEntity one{row[2], row[3], row[4], row[5], row[6], row[7], row[8], row[9]};
    one.at = time_of(row[1]);
    alert.evidence.push_back(std::move(one));
  }
  TRY(add_mails(ask, alerts));
  return alerts;
}

std::vector<std::string> named_in(const AlertFacts& alert, Named what) {
  std::vector<std::string> found;
  std::set<std::string> seen;
  for (const AlertEntity& one : alert.evidence) {
    const std::string& text = what == Named::kUsers   ? one.user
                              : what == Named::kUrls  ? one.url
                              : what == Named::kMails ? one.mail
                                                      : one.address;
    if (!text.empty() && seen.insert(text).second) found.push_back(text);
  }
  return found;
}

std::string summary_of(const AlertFacts& alert) {
  std::string text = counted(named_in(alert, Named::kUsers).size(), "user", "users") + ", " +
                     counted(named_in(alert, Named::kMails).size(), "message", "messages");
  const size_t urls = named_in(alert, Named::kUrls).size();
  if (urls > 0) text += ", " + counted(urls, "link", "links");
  return text + (alert.has_more_evidence ? " and more" : "");
}

}  // namespace linkgate::views
