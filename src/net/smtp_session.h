#pragma once
// The server's side of an SMTP or LMTP session as a state machine: bytes in, replies and transactions out. No
// socket, no clock: the caller (smtp_server.h) moves bytes, and tests and fuzzers drive it alone. RFC 5321,
// RFC 2033 (LMTP), RFC 2920 (PIPELINING), Postfix XFORWARD_README. Not thread-safe.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "net/smtp_data.h"
#include "net/smtp_envelope.h"
#include "net/smtp_reply.h"

namespace linkgate::net {

inline constexpr size_t kMaxSmtpCommandLine =
    4096;  // RFC 5321's 512 with what all extensions may add, and XFORWARD
inline constexpr size_t kMaxSmtpRecipients = 1000;   // RFC 5321 section 4.5.3.1.8: at least 100
inline constexpr int kMaxSmtpErrors = 20;            // bad commands of a session, then 421
inline constexpr size_t kKeptOfRefused = 64 * 1024;  // of a message that is too large, for its record

struct SmtpSessionOptions {
  SmtpProtocol protocol = SmtpProtocol::kLmtp;
  std::string hostname;
  SmtpExtensions extensions;    // what is offered
  uint64_t max_message = 0;     // octets of content; 0: no limit
  bool offer_xforward = false;  // the peer is one whose XFORWARD counts
};

// Why a message that came whole is not to be delivered.
enum class SmtpRefusal {
  kNone,
  kAmbiguous,  // its end of data could be read in two ways
  kTooLarge,   // over max_message; data holds the first kKeptOfRefused bytes
  kNoMemory,   // the caller called drop_data(); the same
};

struct SmtpTransaction {
  SmtpEnvelope envelope;
  SmtpOrigin origin;  // of XFORWARD
  std::string helo;   // what the client called itself
  std::string data;
  SmtpRefusal refusal = SmtpRefusal::kNone;
};

class SmtpSession {
 public:
  enum class Step {
    kInput,        // everything given was used; more is needed
    kMail,         // MAIL was accepted; answer_mail() or refuse_mail() before the next step
    kData,         // DATA came; begin_data() or refuse_data() before the next step
    kTransaction,  // transaction() is whole; answer() before the next step
    kClose,        // send what is in `output`, then close
  };

  explicit SmtpSession(SmtpSessionOptions options);

  std::string greeting() const;
  // Uses bytes from the front of `input`, appends replies to `output`.
  Step advance(std::string_view* input, std::string* output);

  const SmtpEnvelope& envelope() const { return transaction_.envelope; }
  void answer_mail(std::string* output);
  void refuse_mail(const SmtpReply& reply, std::string* output);
  void begin_data(std::string* output);
  void refuse_data(const SmtpReply& reply, std::string* output);
  // While data is being read: forgets it and everything of it that follows; the transaction will carry
  // kNoMemory.
  void drop_data();

  // After kTransaction. LMTP: one reply for each recipient, in order; SMTP: one.
  SmtpTransaction take_transaction();
  size_t answers_owed() const { return answers_owed_; }
  void answer(const SmtpReply& reply, std::string* output);

  bool reading_data() const { return state_ == State::kData; }
  bool between_transactions() const { return state_ == State::kStart || state_ == State::kReady; }
  size_t data_size() const { return transaction_.data.size(); }
  // The extensions to offer from the next LHLO or EHLO on.
  void offer(const SmtpExtensions& extensions) { options_.extensions = extensions; }

 private:
  enum class State { kStart, kReady, kAwaitMail, kMail, kAwaitData, kData, kAnswering, kClosed };

  std::optional<std::string_view> take_line(std::string_view* input, std::string* output);
  std::optional<Step> command(std::string_view line, bool more_input, std::string* output);
  void hello(std::string_view verb, std::string_view arguments, std::string* output);
  std::optional<Step> mail(std::string_view arguments, std::string* output);
  void rcpt(std::string_view arguments, std::string* output);
  std::optional<Step> data(std::string_view arguments, bool more_input, std::string* output);
  void xforward(std::string_view arguments, std::string* output);
  Step read_data(std::string_view* input);
  void bound_data();
  void reset();
  void reply(int code, std::string text, std::string* output);
  void fail(int code, std::string text, std::string* output);
  std::optional<Step> close(int code, std::string text, std::string* output);

  SmtpSessionOptions options_;
  State state_ = State::kStart;
  std::string line_;
  bool line_too_long_ = false;
  int errors_ = 0;
  bool extended_ = false;  // EHLO or LHLO: extensions may be used
  std::string helo_;
  SmtpTransaction transaction_;
  SmtpDataDecoder decoder_;
  size_t answers_owed_ = 0;
};

}  // namespace linkgate::net
