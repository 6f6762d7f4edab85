#pragma once
// A connected byte stream (TCP or unix socket, TLS from some point on) on which every operation has a
// deadline. Use from one io_context thread. Named after its first protocol; IMAP runs over it as well.

#include <boost/asio/awaitable.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace linkgate::net {

namespace asio = boost::asio;

class SmtpStream {
 public:
  using Socket = asio::generic::stream_protocol::socket;
  explicit SmtpStream(Socket socket);
  ~SmtpStream();
  SmtpStream(const SmtpStream&) = delete;
  SmtpStream& operator=(const SmtpStream&) = delete;

  // Bytes read, at least one. Errors: kTimeout; kUnavailable where the peer closed or the connection broke.
  asio::awaitable<Result<size_t>> read_some(char* buffer, size_t size, std::chrono::milliseconds timeout);
  asio::awaitable<Result<void>> write(std::string_view bytes, std::chrono::milliseconds timeout);
  // A line without its CRLF or LF; what came behind it is kept for the next call. Error kLimit: longer than
  // `limit`.
  asio::awaitable<Result<std::string>> read_line(size_t limit, std::chrono::milliseconds timeout);
  // TLS from here on, as a client, with a certificate for `host` (a name or an address). `trust_file`: PEM of
  // certificate authorities; empty: the system's. Errors: as above; kPermission where the certificate is not
  // trusted or octets came in before, which somebody in between could have put there.
  asio::awaitable<Result<void>> start_tls(std::string host, std::string trust_file,
                                          std::chrono::milliseconds timeout);
  // Has the peer sent something that was not read, or closed? For idle connections.
  bool has_input();
  void close();

 private:
  struct Deadline;
  struct Tls;
  Socket socket_;
  std::unique_ptr<Tls> tls_;  // absent: plain
  asio::steady_timer timer_;
  bool timed_out_ = false;
  uint64_t generation_ = 0;     // tells a late timer that its operation is over
  std::shared_ptr<int> alive_;  // and that the stream is gone
  std::string buffered_;
};

// Connects to "HOST:PORT", "[v6]:PORT" or "unix:/path". Errors: kInvalidArgument for the address,
// kUnavailable, kTimeout.
asio::awaitable<Result<std::unique_ptr<SmtpStream>>> connect_stream(std::string endpoint,
                                                                    std::chrono::milliseconds timeout);

}  // namespace linkgate::net
