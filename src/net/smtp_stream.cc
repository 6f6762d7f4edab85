#include "net/smtp_stream.h"

#include <poll.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <memory>

namespace linkgate::net {
namespace {

constexpr size_t kReadChunk = 16 * 1024;

Error stream_error(const boost::system::error_code& error, bool timed_out, std::string_view doing) {
  if (timed_out) return Error(ErrorCode::kTimeout, std::string(doing) + ": no answer in time");
  return Error(ErrorCode::kUnavailable, std::string(doing) + ": " + error.message());
}

}  // namespace

// Shuts the socket when its time is over, unless the scope ends before.
struct SmtpStream::Deadline {
  Deadline(SmtpStream& stream, std::chrono::milliseconds timeout) : stream_(stream) {
    stream.timed_out_ = false;
    stream.timer_.expires_after(timeout);
    stream.timer_.async_wait(
        [&stream, generation = ++stream.generation_,
         alive = std::weak_ptr<int>(stream.alive_)](const boost::system::error_code& error) {
          if (error || alive.expired() || stream.generation_ != generation) return;
          stream.timed_out_ = true;
          boost::system::error_code ignored;
          stream.socket_.cancel(ignored);
          stream.socket_.shutdown(Socket::shutdown_both, ignored);
        });
  }
  ~Deadline() {
    ++stream_.generation_;
    stream_.timer_.cancel();
  }
  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;
  SmtpStream& stream_;
};

struct SmtpStream::Tls {
  explicit Tls(Socket& socket) : stream(socket, context) {}
  asio::ssl::context context{asio::ssl::context::tls_client};
  asio::ssl::stream<Socket&> stream;
};

SmtpStream::SmtpStream(Socket socket)
    : socket_(std::move(socket)), timer_(socket_.get_executor()), alive_(std::make_shared<int>(0)) {}

SmtpStream::~SmtpStream() = default;

asio::awaitable<Result<size_t>> SmtpStream::read_some(char* buffer, size_t size,
                                                      std::chrono::milliseconds timeout) {
  if (!buffered_.empty()) {
    const size_t count = buffered_.copy(buffer, size);
    buffered_.erase(0, count);
    co_return count;
  }
  boost::system::error_code error;
  size_t count = 0;
  {
    Deadline deadline(*this, timeout);
    const auto target = asio::buffer(buffer, size);
    if (tls_ != nullptr) {
      count = co_await tls_->stream.async_read_some(target, asio::redirect_error(asio::use_awaitable, error));
    } else {
      count = co_await socket_.async_read_some(target, asio::redirect_error(asio::use_awaitable, error));
    }
  }
  if (error) co_return stream_error(error, timed_out_, "read");
  co_return count;
}

asio::awaitable<Result<void>> SmtpStream::write(std::string_view bytes, std::chrono::milliseconds timeout) {
  boost::system::error_code error;
  {
    Deadline deadline(*this, timeout);
    const auto source = asio::buffer(bytes.data(), bytes.size());
    if (tls_ != nullptr) {
      co_await asio::async_write(tls_->stream, source, asio::redirect_error(asio::use_awaitable, error));
    } else {
      co_await asio::async_write(socket_, source, asio::redirect_error(asio::use_awaitable, error));
    }
  }
  if (error) co_return stream_error(error, timed_out_, "write");
  co_return Result<void>();
}

asio::awaitable<Result<std::string>> SmtpStream::read_line(size_t limit, std::chrono::milliseconds timeout) {
  const auto end = std::chrono::steady_clock::now() + timeout;
  size_t searched = 0;
  while (true) {
    const size_t lf = buffered_.find('\n', searched);
    if (lf != std::string::npos) {
      std::string line = buffered_.substr(0, lf > 0 && buffered_[lf - 1] == '\r' ? lf - 1 : lf);
      buffered_.erase(0, lf + 1);
      co_return line;
    }
    if (buffered_.size() > limit) co_return Error(ErrorCode::kLimit, "read: a line is too long");
    searched = buffered_.size();
    std::string kept = std::exchange(buffered_, std::string());
    char chunk[kReadChunk / 4];
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
    auto count = co_await read_some(chunk, sizeof chunk, std::max(left, std::chrono::milliseconds(1)));
    buffered_ = std::move(kept);
    if (!count) co_return std::move(count).error();
    buffered_.append(chunk, *count);
  }
}

asio::awaitable<Result<void>> SmtpStream::start_tls(std::string host, std::string trust_file,
                                                    std::chrono::milliseconds timeout) {
  if (!buffered_.empty())
    co_return Error(ErrorCode::kPermission, "TLS: the peer spoke before it was asked to");
  auto tls = std::make_unique<Tls>(socket_);
  boost::system::error_code error;
  if (trust_file.empty()) {
    tls->context.set_default_verify_paths(error);
  } else {
    tls->context.load_verify_file(trust_file, error);
  }
  if (error) co_return Error(ErrorCode::kInvalidArgument, "TLS: trusted certificates: " + error.message());
  SSL_CTX_set_min_proto_version(tls->context.native_handle(), TLS1_2_VERSION);
  tls->stream.set_verify_mode(asio::ssl::verify_peer, error);
  tls->stream.set_verify_callback(asio::ssl::host_name_verification(host), error);
  SSL_set_tlsext_host_name(tls->stream.native_handle(), host.c_str());
  {
    Deadline deadline(*this, timeout);
    co_await tls->stream.async_handshake(asio::ssl::stream_base::client,
                                         asio::redirect_error(asio::use_awaitable, error));
  }
  if (error && SSL_get_verify_result(tls->stream.native_handle()) != X509_V_OK)
    co_return Error(ErrorCode::kPermission,
                    "TLS: the certificate of " + host + " is not trusted: " + error.message());
  if (error) co_return stream_error(error, timed_out_, "TLS");
  tls_ = std::move(tls);
  co_return Result<void>();
}

bool SmtpStream::has_input() {
  if (!buffered_.empty()) return true;
  pollfd waiting{socket_.native_handle(), POLLIN | POLLRDHUP, 0};
  return !socket_.is_open() || poll(&waiting, 1, 0) != 0;
}

void SmtpStream::close() {
  boost::system::error_code ignored;
  socket_.close(ignored);
}

namespace {

asio::awaitable<Result<void>> connect_unix(SmtpStream::Socket& socket, std::string path) {
  if (path.size() >= 108) co_return Error(ErrorCode::kInvalidArgument, "socket path too long: " + path);
  const asio::generic::stream_protocol::endpoint target(asio::local::stream_protocol::endpoint{path});
  boost::system::error_code error;
  co_await socket.async_connect(target, asio::redirect_error(asio::use_awaitable, error));
  if (error) co_return Error(ErrorCode::kUnavailable, "connect to " + path + ": " + error.message());
  co_return Result<void>();
}

asio::awaitable<Result<void>> connect_tcp(SmtpStream::Socket& socket, std::string endpoint) {
  const size_t colon = endpoint.rfind(':');
  if (colon == std::string::npos)
    co_return Error(ErrorCode::kInvalidArgument, "no port in address " + endpoint);
  std::string host = endpoint.substr(0, colon);
  const std::string port = endpoint.substr(colon + 1);
  if (host.size() > 2 && host.front() == '[') host = host.substr(1, host.size() - 2);
  boost::system::error_code error;
  asio::ip::tcp::resolver resolver(socket.get_executor());
  const auto found =
      co_await resolver.async_resolve(host, port, asio::redirect_error(asio::use_awaitable, error));
  for (const auto& entry : found) {
    const asio::generic::stream_protocol::endpoint target(entry.endpoint());
    boost::system::error_code ignored;
    socket.close(ignored);
    co_await socket.async_connect(target, asio::redirect_error(asio::use_awaitable, error));
    if (!error || error == asio::error::operation_aborted) break;
  }
  if (!error && found.empty()) error = asio::error::host_not_found;
  if (error) co_return Error(ErrorCode::kUnavailable, "connect to " + endpoint + ": " + error.message());
  const asio::ip::tcp::no_delay no_delay(true);
  socket.set_option(no_delay, error);
  co_return Result<void>();
}

}  // namespace

asio::awaitable<Result<std::unique_ptr<SmtpStream>>> connect_stream(std::string endpoint,
                                                                    std::chrono::milliseconds timeout) {
  const auto executor = co_await asio::this_coro::executor;
  auto socket = std::make_shared<SmtpStream::Socket>(executor);
  auto late = std::make_shared<bool>(false);
  asio::steady_timer timer(executor, timeout);
  timer.async_wait([socket, late](const boost::system::error_code& error) {
    if (error) return;
    *late = true;
    boost::system::error_code ignored;
    socket->close(ignored);
  });
  Result<void> connected;
  if (endpoint.rfind("unix:", 0) == 0) {
    std::string path = endpoint.substr(5);
    connected = co_await connect_unix(*socket, std::move(path));
  } else {
    connected = co_await connect_tcp(*socket, endpoint);
  }
  timer.cancel();
  if (*late) co_return Error(ErrorCode::kTimeout, "connect to " + endpoint + ": no answer in time");
  if (!connected) co_return std::move(connected).error();
  auto stream = std::make_unique<SmtpStream>(std::move(*socket));
  co_return stream;
}

}  // namespace linkgate::net
