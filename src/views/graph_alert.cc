#include "views/graph_alert.h"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <span>

#include "base/ascii.h"

namespace linkgate::views {
namespace {

using json = nlohmann::ordered_json;

struct Word {
  std::string_view ours, graph;
};
constexpr Word kSeverities[] = {
    {"Informational", "informational"}, {"Low", "low"}, {"Medium", "medium"}, {"High", "high"}};
constexpr Word kDirections[] = {{"Inbound", "inbound"}, {"Outbound", "outbound"}, {"Intra-org", "intraorg"}};
constexpr Word kActions[] = {
    {"Delivered", "delivered"}, {"Junked", "junked"}, {"Blocked", "blocked"}, {"Replaced", "replaced"}};
constexpr Word kLocations[] = {{"Inbox/Folder", "inbox"},     {"On-premises/External", "external"},
                               {"Junk folder", "junkFolder"}, {"Junk", "junkFolder"},
                               {"Quarantine", "quarantine"},  {"Failed", "failed"},
                               {"Dropped", "dropped"},        {"Deleted items", "deletedFolder"}};

std::string graph_word(std::span<const Word> words, std::string_view ours) {
  for (const Word& word : words) {
    if (word.ours == ours) return std::string(word.graph);
  }
  return "unknown";
}

json time_or_null(Time time) { return time == Time{} ? json() : json(to_iso8601(time)); }
json text_or_null(const std::string& text) { return text.empty() ? json() : json(text); }
json number_or_null(const std::string& digits) {
  int64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return error == std::errc() && end == digits.data() + digits.size() && !digits.empty() ? json(value)
                                                                                         : json();
}

// "Phish, Malware"
json list_of(std::string_view text) {
  json list = json::array();
  for (const std::string_view part : ascii::split(text, ',')) {
    const std::string_view word = ascii::trim(part);
    if (!word.empty()) list.push_back(std::string(word));
  }
  return list;
}

// ["Phishing (T1566)", ...]: the ids in the brackets.
json techniques_of(const std::string& techniques) {
  json ids = json::array();
  const json all = json::parse(techniques, nullptr, false);
  if (!all.is_array()) return ids;
  for (const json& one : all) {
    if (!one.is_string()) continue;
    const auto& text = one.get_ref<const std::string&>();
    const size_t open = text.rfind('('), close = text.rfind(')');
    if (open != text.npos && close != text.npos && close > open)
      ids.push_back(text.substr(open + 1, close - open - 1));
  }
  return ids;
}

json account_of(const std::string& user) {
  const size_t at = std::min(user.rfind('@'), user.size());
  return {{"accountName", user.substr(0, at)},
          {"domainName", at < user.size() ? json(user.substr(at + 1)) : json()},
          {"userPrincipalName", user},
          {"displayName", nullptr},
          {"userSid", nullptr},
          {"azureAdUserId", nullptr}};
}

void put_mail(const AlertEntity& one, const std::vector<std::string>& urls, json& out) {
  out["networkMessageId"] = one.mail;
  out["recipientEmailAddress"] = one.user;
  out["subject"] = one.subject;
  if (!urls.empty()) out["urls"] = urls;
  if (!one.about) return;
  const AlertMail& mail = *one.about;
  const std::string latest = mail.latest_location.empty() ? mail.delivery_location : mail.latest_location;
  out["internetMessageId"] = text_or_null(mail.internet_message_id);
  out["language"] = text_or_null(mail.language);
  out["senderIp"] = text_or_null(mail.sender_address);
  out["antiSpamDirection"] = graph_word(kDirections, mail.direction);
  out["deliveryAction"] = graph_word(kActions, mail.delivery_action);
  out["deliveryLocation"] = graph_word(kLocations, latest);
  out["threats"] = list_of(mail.threat_types);
  out["threatDetectionMethods"] = list_of(mail.detection_methods);
  out["urlCount"] = number_or_null(mail.url_count);
  out["attachmentsCount"] = number_or_null(mail.attachment_count);
  out["receivedDateTime"] = time_or_null(mail.received);
  const auto sender = [](const std::string& address) -> json {
    const size_t at = address.rfind('@');
    return {{"emailAddress", address},
            {"displayName", nullptr},
            {"domainName", at == address.npos ? json() : json(address.substr(at + 1))}};
  };
  out["p1Sender"] = sender(mail.envelope_sender);
  out["p2Sender"] = sender(mail.sender);
  if (latest == "Quarantine") out["remediationStatus"] = "remediated";
}

std::string_view type_of(const std::string& entity) {
  if (entity == "MailMessage") return "#microsoft.graph.security.analyzedMessageEvidence";
  if (entity == "Url") return "#microsoft.graph.security.urlEvidence";
  if (entity == "User") return "#microsoft.graph.security.userEvidence";
  if (entity == "Mailbox") return "#microsoft.graph.security.mailboxEvidence";
  return "#microsoft.graph.security.ipEvidence";
}

std::vector<std::string> urls_of_mail(const AlertFacts& alert, const std::string& mail) {
  std::vector<std::string> urls;
  for (const AlertEntity& one : alert.evidence) {
    const bool is_new = std::find(urls.begin(), urls.end(), one.url) == urls.end();
    if (!one.url.empty() && one.mail == mail && is_new) urls.push_back(one.url);
  }
  return urls;
}

json evidence_of(const AlertFacts& alert, const AlertEntity& one) {
  json out = {{"@odata.type", std::string(type_of(one.type))},
              {"createdDateTime", time_or_null(one.at)},
              {"verdict", "unknown"},
              {"remediationStatus", "none"},
              {"remediationStatusDetails", nullptr},
              {"roles", json::array()},
              {"detailedRoles", json::array({one.role})},
              {"tags", json::array()}};
  if (one.type == "MailMessage") {
    out["verdict"] = "suspicious";
    put_mail(one, urls_of_mail(alert, one.mail), out);
  } else if (one.type == "Url") {
    out["verdict"] = "suspicious";
    out["url"] = one.url;
  } else if (one.type == "User") {
    out["userAccount"] = account_of(one.user);
  } else if (one.type == "Mailbox") {
    out["primaryAddress"] = one.user;
    out["displayName"] = nullptr;
    out["userAccount"] = account_of(one.user);
  } else {
    out["ipAddress"] = one.address;
    out["countryLetterCode"] = nullptr;
  }
  return out;
}

json comments_of(const std::vector<AlertNote>& comments) {
  json all = json::array();
  for (const AlertNote& note : comments) {
    all.push_back({{"@odata.type", "#microsoft.graph.security.alertComment"},
                   {"comment", note.text},
                   {"createdByDisplayName", note.author},
                   {"createdDateTime", to_iso8601(note.at)}});
  }
  return all;
}

std::string dump(const json& value) { return value.dump(-1, ' ', false, json::error_handler_t::replace); }

void put_handling(const AlertFacts& alert, const AlertHandling& handling, json& out) {
  out["status"] = handling.status;
  out["classification"] = handling.classification;
  out["determination"] = handling.determination;
  out["assignedTo"] = text_or_null(handling.assigned_to);
  out["lastUpdateDateTime"] = to_iso8601(std::max(handling.updated, alert.raised));
  out["resolvedDateTime"] = handling.resolved ? json(to_iso8601(*handling.resolved)) : json();
  out["comments"] = comments_of(handling.comments);
}

}  // namespace

std::string graph_alert(const AlertFacts& alert, const AlertHandling& handling) {
  Time first{}, last{};
  for (const AlertEntity& one : alert.evidence) {
    if (first == Time{} || one.at < first) first = one.at;
    last = std::max(last, one.at);
  }
  json out = {{"id", alert.id},
              {"providerAlertId", alert.id},
              {"incidentId", nullptr},
              {"severity", graph_word(kSeverities, alert.severity)},
              {"serviceSource", std::string(kGraphAlertSource)},
              {"detectionSource", std::string(kGraphAlertSource)},
              {"detectorId", nullptr},
              {"tenantId", nullptr},
              {"title", alert.title},
              {"description", alert.title + ": " + summary_of(alert)},
              {"recommendedActions", ""},
              {"category", alert.category},
              {"alertWebUrl", nullptr},
              {"incidentWebUrl", nullptr},
              {"actorDisplayName", nullptr},
              {"threatDisplayName", nullptr},
              {"threatFamilyName", nullptr},
              {"mitreTechniques", techniques_of(alert.techniques)},
              {"createdDateTime", to_iso8601(alert.raised)},
              {"firstActivityDateTime", time_or_null(first)},
              {"lastActivityDateTime", time_or_null(last)},
              {"systemTags", json::array()}};
  put_handling(alert, handling, out);
  json evidence = json::array();
  for (const AlertEntity& one : alert.evidence) evidence.push_back(evidence_of(alert, one));
  out["evidence"] = std::move(evidence);
  if (alert.has_more_evidence) out["@linkgate.evidenceTruncated"] = true;
  return dump(out);
}

std::string graph_comments(const std::vector<AlertNote>& comments) { return dump(comments_of(comments)); }

std::optional<std::string> severity_of_graph(std::string_view word) {
  for (const Word& severity : kSeverities) {
    if (severity.graph == word) return std::string(severity.ours);
  }
  return std::nullopt;
}

}  // namespace linkgate::views
