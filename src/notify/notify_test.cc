// What is sent, octet by octet, and what a log server gets of it.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <thread>

#include "notify/mail_relay.h"
#include "notify/post.h"
#include "notify/syslog.h"

namespace linkgate::notify {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(Post, IsSignedOverItsTimeAndBody) {
  const Time at{std::chrono::seconds(1'700'000'000)};
  // printf '1700000000.{}' | openssl dgst -sha256 -hmac key
  EXPECT_EQ(post_signature("key", "{}", at),
            "t=1700000000,v1=9d713ed406bb7076d4123f0dc2c39d2df5c654ed4b0cd56b52c8b4c940bd63ae");
}

TEST(Cef, EscapesWhatWouldEndAFieldAndNothingElse) {
  const CefEvent event{
      "a|b\\c",
      "pipe | equals = back\\slash\nline",
      8,
      {{"request", "https://e.example/?a=b|c\\d"}, {"msg", "one\ntwo\rthree\x01"}, {"none", ""}}};
  EXPECT_EQ(cef_text(event, "1.0"),
            "CEF:0|Linkgate|Linkgate|1.0|a\\|b\\\\c|pipe \\| equals = back\\\\slash line|8|"
            "request=https://e.example/?a\\=b|c\\\\d msg=one\\ntwo\\rthree ");
}

TEST(Syslog, HeaderIsThatOfRfc5424) {
  const Time at = from_iso8601("2026-11-22T12:00:00.1234567Z").value();
  EXPECT_EQ(syslog_message(SyslogSeverity::kError, at, "mail host", "alert", "text"),
            "<131>1 2026-11-22T12:00:00.123456Z mail_host linkgate - alert - text");
  EXPECT_THAT(syslog_message(SyslogSeverity::kInformational, at, "", "", ""), HasSubstr("<134>1 "));
}

// A socket of the test on a free port of loopback.
class Sink {
 public:
  explicit Sink(int type) : fd_(::socket(AF_INET, type, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::bind(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    socklen_t size = sizeof address;
    ::getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    if (type == SOCK_STREAM) {
      EXPECT_EQ(::listen(fd_, 4), 0);
    }
  }
  ~Sink() { ::close(fd_); }
  Sink(const Sink&) = delete;
  Sink& operator=(const Sink&) = delete;
  std::string at(const std::string& kind) const { return kind + ":127.0.0.1:" + std::to_string(port_); }
  std::string datagram() const {
    std::string out(1 << 16, 0);
    out.resize(static_cast<size_t>(std::max<ssize_t>(0, ::recv(fd_, out.data(), out.size(), 0))));
    return out;
  }
  int accept() const { return ::accept(fd_, nullptr, nullptr); }
  std::string connection() const {
    const int peer = accept();
    std::string out;
    std::array<char, 4096> some;
    for (ssize_t got = 0; (got = ::recv(peer, some.data(), some.size(), 0)) > 0;)
      out.append(some.data(), static_cast<size_t>(got));
    ::close(peer);
    return out;
  }

 private:
  const int fd_;
  int port_ = 0;
};

TEST(Syslog, OverUdpItIsOneDatagramThatIsCutBetweenCharacters) {
  const Sink sink(SOCK_DGRAM);
  ASSERT_TRUE(send_syslog(sink.at("udp"), "<14>1 hello").has_value());
  EXPECT_EQ(sink.datagram(), "<14>1 hello");
  std::string longer = "x";
  while (longer.size() <= kMaxDatagram) longer += "\xc3\xa9";
  ASSERT_TRUE(send_syslog(sink.at("udp"), longer).has_value());
  EXPECT_EQ(sink.datagram().size(), kMaxDatagram - 1);
}

TEST(Syslog, OverTcpItsOctetsAreCounted) {
  const Sink sink(SOCK_STREAM);
  std::string got;
  std::thread server([&] { got = sink.connection(); });
  EXPECT_TRUE(send_syslog(sink.at("tcp"), "<14>1 two\nlines").has_value());
  server.join();
  EXPECT_EQ(got, "15 <14>1 two\nlines");
}

TEST(Syslog, WhereNobodyListensItFails) {
  std::string address;
  {
    const Sink sink(SOCK_STREAM);
    address = sink.at("tcp");
  }
  EXPECT_FALSE(send_syslog(address, "x").has_value());
  EXPECT_EQ(send_syslog("tls:127.0.0.1:1", "x").error().code(), ErrorCode::kInvalidArgument);
}

// Answers `lines`, one to each line of the client; what the client said.
std::string talk(const Sink& sink, const std::vector<std::string>& lines) {
  const int peer = sink.accept();
  std::string said;
  for (const std::string& line : lines) {
    ::send(peer, line.data(), line.size(), MSG_NOSIGNAL);
    char c = 0;
    while (::recv(peer, &c, 1, 0) == 1 && (said += c, c != '\n')) {
    }
  }
  ::close(peer);
  return said;
}

TEST(MailRelay, OneWithoutStartTlsGetsNeitherMailNorPassword) {
  const Sink sink(SOCK_STREAM);
  std::string said;
  std::thread server([&] {
    said = talk(sink,
                {"220 relay\r\n", "250-relay\r\n250 AUTH PLAIN LOGIN\r\n", "454 no TLS\r\n", "221 bye\r\n"});
  });
  const MailRelay relay{sink.at("").substr(1), RelaySecurity::kStartTls, "", "ada", "secret words"};
  const auto sent = send_mail(relay, "a@corp.test", "b@corp.test", "Subject: x\r\n\r\nx\r\n");
  server.join();
  ASSERT_FALSE(sent.has_value());
  EXPECT_THAT(said, HasSubstr("EHLO"));
  for (const char* word : {"AUTH", "MAIL", "secret"})
    EXPECT_THAT(said + sent.error().message(), Not(HasSubstr(word)));
}

TEST(MailRelay, ARefusalIsToldInTheRelaysWords) {
  const Sink sink(SOCK_STREAM);
  std::string said;
  std::thread server([&] {
    said =
        talk(sink, {"220 relay\r\n", "250 relay\r\n", "250 ok\r\n", "550 no such user\r\n", "221 bye\r\n"});
  });
  const MailRelay relay{sink.at("").substr(1), RelaySecurity::kNone, "", "", ""};
  const auto sent = send_mail(relay, "a@corp.test", "b@corp.test", "Subject: x\r\n\r\nx\r\n");
  server.join();
  ASSERT_FALSE(sent.has_value());
  EXPECT_THAT(said, HasSubstr("RCPT TO:<b@corp.test>"));
  EXPECT_THAT(sent.error().message(), HasSubstr("550"));
}

}  // namespace
}  // namespace linkgate::notify
