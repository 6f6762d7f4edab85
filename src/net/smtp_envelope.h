#pragma once
// The envelope of a message as MAIL, RCPT and XFORWARD say it, and the parsers of their arguments (RFC 5321
// section 4.1.2, RFC 1870 SIZE, RFC 6152 8BITMIME, RFC 6531 SMTPUTF8, RFC 3461 DSN, Postfix XFORWARD_README).
// Pure.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "net/smtp_reply.h"

namespace linkgate::net {

enum class SmtpProtocol { kLmtp, kSmtp };

inline constexpr size_t kMaxSmtpPath =
    512;  // RFC 5321 says 256 octets; some servers' VERP senders are longer

// Service extensions that a server offers and that the gateway passes on. CHUNKING is not among them on
// purpose.
struct SmtpExtensions {
  bool pipelining = false;
  bool eight_bit_mime = false;
  bool smtputf8 = false;
  bool dsn = false;
  bool enhanced_status_codes = false;
  std::optional<uint64_t> size;  // 0: offered without a limit
  friend bool operator==(const SmtpExtensions&, const SmtpExtensions&) = default;
};

struct SmtpRecipient {
  std::string address;  // without angle brackets and source route
  std::string notify;   // DSN parameters as given; empty: absent
  std::string orcpt;
  friend bool operator==(const SmtpRecipient&, const SmtpRecipient&) = default;
};

struct SmtpEnvelope {
  std::string sender;  // empty: the null sender
  std::string body;    // "7BIT", "8BITMIME"; empty: absent
  bool smtputf8 = false;
  std::string ret;  // DSN parameters as given; empty: absent
  std::string envid;
  uint64_t declared_size = 0;  // 0: not declared
  std::vector<SmtpRecipient> recipients;
  friend bool operator==(const SmtpEnvelope&, const SmtpEnvelope&) = default;
};

// What XFORWARD says about where the message came from; empty: unavailable. Decoded.
struct SmtpOrigin {
  std::string name, address, port, protocol, helo, ident, source;
  friend bool operator==(const SmtpOrigin&, const SmtpOrigin&) = default;
};

// `arguments` is what follows the verb and its blank: "FROM:<a@b> SIZE=5", "TO:<c@d> NOTIFY=NEVER". The error
// is the reply to give. A parameter of an extension that is not in `offered` is refused with 555.
tl::expected<SmtpEnvelope, SmtpReply> parse_mail(std::string_view arguments, const SmtpExtensions& offered);
tl::expected<SmtpRecipient, SmtpReply> parse_rcpt(std::string_view arguments, const SmtpExtensions& offered,
                                                  bool smtputf8);
// Sets the attributes named, leaves the others.
std::optional<SmtpReply> parse_xforward(std::string_view arguments, SmtpOrigin* origin);

// MAIL and RCPT as a client writes them, without CRLF. `size` of 0 is not said; parameters that the peer
// lacks are not said.
std::string mail_command(const SmtpEnvelope& envelope, uint64_t size, const SmtpExtensions& peer);
std::string rcpt_command(const SmtpRecipient& recipient, const SmtpExtensions& peer);

// The extension named by a line of an EHLO or LHLO reply ("SIZE 1000") is added to `extensions`.
void add_extension(std::string_view line, SmtpExtensions* extensions);
// Those that both sides have; the smaller size.
SmtpExtensions common_extensions(const SmtpExtensions& a, const SmtpExtensions& b);

}  // namespace linkgate::net
