#include "gateway/submission.h"

#include "base/ascii.h"
#include "base/check.h"
#include "events/row.h"

namespace linkgate::gateway {
namespace {

constexpr std::string_view kStampField = "X-Linkgate-Id:";

// Lines "X-Linkgate-Id: VALUE" anywhere in the message: an attached message stands there as it is, since
// message/rfc822 has no transfer encoding of its own (RFC 2046, 5.2.1), and some programs print the header.
std::optional<std::string> first_stamp(std::string_view bytes, const url::Keyring& keys) {
  size_t tried = 0;
  for (size_t at = 0; at < bytes.size() && tried < kMaxStampsTried;) {
    const size_t end = std::min(bytes.find('\n', at), bytes.size());
    const std::string_view line = bytes.substr(at, end - at);
    at = end + 1;
    if (!ascii::istarts_with(line, kStampField)) continue;
    ++tried;
    if (auto id = url::verify_message_stamp(ascii::trim(line.substr(kStampField.size())), keys)) return id;
  }
  return std::nullopt;
}

}  // namespace

std::optional<ReportedMessage> find_reported(std::string_view bytes, const MessageWork* work,
                                             const url::Keyring& keys) {
  ReportedMessage reported;
  reported.network_message_id = first_stamp(bytes, keys).value_or("");
  if (work != nullptr) {
    for (const PlannedLink& link : work->links()) {
      if (!link.sealed || !link.opens) continue;
      const std::string message = url::uuid_text(link.claims.network_message_id);
      if (reported.network_message_id.empty()) reported.network_message_id = message;
      if (reported.network_message_id != message) continue;
      reported.recipient = link.claims.recipient;
      reported.url = link.url;
      break;
    }
  }
  if (reported.network_message_id.empty()) return std::nullopt;
  return reported;
}

std::pair<std::string, std::string> submission_row(const MessageFacts& report,
                                                   const ReportedMessage& reported, bool verified) {
  const events::Table* table = events::find_table("UserSubmissions");
  CHECK(table != nullptr);
  events::Row row(*table, report.identity.time, report.identity.text, 1);
  row.set("SubmissionId", report.identity.text)
      .set("Source", "Mailbox")
      .set("Category", "Phish")
      .set("ReportedBy", ascii::to_lower(report.sender))
      .set("IsVerified", verified)
      .set("NetworkMessageId", reported.network_message_id)
      .set("RecipientEmailAddress", reported.recipient)
      .set("Url", reported.url)
      .set("Subject", report.header.subject)
      .set("ReportId", report.identity.text);
  return {"UserSubmissions", row.finish()};
}

}  // namespace linkgate::gateway
