// The client against a peer that says exactly what the test writes.
#include "net/smtp_client.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <thread>

#include "net/listener.h"

namespace linkgate::net {
namespace {

using namespace std::chrono_literals;

// Accepts one connection, sends `greeting`, then for every line whose beginning is a key of the script the
// answer; keeps all that it read. A dot alone is answered by "."; an answer of "-" closes.
using Script = std::vector<std::pair<std::string, std::string>>;

class Peer {
 public:
  explicit Peer(Script script) : script_(std::move(script)) {
    listener_ = *open_listener("127.0.0.1:0");
    thread_ = std::thread([this] { serve(); });
  }
  ~Peer() {
    shutdown(listener_, SHUT_RDWR);
    if (thread_.joinable()) thread_.join();
    close(listener_);
  }
  std::string address() const { return local_address(listener_); }
  // Everything, once the client has gone.
  std::string heard() {
    if (thread_.joinable()) thread_.join();
    return heard_;
  }

 private:
  void serve() {
    int fd = -1;
    while ((fd = accept(listener_, nullptr, nullptr)) < 0) {
      if (errno != EAGAIN) return;
      std::this_thread::sleep_for(1ms);
    }
    say(fd, "220 hello\r\n");
    std::string buffer;
    char block[4096];
    bool data = false;
    for (ssize_t count; (count = recv(fd, block, sizeof block, 0)) > 0;) {
      buffer.append(block, static_cast<size_t>(count));
      for (size_t end; (end = buffer.find("\r\n")) != std::string::npos; buffer.erase(0, end + 2)) {
        const std::string line = buffer.substr(0, end);
        heard_ += line + "\n";
        if (data && line != ".") continue;
        data = false;
        const std::string answer = answer_to(line);
        if (answer == "-") {
          close(fd);
          return;
        }
        data = answer.starts_with("354");
        say(fd, answer);
      }
    }
    close(fd);
  }
  std::string answer_to(const std::string& line) {
    for (const auto& [start, answer] : script_) {
      if (line.starts_with(start)) return answer;
    }
    return "250 ok\r\n";
  }
  static void say(int fd, const std::string& text) {
    (void)!::send(fd, text.data(), text.size(), MSG_NOSIGNAL);
  }

