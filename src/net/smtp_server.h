#pragma once
// An LMTP or SMTP server on one listening socket: sessions (smtp_session.h) on sockets, with deadlines,
// bounds and a way to stop that loses no mail. One io_context thread.

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "net/smtp_session.h"

namespace boost::asio {
class io_context;
}

namespace linkgate::net {

namespace asio = boost::asio;

// The answers of one transaction, given in any order and sent in the order of the recipients, each as soon as
// those before it are known. Where the protocol has one answer for all (SMTP), combined_reply() of them is
// sent once all are given.
class SmtpAnswers {
 public:
  virtual ~SmtpAnswers() = default;
  // False once the client is gone: nothing more needs to be begun. Each index once.
  virtual asio::awaitable<bool> give(size_t recipient, SmtpReply reply) = 0;
};

// Memory for one message under way; given back when this dies, at the end of its transaction.
class SmtpRoom {
 public:
  virtual ~SmtpRoom() = default;
  // So many octets of message more. Waits; false where there was no room in time.
  virtual asio::awaitable<bool> grow(size_t bytes) = 0;
  virtual size_t size() const = 0;
};

// What a server does with mail. Called on the io_context's thread.
class SmtpHandler {
 public:
  virtual ~SmtpHandler() = default;
  // What is offered to a client that says hello now. May wait for a first look at the next hop.
  virtual asio::awaitable<SmtpExtensions> extensions() = 0;
  // A reason not to begin a transaction now; nullopt: go on.
  virtual std::optional<SmtpReply> refuse_mail() = 0;
  // Room for the message that begins.
  virtual std::unique_ptr<SmtpRoom> room() = 0;
  // Gives every recipient its answer. The transaction lives until this returns; a recipient without an answer
  // then gets 451.
  virtual asio::awaitable<void> deliver(SmtpTransaction& transaction, SmtpAnswers& answers) = 0;
};

struct SmtpServerOptions {
  SmtpProtocol protocol = SmtpProtocol::kLmtp;
  int inherited_fd = -1;  // a listening socket handed down; -1: bind `listen`
  std::string listen;
  std::string hostname;
  std::vector<std::string> xforward_peers;  // addresses and CIDR; peers on a unix socket always count
  uint64_t max_message = 50ULL << 20;
  size_t max_sessions = 500;                           // beyond it connections wait in the kernel's queue
  std::chrono::milliseconds command_timeout{300'000};  // RFC 5321 section 4.5.3.2.7
  std::chrono::milliseconds data_timeout{180'000};     // between two reads of content
  std::chrono::milliseconds write_timeout{60'000};
  // After stop() a silent session is kept this long, so that an MTA's cached connection (Postfix: 2 s) can
  // still be used or closed from its side; a 421 in the middle of its next transaction would defer that mail.
  std::chrono::milliseconds idle_grace{2'500};
};

class SmtpServer {
 public:
  // `handler` must outlive the server. Errors of open_listener(), kInvalidArgument for a peer.
  static Result<std::unique_ptr<SmtpServer>> start(asio::io_context& io, SmtpServerOptions options,
                                                   SmtpHandler& handler);
  virtual ~SmtpServer() = default;
  virtual std::string address() const = 0;
  virtual size_t sessions() const = 0;
  // Stops accepting and returns once every session has ended by itself: a transaction under way gets its
  // answers, then 421. What is left after `grace` is closed.
  virtual asio::awaitable<void> stop(std::chrono::milliseconds grace) = 0;
};

}  // namespace linkgate::net
