#include "notify/syslog.h"

#include <fmt/format.h>
#include <netdb.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>

namespace linkgate::notify {
namespace {

constexpr int kLocal0 = 16;
constexpr timeval kPatience{5, 0};                        // to connect, and for each write
constexpr timeval kFarewell{1, 0};                        // for a server to close, too
constexpr size_t kMaxHostName = 255, kMaxMessageId = 32;  // RFC 5424, section 6

std::string escaped(std::string_view text, std::string_view special) {
  std::string out;
  for (const char c : text) {
    if (c == '\n' || c == '\r') {
      out += special.find('=') != special.npos ? (c == '\n' ? "\\n" : "\\r") : " ";
      continue;
    }
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      out += ' ';
      continue;
    }
    if (special.find(c) != special.npos) out += '\\';
    out += c;
  }
  return out;
}

// PRINTUSASCII, or "-".
std::string word(std::string_view text, size_t most) {
  std::string out;
  for (const char c : text.substr(0, most)) out += c > ' ' && c < '\x7f' ? c : '_';
  return out.empty() ? "-" : out;
}

// Not within a character of UTF-8.
std::string_view cut(std::string_view text, size_t most) {
  if (text.size() <= most) return text;
  while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xc0) == 0x80) --most;
  return text.substr(0, most);
}

class Socket {
 public:
  explicit Socket(int fd) : fd_(fd) {}
  ~Socket() {
    if (fd_ >= 0) ::close(fd_);
  }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  int fd() const { return fd_; }

 private:
  const int fd_;
};

Error failed(std::string_view what, int error) {
  const bool late = error == EAGAIN || error == EWOULDBLOCK || error == EINPROGRESS || error == ETIMEDOUT;
  return {late ? ErrorCode::kTimeout : ErrorCode::kUnavailable,
          fmt::format("{}: {}", what, late ? "no answer in time" : std::strerror(error))};
}

Result<void> write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t done = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) return failed("send", errno);
    bytes.remove_prefix(static_cast<size_t>(done));
  }
  return {};
}

// A server that is gone answers a closed connection with a reset, which is the one thing that tells us.
Result<void> see_off(int fd) {
  ::shutdown(fd, SHUT_WR);
  std::array<char, 64> unread;
  const ssize_t got = ::recv(fd, unread.data(), unread.size(), 0);
  if (got < 0 && (errno == ECONNRESET || errno == EPIPE)) return failed("close", errno);
  return {};  // closed as well, or keeps the connection open: both took it
}

Result<void> try_address(const addrinfo& to, bool is_tcp, std::string_view bytes) {
  const Socket socket(::socket(to.ai_family, to.ai_socktype | SOCK_CLOEXEC, to.ai_protocol));
  if (socket.fd() < 0) return failed("socket", errno);
  ::setsockopt(socket.fd(), SOL_SOCKET, SO_SNDTIMEO, &kPatience, sizeof kPatience);  // of connect(), too
  ::setsockopt(socket.fd(), SOL_SOCKET, SO_RCVTIMEO, &kFarewell, sizeof kFarewell);
  if (::connect(socket.fd(), to.ai_addr, to.ai_addrlen) != 0) return failed("connect", errno);
  TRY(write_all(socket.fd(), bytes));
  return is_tcp ? see_off(socket.fd()) : Result<void>();
}

}  // namespace

std::string cef_text(const CefEvent& event, std::string_view version) {
  std::string out = fmt::format("CEF:0|Linkgate|Linkgate|{}|{}|{}|{}|", escaped(version, "\\|"),
                                escaped(event.signature, "\\|"), escaped(event.name, "\\|"), event.severity);
  const char* gap = "";
  for (const auto& [key, value] : event.extension) {
    if (value.empty()) continue;
    out += fmt::format("{}{}={}", gap, key, escaped(value, "\\="));
    gap = " ";
  }
  return out;
}

std::string syslog_message(SyslogSeverity severity, Time time, std::string_view host, std::string_view id,
                           std::string_view text) {
  std::string stamp = to_iso8601(time);
  if (stamp.size() == 28) stamp.erase(26, 1);  // RFC 5424: at most six digits of a second
  return fmt::format("<{}>1 {} {} linkgate - {} - {}", kLocal0 * 8 + static_cast<int>(severity), stamp,
                     word(host, kMaxHostName), word(id, kMaxMessageId), text);
}

Result<void> send_syslog(std::string_view address, std::string_view message) {
  const bool is_tcp = address.starts_with("tcp:");
  const size_t colon = address.rfind(':');
  if ((!is_tcp && !address.starts_with("udp:")) || colon < 4)
    return Error(ErrorCode::kInvalidArgument, fmt::format("{} is no address of syslog", address));
  std::string host(address.substr(4, colon - 4));
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  const std::string port(address.substr(colon + 1));
  addrinfo hints{};
  hints.ai_socktype = is_tcp ? SOCK_STREAM : SOCK_DGRAM;
  addrinfo* found = nullptr;
  if (const int code = ::getaddrinfo(host.c_str(), port.c_str(), &hints, &found); code != 0)
    return Error(ErrorCode::kUnavailable, fmt::format("{}: {}", host, ::gai_strerror(code)));
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> list(found, &::freeaddrinfo);
  const std::string bytes =
      is_tcp ? fmt::format("{} {}", message.size(), message) : std::string(cut(message, kMaxDatagram));
  Result<void> sent = Error(ErrorCode::kUnavailable, host + " has no address");
  for (const addrinfo* to = list.get(); to != nullptr; to = to->ai_next) {
    sent = try_address(*to, is_tcp, bytes);
    if (sent) break;
  }
  return sent;
}

}  // namespace linkgate::notify
