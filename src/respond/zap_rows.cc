#include "respond/zap_rows.h"

#include <fmt/format.h>
#include <openssl/sha.h>

#include "base/base64.h"
#include "base/check.h"
#include "events/row.h"
#include "events/schema.h"

namespace linkgate::respond {
namespace {

constexpr std::string_view kInbox = "Inbox/Folder", kJunk = "Junk folder", kQuarantine = "Quarantine";

std::string row_id(std::initializer_list<std::string_view> parts) {
  std::string input;
  for (const std::string_view part : parts)
    input.append(std::to_string(part.size())).append(":").append(part);
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(input.data()), input.size(), digest);
  return hex_encode(std::string_view(reinterpret_cast<const char*>(digest), 16));
}

// What one row of EmailPostDeliveryEvents says.
struct Deed {
  std::string_view action, type, trigger, location;
  std::string result;
};

bool is_asked_for(const state::ZapJob& job) { return job.cause.starts_with("admin"); }

std::string_view zap_type(const state::ZapJob& job) {
  if (is_asked_for(job)) return "Manual remediation";
  if (job.threat == "Malware") return "Malware ZAP";
  return job.threat == "Spam" ? "Spam ZAP" : "Phish ZAP";
}

Deed deed_of(const state::ZapJob& job) {
  const bool junk = job.action == state::ZapAction::kJunk;
  Deed deed{junk ? "Moved to junk folder" : "Moved to quarantine", zap_type(job),
            is_asked_for(job) ? "AdminAction" : "SpecialAction", "", ""};
  switch (job.state) {
    case state::ZapState::kDone:
      deed.result = job.moved > 0 ? "Success" : "Left in place";
      if (job.moved > 0) deed.location = junk ? kJunk : kQuarantine;
      break;
    case state::ZapState::kNotFound:
      deed.result = "Message not found";
      break;
    case state::ZapState::kUndone:
      deed = {junk ? "Moved back" : "Quarantine release", "Manual remediation", "AdminAction", kInbox,
              "Success"};
      break;
    default:
      deed.result = "Error: " + job.trouble;
  }
  return deed;
}

void put_row(const Deed& deed, const state::ZapJob& job, const store::StoredRow* mail, Time time,
             std::string_view what, Rows* rows) {
  const events::Table* table = events::find_table("EmailPostDeliveryEvents");
  CHECK(table != nullptr);
  const std::string id = row_id({"EmailPostDeliveryEvents", job.network_message_id, job.recipient,
                                 job.mailbox, std::to_string(job.created.time_since_epoch().count()), what});
  events::Row row(*table, time, id, 1);
  row.set("NetworkMessageId", job.network_message_id).set("RecipientEmailAddress", job.recipient);
  row.set("Action", deed.action).set("ActionType", deed.type).set("ActionTrigger", deed.trigger);
  row.set("ActionResult", deed.result).set("DeliveryLocation", deed.location);
  row.set("ThreatTypes", job.threat).set("ReportId", job.network_message_id + "-" + id.substr(0, 8));
  if (!job.url.empty() && !is_asked_for(job)) row.set("DetectionMethods", "URL malicious reputation");
  if (mail != nullptr) {
    row.set("InternetMessageId", mail->text("InternetMessageId"));
    row.set("SenderFromAddress", mail->text("SenderFromAddress"));
    row.set("EmailDirection", mail->text("EmailDirection"));
    row.set("SourceLocation", mail->text("LatestDeliveryLocation"));
  }
  rows->emplace_back("EmailPostDeliveryEvents", row.finish());
}

Result<void> put_location(const Deed& deed, const store::StoredRow* mail, Time moved, Rows* rows) {
  if (mail == nullptr || deed.location.empty()) return {};
  TRY_ASSIGN(events::Row row, mail->as_version(later_version(*mail, moved)));
  row.set("LatestDeliveryLocation", deed.location).set("LatestDeliveryAction", deed.action);
  rows->emplace_back("EmailEvents", row.finish());
  return {};
}

}  // namespace

uint64_t later_version(const store::StoredRow& mail, Time moved) {
  return std::max(static_cast<uint64_t>(moved.time_since_epoch().count()), mail.version + 1);
}

Result<Rows> rows_of(const state::ZapJob& job, const store::StoredRow* mail) {
  Rows rows;
  const Deed deed = deed_of(job);
  put_row(deed, job, mail, job.finished, to_string(job.state), &rows);
  TRY(put_location(deed, mail, job.finished, &rows));
  return rows;
}

Rows failure_row(const state::ZapJob& job, const store::StoredRow* mail, Time now) {
  Rows rows;
  Deed deed = deed_of(job);
  deed.result = "Error: " + job.trouble + " (tried again)";
  deed.location = "";
  put_row(deed, job, mail, now, "failure", &rows);
  return rows;
}

Result<Rows> release_rows(const state::HeldMessage& held, const store::StoredRow* mail, Time now) {
  Rows rows;
  const Deed deed{"Quarantine release", "Quarantine release", "AdminAction", kInbox, "Success"};
  state::ZapJob job;
  job.network_message_id = held.network_message_id;
  job.recipient = held.recipient;
  job.mailbox = held.mailbox;
  job.created = held.stored;
  job.threat = held.threat;
  job.cause = "admin";
  put_row(deed, job, mail, held.changed, "release " + held.id, &rows);
  TRY(put_location(deed, mail, now, &rows));
  return rows;
}

}  // namespace linkgate::respond
