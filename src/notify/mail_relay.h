#pragma once
// Handing one mail to a relay by SMTP (curl). Blocking, 20 s at most; thread-safe.

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace linkgate::notify {

enum class RelaySecurity : uint8_t {
  kStartTls,  // needed: a relay that does not offer it is not spoken to
  kTls,       // from the first octet
  kNone,
};

struct MailRelay {
  std::string address;  // "HOST:PORT"
  RelaySecurity security = RelaySecurity::kStartTls;
  std::string trust_file;      // PEM: certificate authorities instead of the system's; may be empty
  std::string user, password;  // empty: unauthenticated
};

// `message` has CR LF line ends. Errors, with the relay's words: kUnavailable, kTimeout; they never say the
// password.
Result<void> send_mail(const MailRelay& relay, const std::string& from, const std::string& to,
                       std::string_view message);

}  // namespace linkgate::notify
