#include "net/byte_stream.h"

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

namespace linkgate::net {
namespace {

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);

// Reading and writing are the same over any stream of Asio's.
template <typename Interface, typename Stream>
class Over : public Interface {
 public:
  using Moved = ByteStream::Moved;
  template <typename... Arguments>
  explicit Over(Arguments&&... arguments) : stream_(std::forward<Arguments>(arguments)...) {}
  asio::awaitable<Moved> read_some(asio::mutable_buffer into) override {
    auto [error, size] = co_await stream_.async_read_some(into, kAwait);
    co_return Moved{error, size};
  }
  asio::awaitable<Moved> write(asio::const_buffer first, asio::const_buffer second) override {
    const std::array<asio::const_buffer, 2> bytes = {first, second};
    auto [error, size] = co_await asio::async_write(stream_, bytes, kAwait);
    co_return Moved{error, size};
  }

 protected:
  Stream stream_;
};

// An answer nearly always fits into the socket's buffer: what it takes at once needs no operation of Asio's.
class PlainStream final : public Over<ByteStream, StreamSocket&> {
 public:
  using Over::Over;
  asio::awaitable<Moved> write(asio::const_buffer first, asio::const_buffer second) override {
    boost::system::error_code error;
    const std::array<asio::const_buffer, 2> bytes = {first, second};
    if (!stream_.non_blocking()) stream_.non_blocking(true, error);
    const size_t taken = error ? 0 : stream_.write_some(bytes, error);
    const size_t all = first.size() + second.size();
    if (error && error != asio::error::would_block) co_return Moved{error, taken};
    if (taken == all) co_return Moved{{}, all};
    const asio::const_buffer rest = first + taken;  // empty where all of it was taken
    const asio::const_buffer behind = second + (taken - (first.size() - rest.size()));
    Moved moved = co_await Over::write(rest, behind);
    moved.size += taken;
    co_return moved;
  }
};

class SslServerStream final : public Over<TlsServerStream, asio::ssl::stream<StreamSocket&>> {
 public:
  SslServerStream(StreamSocket& socket, std::shared_ptr<asio::ssl::context> context)
      : Over(socket, *context), context_(std::move(context)) {}
  asio::awaitable<boost::system::error_code> handshake() override {
    auto [error] = co_await stream_.async_handshake(asio::ssl::stream_base::server, kAwait);
    co_return error;
  }
  asio::awaitable<void> shutdown() override { co_await stream_.async_shutdown(kAwait); }

 private:
  std::shared_ptr<asio::ssl::context> context_;  // the stream's own reference keeps OpenSSL's part of it
};

}  // namespace

std::unique_ptr<ByteStream> plain_stream(StreamSocket& socket) {
  return std::make_unique<PlainStream>(socket);
}

std::unique_ptr<TlsServerStream> tls_server_stream(StreamSocket& socket,
                                                   std::shared_ptr<asio::ssl::context> context) {
  return std::make_unique<SslServerStream>(socket, std::move(context));
}

}  // namespace linkgate::net
