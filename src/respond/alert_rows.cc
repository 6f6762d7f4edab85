#include "respond/alert_rows.h"

#include <openssl/sha.h>

#include <algorithm>
#include <array>

#include "base/ascii.h"
#include "base/base64.h"
#include "base/check.h"
#include "events/row.h"
#include "events/schema.h"
#include "kql/json.h"
#include "url/sealed_link.h"
#include "url/url.h"

namespace linkgate::respond {
namespace {

std::array<uint8_t, 16> digest_of(std::initializer_list<std::string_view> parts) {
  std::string input;
  for (const std::string_view part : parts)
    input.append(std::to_string(part.size())).append(":").append(part);
  std::array<uint8_t, SHA256_DIGEST_LENGTH> whole{};
  SHA256(reinterpret_cast<const unsigned char*>(input.data()), input.size(), whole.data());
  std::array<uint8_t, 16> id{};
  std::copy_n(whole.begin(), id.size(), id.begin());
  id[6] = static_cast<uint8_t>((id[6] & 0x0f) | 0x80);  // RFC 9562: version 8, a name of our own making
  id[8] = static_cast<uint8_t>((id[8] & 0x3f) | 0x80);
  return id;
}

const events::Table& table(std::string_view name) {
  const events::Table* found = events::find_table(name);
  CHECK(found != nullptr);
  return *found;
}

// Two spellings of one URL.
bool is_same(const std::string& a, const std::string& b) {
  const auto first = url::Url::parse(a), second = url::Url::parse(b);
  return first && second ? first->href() == second->href() : a == b;
}

std::string where_it_led(const AlertEvent& event) {
  const auto hops = kql::json_elements(event.url_chain);
  if (!hops || hops->empty()) return event.url;
  const auto last = kql::scalar_of_json(hops->back(), kql::Type::kString);
  const auto* text = last ? std::get_if<std::string>(&*last) : nullptr;
  return text != nullptr && !text->empty() ? *text : event.url;
}

// What all rows of one alert say of it.
events::Row row_of(std::string_view name, Time time, std::string_view row_id, const AlertRule& rule,
                   std::string_view id) {
  events::Row row(table(name), time, row_id, 1);
  row.set("AlertId", id)
      .set("Title", rule.title)
      .set("Severity", rule.severity)
      .set("AttackTechniques", rule.techniques)
      .set("ServiceSource", rule.service)
      .set("DetectionSource", rule.detection);
  return row;
}

class Evidence {
 public:
  Evidence(const AlertRule& rule, std::string_view id, const AlertEvent& event)
      : rule_(rule), id_(id), event_(event) {}

  events::Row& add(std::string_view entity, std::string_view role, std::string_view what) {
    const std::string row_id = url::uuid_text(digest_of({id_, entity, what, event_.report_id}));
    events::Row& row = rows_.emplace_back(row_of("AlertEvidence", event_.time, row_id, rule_, id_));
    row.set("EntityType", entity)
        .set("EvidenceRole", role)
        .set("Categories", "[" + events::json_string(rule_.category) + "]")
        .set("NetworkMessageId", event_.mail)
        .set("AccountUpn", event_.user)
        .set("AccountName", event_.user.substr(0, event_.user.rfind('@')))
        .set("EmailSubject", event_.subject)
        .set("ReportId", event_.report_id);
    const size_t at = event_.user.rfind('@');
    if (at != event_.user.npos) row.set("AccountDomain", event_.user.substr(at + 1));
    return row;
  }

  Rows take() {
    Rows rows;
    for (events::Row& row : rows_) rows.emplace_back("AlertEvidence", row.finish());
    return rows;
  }

 private:
  const AlertRule& rule_;
  const std::string_view id_;
  const AlertEvent& event_;
  std::vector<events::Row> rows_;
};

}  // namespace

std::string alert_id(const AlertRule& rule, const AlertEvent& event) {
  if (rule.gathering == Gathering::kUserAndMessage) {
    const std::string& about = event.mail.empty() ? event.report_id : event.mail;
    return url::uuid_text(digest_of({rule.title, ascii::to_lower(event.user), about}));
  }
  const auto minute = std::chrono::floor<std::chrono::minutes>(event.alert_time).time_since_epoch().count();
  return url::uuid_text(digest_of({rule.title, std::to_string(minute)}));
}

Rows evidence_rows(const AlertRule& rule, std::string_view id, const AlertEvent& event) {
  Evidence evidence(rule, id, event);
  if (event.is_removal) {
    evidence.add("MailMessage", "Impacted", "");
    evidence.add("Mailbox", "Impacted", "");
    return evidence.take();
  }
  if (!event.mail.empty()) evidence.add("MailMessage", "Related", "");
  if (!event.url.empty()) evidence.add("Url", "Related", event.url).set("RemoteUrl", event.url);
  const std::string end = where_it_led(event);
  if (!is_same(end, event.url)) evidence.add("Url", "Related", end).set("RemoteUrl", end);
  evidence.add("User", "Impacted", "");
  if (!event.address.empty()) evidence.add("Ip", "Related", "").set("RemoteIP", event.address);
  return evidence.take();
}

std::string detection_id(std::string_view rule, std::string_view what) {
  return url::uuid_text(digest_of({"detection", rule, what}));
}

Rows detection_evidence(const AlertRule& rule, std::string_view id, const DetectedRow& found) {
  AlertEvent event = found.event;
  if (event.user.empty()) event.user = found.mailbox;
  const bool has_owner = !event.user.empty();
  Evidence evidence(rule, id, event);
  // The event's name: two of one alert may have neither a ReportId nor a moment of their own.
  if (!event.mail.empty()) evidence.add("MailMessage", has_owner ? "Related" : "Impacted", found.name);
  if (!event.url.empty()) evidence.add("Url", "Related", found.name).set("RemoteUrl", event.url);
  if (!found.event.user.empty()) evidence.add("User", "Impacted", found.name);
  if (!event.address.empty()) evidence.add("Ip", "Related", found.name).set("RemoteIP", event.address);
  Rows rows = evidence.take();
  if (found.mailbox.empty()) return rows;
  event.user = found.mailbox;
  Evidence of_mailbox(rule, id, event);
  of_mailbox.add("Mailbox", "Impacted", found.name);
  for (auto& row : of_mailbox.take()) rows.push_back(std::move(row));
  return rows;
}

std::pair<std::string, std::string> info_row(const AlertRule& rule, std::string_view id, Time raised) {
  events::Row row = row_of("AlertInfo", raised, id, rule, id);
  row.set("Category", rule.category);
  return {"AlertInfo", row.finish()};
}

}  // namespace linkgate::respond
