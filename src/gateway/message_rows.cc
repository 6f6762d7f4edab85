#include "gateway/message_rows.h"

#include <fmt/format.h>
#include <openssl/sha.h>

#include <algorithm>

#include "base/ascii.h"
#include "base/base64.h"
#include "base/check.h"
#include "events/row.h"
#include "events/schema.h"
#include "net/peer.h"
#include "url/url.h"

namespace linkgate::gateway {
namespace {

constexpr size_t kMaxAddresses = 500;  // of To and Cc in a row

// A stable id out of what names the row.
std::string row_id(std::initializer_list<std::string_view> parts) {
  std::string input;
  for (std::string_view part : parts) input.append(std::to_string(part.size())).append(":").append(part);
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(input.data()), input.size(), digest);
  return hex_encode(std::string_view(reinterpret_cast<const char*>(digest), 16));
}

std::string report_id(const MessageFacts& message) { return message.identity.text + "-1"; }

events::Row row_of(std::string_view table_name, const MessageFacts& message, std::string_view id,
                   uint64_t version) {
  const events::Table* table = events::find_table(table_name);
  CHECK(table != nullptr);
  events::Row row(*table, message.identity.time, id, version);
  row.set("NetworkMessageId", message.identity.text).set("ReportId", report_id(message));
  return row;
}

std::string_view domain_of(std::string_view address) {
  const size_t at = address.rfind('@');
  return at == std::string_view::npos ? std::string_view() : address.substr(at + 1);
}

std::string json_array(const std::vector<std::string>& texts) {
  std::string json = "[";
  for (size_t i = 0; i < std::min(texts.size(), kMaxAddresses); ++i) {
    if (i > 0) json += ',';
    json += events::json_string(texts[i]);
  }
  return json + "]";
}

struct Words {
  std::string_view action, location;
};

Words words_of(const RecipientFacts& recipient) {
  switch (recipient.outcome) {
    case DeliveryOutcome::kDelivered:
      return {"Delivered", recipient.outbound_listener ? "On-premises/external" : "Inbox/Folder"};
    case DeliveryOutcome::kJunked:
      return {"Junked", "Junk folder"};
    case DeliveryOutcome::kQuarantined:
      return {"Blocked", "Quarantine"};
    case DeliveryOutcome::kFailed:
      return {"Blocked", "Failed"};
    case DeliveryOutcome::kDeferred:
      break;
  }
  return {"Blocked", "Dropped"};
}

std::string additional_fields(const MessageFacts& message, const RecipientFacts& recipient) {
  std::string json = "{";
  const auto add = [&json](std::string_view name, const std::string& value) {
    if (value.empty()) return;
    json.append(json.size() > 1 ? "," : "")
        .append(events::json_string(name))
        .append(":")
        .append(events::json_string(value));
  };
  add("Policy", recipient.policy);
  add("Unscannable", message.unscannable);
  add("UnscannableAction", recipient.unscannable_action);
  add("Reply", recipient.reply);
  add("ThreatUrl", message.verdict.is_threat() ? message.verdict.worst_url : std::string());
  if (!message.sender_looks.empty()) {
    std::vector<std::string> looks;
    for (const verdict::SenderLook& look : message.sender_looks)
      looks.push_back(fmt::format("{} {}", verdict::to_string(look.kind), look.like));
    json.append(json.size() > 1 ? "," : "").append("\"SenderLooksLike\":").append(json_array(looks));
  }
  if (!recipient.tips.empty()) {
    json.append(json.size() > 1 ? "," : "").append("\"SafetyTips\":").append(json_array(recipient.tips));
    json.append(recipient.tips_shown ? ",\"SafetyTipsInText\":true" : ",\"SafetyTipsInText\":false");
  }
  json += fmt::format("{}\"LatencySeconds\":{:.3f}", json.size() > 1 ? "," : "", recipient.seconds);
  if (!recipient.links.empty()) {
    json += json.size() > 1 ? ",\"Links\":{" : "\"Links\":{";
    bool first = true;
    for (const auto& [reason, count] : recipient.links) {
      json.append(first ? "" : ",")
          .append(events::json_string(reason))
          .append(":")
          .append(std::to_string(count));
      first = false;
    }
    json += "}";
  }
  return json + "}";
}

void set_sender(const MessageFacts& message, events::Row* row) {
  row->set("SenderMailFromAddress", message.sender).set("SenderMailFromDomain", domain_of(message.sender));
  row->set("SenderFromAddress", message.header.from_address)
      .set("SenderFromDomain", domain_of(message.header.from_address));
  row->set("SenderDisplayName", message.header.from_display_name);
  std::string_view address = message.origin.address;
  if (ascii::istarts_with(address, "IPV6:")) address.remove_prefix(5);
  const auto parsed = net::IpAddress::parse(address);
  if (parsed) row->set(parsed->is_v4() ? "SenderIPv4" : "SenderIPv6", parsed->text());
}

// {"Phish":["URL malicious reputation"]}
std::string detection_methods(const MessageVerdict& verdict) {
  return "{" + events::json_string(verdict::threat_type(verdict.worst)) + ":[" +
         events::json_string(verdict.detection_method) + "]}";
}

void set_threat(const MessageFacts& message, events::Row* row) {
  if (!message.verdict.is_threat()) return;
  row->set("ThreatTypes", verdict::threat_type(message.verdict.worst));
  row->set("DetectionMethods", detection_methods(message.verdict));
}

std::string extension_of(std::string_view file_name) {
  const size_t dot = file_name.rfind('.');
  return dot == std::string_view::npos || file_name.size() - dot > 16
             ? ""
             : ascii::to_lower(file_name.substr(dot + 1));
}

events::Row email_event(const MessageFacts& message, const RecipientFacts& recipient) {
  const bool delivered =
      recipient.outcome != DeliveryOutcome::kFailed && recipient.outcome != DeliveryOutcome::kDeferred;
  events::Row row =
      row_of("EmailEvents", message, row_id({"EmailEvents", message.identity.text, recipient.recipient}),
             delivered ? kRowDelivered : kRowRefused);
  set_sender(message, &row);
  set_threat(message, &row);
  const Words words = words_of(recipient);
  row.set("RecipientEmailAddress", recipient.recipient)
      .set("RecipientDomain", domain_of(recipient.recipient));
  row.set("EmailDirection", recipient.direction);
  if (recipient.first_contact) row.set("IsFirstContact", *recipient.first_contact);
  row.set("DeliveryAction", words.action).set("DeliveryLocation", words.location);
  row.set("LatestDeliveryAction", words.action).set("LatestDeliveryLocation", words.location);
  row.set("InternetMessageId", message.header.message_id).set("Subject", message.header.subject);
  row.set("EmailLanguage", message.header.language);
  row.set("AuthenticationDetails", message.authentication.json());
  row.set("UrlCount", static_cast<int64_t>(message.urls.size()));
  row.set("AttachmentCount", static_cast<int64_t>(message.attachments.size()));
  row.set("EmailSize", static_cast<int64_t>(std::min<uint64_t>(message.size, INT32_MAX)));
  row.set_json("To", json_array(message.header.to)).set_json("Cc", json_array(message.header.cc));
  if (recipient.outcome == DeliveryOutcome::kJunked)
    row.set("EmailAction", "Move message to junk mail folder");
  if (recipient.outcome == DeliveryOutcome::kQuarantined) row.set("EmailAction", "Send to quarantine");
  if (message.verdict.blocked_by_organisation) {
    row.set("OrgLevelAction", "Block").set("OrgLevelPolicy", "Tenant Allow/Block List");
  }
  row.set_json("AdditionalFields", additional_fields(message, recipient));
  return row;
}

}  // namespace

