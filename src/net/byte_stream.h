#pragma once
// The octets of one connection, plain or within TLS, behind one type: what speaks a protocol over them is
// compiled once, and TLS in one file. Everything happens on the thread of the socket's io_context.

#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <memory>

#include "net/http.h"

namespace boost::asio::ssl {
class context;
}

namespace linkgate::net {

using StreamProtocol =
    asio::generic::stream_protocol;  // TCP and unix sockets are one type to everything here
using StreamSocket = StreamProtocol::socket;

class ByteStream {
 public:
  struct Moved {
    boost::system::error_code error;
    size_t size = 0;
  };
  virtual ~ByteStream() = default;
  // At least one octet, unless there is an error; asio::error::eof at the end.
  virtual asio::awaitable<Moved> read_some(asio::mutable_buffer into) = 0;
  // All of both, in this order.
  virtual asio::awaitable<Moved> write(asio::const_buffer first, asio::const_buffer second = {}) = 0;
};

// `socket` must outlive the stream.
std::unique_ptr<ByteStream> plain_stream(StreamSocket& socket);

class TlsServerStream : public ByteStream {
 public:
  virtual asio::awaitable<boost::system::error_code> handshake() = 0;
  virtual asio::awaitable<void> shutdown() = 0;  // politeness: whether the peer still listens does not matter
};

std::unique_ptr<TlsServerStream> tls_server_stream(StreamSocket& socket,
                                                   std::shared_ptr<boost::asio::ssl::context> context);

}  // namespace linkgate::net
