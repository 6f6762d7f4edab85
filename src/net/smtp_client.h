#pragma once
// One connection to a next hop by SMTP or LMTP, reused for many transactions. Use from one io_context thread.

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "net/smtp_envelope.h"
#include "net/smtp_stream.h"

namespace linkgate::net {

struct SmtpNextHop {
  SmtpProtocol protocol = SmtpProtocol::kLmtp;
  std::string endpoint;  // "HOST:PORT", "[v6]:PORT", "unix:/path"
  // "lmtp:HOST:PORT", "smtp:HOST:PORT", "lmtp:unix:/path". Error kInvalidArgument.
  static Result<SmtpNextHop> parse(std::string_view text);
};

struct SmtpClientOptions {
  SmtpNextHop hop;
  std::string hostname;  // in LHLO and EHLO
  std::chrono::milliseconds connect_timeout{10'000};
  std::chrono::milliseconds reply_timeout{120'000};  // for each reply, and each block written
};

class SmtpClient {
 public:
  // Connects and says hello. Errors: kUnavailable, kTimeout; kInvalidArgument where the peer speaks no SMTP.
  static asio::awaitable<Result<std::unique_ptr<SmtpClient>>> connect(SmtpClientOptions options);

  const SmtpExtensions& extensions() const { return extensions_; }
  SmtpProtocol protocol() const { return options_.hop.protocol; }

  // Hands over the envelope and, where a recipient was accepted, the content. One reply for each recipient:
  // the refusal, or code 0 where final_reply() will tell. An error means that the connection broke: the
  // message may be tried again, on another connection at once where content_sent() is false. REQUIRES:
  // usable(); is_unambiguous(content); both outlive the call.
  asio::awaitable<Result<std::vector<SmtpReply>>> send(const SmtpEnvelope& envelope,
                                                       std::string_view content);
  // LMTP: once for each recipient with code 0, in order. SMTP: once, for all of them.
  asio::awaitable<Result<SmtpReply>> final_reply();

  bool content_sent() const { return content_sent_; }
  // May take another transaction. False after an error, a 421, or when the peer has closed or spoken out of
  // turn.
  bool usable();
  asio::awaitable<void> quit();

 private:
  SmtpClient(SmtpClientOptions options, std::unique_ptr<SmtpStream> stream);
  asio::awaitable<Result<void>> hello();
  asio::awaitable<Result<SmtpReply>> read_reply();
  asio::awaitable<Result<SmtpReply>> command(std::string line);
  asio::awaitable<Result<std::vector<SmtpReply>>> send_envelope(const SmtpEnvelope& envelope, uint64_t size,
                                                                SmtpReply* data);
  asio::awaitable<Result<void>> send_content(std::string_view content);

  SmtpClientOptions options_;
  std::unique_ptr<SmtpStream> stream_;
  SmtpExtensions extensions_;
  bool broken_ = false;
  bool content_sent_ = false;
  size_t replies_owed_ = 0;
};

}  // namespace linkgate::net
