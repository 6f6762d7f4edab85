#include "net/byte_stream.h"

#include <array>
#include <boost/asio/as_tuple.hpp>
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

using PlainStream = Over<ByteStream, StreamSocket&>;

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
