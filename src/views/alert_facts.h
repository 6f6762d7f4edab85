#pragma once
// An alert as whoever tells of it needs it: its row, its evidence, and what is known of the mails in that.
// Read anew each time, from the same rows as every other view.

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace linkgate::views {

// Of EmailEvents, for the recipient that the evidence names.
struct AlertMail {
  std::string internet_message_id, sender, envelope_sender, sender_address;
  std::string direction, language, delivery_action, delivery_location, latest_location;
  std::string threat_types, detection_methods;
  std::string url_count, attachment_count;  // digits
  Time received{};
};

struct AlertEntity {
  std::string type, role;  // EntityType, EvidenceRole
  std::string user, mail, subject, url, address, report_id;
  Time at{};
  std::optional<AlertMail> about;  // of a MailMessage that EmailEvents knows
};

struct AlertFacts {
  std::string id, title, severity, category, service, techniques;
  Time raised{};
  std::vector<AlertEntity> evidence;  // the oldest first
  bool has_more_evidence = false;     // than was asked for
};

// Runs a query of KQL and answers its rows as text (kql::row_to_text).
using AskKql = std::function<Result<std::vector<std::vector<std::string>>>(const std::string& kql)>;

// The alerts of `ids` that are visible, in this order; of each its first `most_evidence` rows. Errors: those
// of `ask`.
inline constexpr size_t kMostAlertEvidence = 1000;
Result<std::vector<AlertFacts>> read_alert_facts(const AskKql& ask, const std::vector<std::string>& ids,
                                                 size_t most_evidence = kMostAlertEvidence);

// What is different among the evidence, in its order: users, URLs, NetworkMessageIds, client addresses.
enum class Named { kUsers, kUrls, kMails, kAddresses };
std::vector<std::string> named_in(const AlertFacts& alert, Named what);
// "2 users, 1 message, 3 links"
std::string summary_of(const AlertFacts& alert);

}  // namespace linkgate::views
