#pragma once
// One line to somebody's log server: syslog messages of RFC 5424 that hold an event of CEF (Common Event
// Format, version 0). Blocking, 10 s at most; thread-safe.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace linkgate::notify {

struct CefEvent {
  std::string signature;  // of the kind of event
  std::string name;
  int severity = 0;  // 0 to 10
  // Keys are CEF's; a value that is empty is left out.
  std::vector<std::pair<std::string, std::string>> extension;
};

// "CEF:0|Linkgate|Linkgate|VERSION|...": in the header '\' and '|' are escaped, in values '\', '=' and line
// ends; other control characters become blanks.
std::string cef_text(const CefEvent& event, std::string_view version);

enum class SyslogSeverity { kError = 3, kWarning = 4, kNotice = 5, kInformational = 6 };

// RFC 5424, section 6, without structured data: "<PRI>1 TIME HOST linkgate - MSGID - TEXT", facility local0.
std::string syslog_message(SyslogSeverity severity, Time time, std::string_view host, std::string_view id,
                           std::string_view text);

// "udp:HOST:PORT": one datagram (RFC 5426), cut at kMaxDatagram. "tcp:HOST:PORT": counted octets (RFC 6587,
// 3.4.1) on a connection of its own. Neither has an answer: what is lost behind the first hop nobody knows.
// Errors: kUnavailable, kTimeout; kInvalidArgument: no such address.
inline constexpr size_t kMaxDatagram = 8192;
Result<void> send_syslog(std::string_view address, std::string_view message);

}  // namespace linkgate::notify
