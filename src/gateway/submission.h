#pragma once
// Mail to the address for reports: which message of ours it is about. Pure.

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "gateway/message_rows.h"
#include "gateway/message_work.h"
#include "url/sealed_link.h"

namespace linkgate::gateway {

// Stamps that are tried in one message; more are no forwarding.
inline constexpr size_t kMaxStampsTried = 64;

struct ReportedMessage {
  std::string network_message_id, recipient, url;  // recipient and url: empty where no sealed link is there
};

// The first message that `bytes` carry a stamp of ours of (X-Linkgate-Id, also within a forwarded or attached
// message) that verifies, and its first sealed link; without a stamp the message of the first sealed link.
// nullopt: none of ours. `work` may be absent: a message that cannot be read may still carry a stamp.
std::optional<ReportedMessage> find_reported(std::string_view bytes, const MessageWork* work,
                                             const url::Keyring& keys);

// The row of UserSubmissions, {table, json}; written again on a retry it replaces itself. `verified`: the
// envelope sender is who they say.
std::pair<std::string, std::string> submission_row(const MessageFacts& report,
                                                   const ReportedMessage& reported, bool verified);

}  // namespace linkgate::gateway