Rows recipient_rows(const MessageFacts& message, const RecipientFacts& recipient) {
  Rows rows;
  rows.emplace_back("EmailEvents", email_event(message, recipient).finish());
  if (recipient.outcome == DeliveryOutcome::kFailed || recipient.outcome == DeliveryOutcome::kDeferred)
    return rows;
  for (size_t i = 0; i < message.attachments.size(); ++i) {
    const mail::Part& part = message.attachments[i];
    const std::string id =
        row_id({"EmailAttachmentInfo", message.identity.text, recipient.recipient, std::to_string(i)});
    events::Row row = row_of("EmailAttachmentInfo", message, id, kRowDelivered);
    row.set("RecipientEmailAddress", recipient.recipient);
    row.set("SenderFromAddress", message.header.from_address)
        .set("SenderDisplayName", message.header.from_display_name);
    row.set("FileName", part.file_name).set("FileExtension", extension_of(part.file_name));
    row.set("FileType", part.content_type).set("SHA256", part.sha256);
    row.set("FileSize", static_cast<int64_t>(part.decoded_size));
    rows.emplace_back("EmailAttachmentInfo", row.finish());
  }
  return rows;
}

Rows url_rows(const MessageFacts& message) {
  Rows rows;
  for (const auto& [text, location] : message.urls) {
    events::Row row = row_of("EmailUrlInfo", message,
                             row_id({"EmailUrlInfo", message.identity.text, text, location}), kRowDelivered);
    const auto parsed = url::Url::parse(text);
    row.set("Url", text).set("UrlLocation", location);
    row.set("UrlDomain", parsed ? parsed->hostname() : std::string_view());
    rows.emplace_back("EmailUrlInfo", row.finish());
  }
  return rows;
}

void add_contents(const MessageWork& work, MessageFacts* facts) {
  facts->header = work.message().envelope();
  for (const mail::Part& part : work.message().parts()) {
    if (part.attachment) facts->attachments.push_back(part);
  }
  const auto& links = work.message().links();
  for (size_t i = 0; i < links.size(); ++i) {
    const std::string_view location = links[i].place == mail::Place::kSubject ? "Subject" : "Body";
    facts->urls.push_back({work.links()[i].url, std::string(location)});
  }
  std::sort(facts->urls.begin(), facts->urls.end());
  facts->urls.erase(std::unique(facts->urls.begin(), facts->urls.end()), facts->urls.end());
}

}  // namespace linkgate::gateway