  Script script_;
  int listener_ = -1;
  std::string heard_;
  std::thread thread_;
};

struct Outcome {
  std::string error;
  std::vector<SmtpReply> replies;
  std::vector<std::string> finals;
  bool usable = false;
  SmtpExtensions extensions;
};

asio::awaitable<void> deliver(SmtpClientOptions options, SmtpEnvelope envelope, std::string content,
                              Outcome& outcome) {
  auto client = co_await SmtpClient::connect(std::move(options));
  if (!client) {
    outcome.error = "connect: " + client.error().message();
    co_return;
  }
  outcome.extensions = (*client)->extensions();
  auto replies = co_await (*client)->send(envelope, content);
  if (!replies) {
    outcome.error = "send: " + replies.error().message();
    co_return;
  }
  outcome.replies = *replies;
  size_t owed = 0;
  for (const SmtpReply& reply : *replies) owed += reply.code == 0 ? 1 : 0;
  if ((*client)->protocol() == SmtpProtocol::kSmtp && owed > 0) owed = 1;
  for (size_t i = 0; i < owed; ++i) {
    auto final_reply = co_await (*client)->final_reply();
    outcome.finals.push_back(final_reply ? final_reply->wire() : "error");
  }
  outcome.usable = (*client)->usable();
}

Outcome talk(const Peer& peer, SmtpProtocol protocol, std::string content,
             std::vector<std::string> recipients) {
  SmtpClientOptions options;
  options.hop = {protocol, peer.address()};
  options.hostname = "gw.test";
  options.connect_timeout = 2000ms;
  options.reply_timeout = 500ms;
  SmtpEnvelope envelope;
  envelope.sender = "a@b.test";
  for (std::string& recipient : recipients) envelope.recipients.push_back({std::move(recipient), "", ""});
  Outcome outcome;
  asio::io_context io(1);
  asio::co_spawn(io, deliver(std::move(options), std::move(envelope), std::move(content), outcome),
                 asio::detached);
  io.run();
  return outcome;
}

TEST(SmtpClient, RefusedRecipientsAreToldApartFromAcceptedOnes) {
  for (const std::string hello : {"250-next\r\n250-PIPELINING\r\n250 SIZE 100000\r\n", "250 next\r\n"}) {
    Peer peer({{"LHLO", hello},
               {"RCPT TO:<bad", "550-5.1.1 no\r\n550 such user\r\n"},
               {"DATA", "354 go\r\n"},
               {".", "250 kept\r\n"}});
    const Outcome outcome = talk(peer, SmtpProtocol::kLmtp, "x\r\n", {"good@c.test", "bad@c.test"});
    EXPECT_EQ(outcome.error, "");
    ASSERT_EQ(outcome.replies.size(), 2U);
    EXPECT_EQ(outcome.replies[0].code, 0);
    EXPECT_EQ(outcome.replies[1].wire(), "550-5.1.1 no\r\n550 such user\r\n");
    EXPECT_EQ(outcome.finals, std::vector<std::string>{"250 kept\r\n"});
    EXPECT_TRUE(outcome.usable);
  }
}

TEST(SmtpClient, NothingIsSentWhenNobodyIsAccepted) {
  for (const std::string hello : {"250-next\r\n250 PIPELINING\r\n", "250 next\r\n"}) {
    Peer peer({{"EHLO", hello}, {"RCPT", "451 later\r\n"}, {"DATA", "503 nobody\r\n"}});
    const Outcome outcome = talk(peer, SmtpProtocol::kSmtp, "secret\r\n", {"a@c.test", "b@c.test"});
    ASSERT_EQ(outcome.replies.size(), 2U);
    EXPECT_EQ(outcome.replies[0].code, 451);
    EXPECT_EQ(outcome.replies[1].code, 451);
    EXPECT_TRUE(outcome.usable) << "after RSET";
    EXPECT_EQ(peer.heard().find("secret"), std::string::npos);
  }
}

TEST(SmtpClient, ADataThatIsAnsweredThoughNobodyWasAcceptedGetsAnEmptyEnd) {
  Peer peer({{"EHLO", "250-next\r\n250 PIPELINING\r\n"},
             {"RCPT", "550 no\r\n"},
             {"DATA", "354 go\r\n"},
             {".", "554 no recipients\r\n"}});
  const Outcome outcome = talk(peer, SmtpProtocol::kSmtp, "secret\r\n", {"a@c.test"});
  EXPECT_EQ(outcome.replies[0].code, 550);
  EXPECT_TRUE(outcome.usable);
  EXPECT_EQ(peer.heard().find("secret"), std::string::npos);
}

TEST(SmtpClient, ARefusedSenderIsEveryRecipientsAnswer) {
  for (const std::string hello : {"250-next\r\n250 PIPELINING\r\n", "250 next\r\n"}) {
    Peer peer({{"LHLO", hello}, {"MAIL", "452 full\r\n"}, {"RCPT", "503 no\r\n"}, {"DATA", "503 no\r\n"}});
    const Outcome outcome = talk(peer, SmtpProtocol::kLmtp, "x\r\n", {"a@c.test", "b@c.test"});
    ASSERT_EQ(outcome.replies.size(), 2U) << outcome.error;
    EXPECT_EQ(outcome.replies[1].wire(), "452 full\r\n");
  }
}

TEST(SmtpClient, DotsAreStuffedAndTheSizeIsSaid) {
  Peer peer({{"LHLO", "250-next\r\n250-8BITMIME\r\n250 SIZE\r\n"}, {"DATA", "354 go\r\n"}});
  const Outcome outcome = talk(peer, SmtpProtocol::kLmtp, ".a\r\n..\r\nb", {"a@c.test"});
  EXPECT_EQ(outcome.finals.size(), 1U);
  EXPECT_EQ(peer.heard(),
            "LHLO gw.test\nMAIL FROM:<a@b.test> SIZE=9\nRCPT TO:<a@c.test>\nDATA\n..a\n...\nb\n.\n");
}

TEST(SmtpClient, WhatIsNoSmtpOrTakesTooLongIsAnError) {
  EXPECT_NE(talk(Peer(Script{{"LHLO", "hello there\r\n"}}), SmtpProtocol::kLmtp, "x", {"a@c"}).error, "");
  EXPECT_NE(talk(Peer(Script{{"LHLO", "250-next\r\n999 x\r\n"}}), SmtpProtocol::kLmtp, "x", {"a@c"}).error,
            "");
  EXPECT_NE(talk(Peer(Script{{"LHLO", "421 later\r\n"}}), SmtpProtocol::kLmtp, "x", {"a@c"}).error, "");
  EXPECT_NE(talk(Peer(Script{{"LHLO", std::string(9000, '2')}}), SmtpProtocol::kLmtp, "x", {"a@c"}).error,
            "");
  EXPECT_NE(talk(Peer(Script{{"MAIL", ""}}), SmtpProtocol::kLmtp, "x", {"a@c"}).error, "") << "silence";
  EXPECT_NE(talk(Peer(Script{{"RCPT", "-"}}), SmtpProtocol::kLmtp, "x", {"a@c"}).error, "") << "closed";
  const Outcome cut =
      talk(Peer(Script{{"DATA", "354 go\r\n"}, {".", "-"}}), SmtpProtocol::kLmtp, "x", {"a@c"});
  EXPECT_EQ(cut.finals, std::vector<std::string>{"error"});
  EXPECT_FALSE(cut.usable);
}

TEST(SmtpClient, AnOldSmtpServerIsGreetedWithHelo) {
  Peer peer({{"EHLO", "502 what\r\n"}, {"DATA", "354 go\r\n"}});
  const Outcome outcome = talk(peer, SmtpProtocol::kSmtp, "x\r\n", {"a@c.test"});
  EXPECT_EQ(outcome.error, "");
  EXPECT_EQ(outcome.extensions, SmtpExtensions());
}

TEST(SmtpNextHop, ReadsItsSpelling) {
  EXPECT_EQ(SmtpNextHop::parse("lmtp:127.0.0.1:24")->endpoint, "127.0.0.1:24");
  EXPECT_EQ(SmtpNextHop::parse("smtp:[::1]:25")->protocol, SmtpProtocol::kSmtp);
  EXPECT_EQ(SmtpNextHop::parse("lmtp:unix:/run/x")->endpoint, "unix:/run/x");
  for (std::string_view bad : {"", "http:a:1", "lmtp", "lmtp:host"})
    EXPECT_FALSE(SmtpNextHop::parse(bad)) << bad;
}

}  // namespace
}  // namespace linkgate::net
