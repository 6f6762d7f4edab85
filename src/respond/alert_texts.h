#pragma once
// An alert in the words of each kind of receiver. What comes from mails is shown so that nothing makes a link
// of it, and without control characters. Pure.

#include <string>
#include <string_view>

#include "base/clock.h"
#include "views/alert_facts.h"

namespace linkgate::respond {

inline constexpr size_t kMaxNamed = 20;  // users, links, ... in a mail; of more it says how many

struct AlertMailHeader {
  std::string from, to;
  std::string receiver;  // part of the Message-ID: the same alert again is the same message
};
// A whole message (RFC 5322, CR LF), text/plain in UTF-8.
std::string alert_mail(const views::AlertFacts& alert, const AlertMailHeader& header, Time now);

// An event of CEF in a message of RFC 5424.
std::string alert_syslog(const views::AlertFacts& alert, std::string_view host);

}  // namespace linkgate::respond
