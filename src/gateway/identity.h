#pragma once
// Which message this is: NetworkMessageId and the time that belongs to it. Both are functions of what the MTA
// sends again on every batch of recipients and every retry, so that rows and links of one message agree
// without anybody remembering.

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "gateway/header_block.h"
#include "url/sealed_link.h"

namespace linkgate::gateway {

struct MessageIdentity {
  std::array<uint8_t, 16> id{};  // a UUID of version 8 (RFC 9562): ours to define
  std::string text;              // the same, as text
  Time time{};                   // whole seconds
};

// Keyed hash over queue id (empty where the MTA gave none), envelope sender and the message as received.
std::array<uint8_t, 16> network_message_id(std::string_view queue_id, std::string_view sender,
                                           std::string_view message, const url::Keyring& keys);

// How far a date in the message may lie from now before it is not believed: an MTA keeps a mail five days and
// more.
inline constexpr std::chrono::hours kOldestMessage{10 * 24};
inline constexpr std::chrono::minutes kClockSkew{10};

// When our MTA took the message: the date of the topmost Received, which the MTA wrote; without one that can
// be believed, Date; else `now`, and a retry then gets another time.
Time message_time(const HeaderBlock& header, Time now);

// RFC 5322 section 3.3 date-time with the obsolete zones, comments allowed at the end.
std::optional<Time> parse_mail_date(std::string_view text);
std::string mail_date(Time time);  // "Sat, 21 Nov 2026 22:52:13 +0000"

MessageIdentity identify(std::string_view queue_id, std::string_view sender, std::string_view message,
                         const HeaderBlock& header, Time now, const url::Keyring& keys);

}  // namespace linkgate::gateway
