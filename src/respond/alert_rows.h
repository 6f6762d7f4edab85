#pragma once
// The rows of an alert: AlertInfo, and AlertEvidence with the click or event that each entity was part of.
// Ids and times are functions of what happened, so a row that is written again replaces itself. Pure.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "respond/alert_rules.h"

namespace linkgate::respond {

using Rows = std::vector<std::pair<std::string, std::string>>;  // {table, json}

// Something that a rule found.
struct AlertEvent {
  Time time{};        // of the click or removal
  Time alert_time{};  // when it became worth an alert
  bool is_removal = false;
  std::string user, mail, subject, url, url_chain, address, report_id;
};

// The alert that the event belongs to: the same whenever it is asked.
std::string alert_id(const AlertRule& rule, const AlertEvent& event);
// Entities: of a click MailMessage, Url (the link, and where it led), User and Ip; of a removal MailMessage
// and Mailbox.
Rows evidence_rows(const AlertRule& rule, std::string_view id, const AlertEvent& event);

// A row that a rule of the organisation's own found.
struct DetectedRow {
  AlertEvent event;     // `user` is AccountUpn
  std::string mailbox;  // RecipientEmailAddress
  std::string name;     // the event's, the same whenever it is found
};
// Names of events and alerts of such a rule.
std::string detection_id(std::string_view rule, std::string_view what);
// The entities that the row has: MailMessage, Url, User, Ip, Mailbox.
Rows detection_evidence(const AlertRule& rule, std::string_view id, const DetectedRow& found);

std::pair<std::string, std::string> info_row(const AlertRule& rule, std::string_view id, Time raised);

}  // namespace linkgate::respond
