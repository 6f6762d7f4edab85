#pragma once
// Feeds a Beast parser from a ByteStream. For http_session.cc and http_client.cc.

#include <algorithm>
#include <boost/asio/error.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

#include "net/byte_stream.h"

namespace linkgate::net {

inline constexpr size_t kHttpReadStep = 4096;
inline constexpr size_t kHttpBodyReadStep = 64 * 1024;

enum class HttpPart { kHeader, kAll };

// Reads until `parser` has its header, or (once it has that) everything. What lies behind stays in `buffer`.
// Errors: the parser's (http::error), http::error::buffer_overflow where `buffer` may not grow, the stream's.
template <bool kIsRequest>
asio::awaitable<boost::system::error_code> read_http(ByteStream& stream, boost::beast::flat_buffer& buffer,
                                                     boost::beast::http::basic_parser<kIsRequest>& parser,
                                                     HttpPart part) {
  namespace http = boost::beast::http;
  parser.eager(part == HttpPart::kAll);
  const auto done = [&] { return part == HttpPart::kHeader ? parser.is_header_done() : parser.is_done(); };
  while (!done()) {
    boost::system::error_code error;
    if (buffer.size() > 0) {
      const size_t taken = parser.put(buffer.data(), error);
      buffer.consume(taken);
      if (error == http::error::need_more) error = {};
      if (error || done()) co_return error;
      if (taken > 0 && buffer.size() > 0) continue;
    }
    const size_t step = parser.is_header_done() ? kHttpBodyReadStep : kHttpReadStep;
    const size_t room = std::min(step, buffer.max_size() - buffer.size());
    if (room == 0) co_return http::make_error_code(http::error::buffer_overflow);
    const ByteStream::Moved read = co_await stream.read_some(buffer.prepare(room));
    buffer.commit(read.size);
    if (!read.error) continue;
    if (read.error != asio::error::eof || !parser.got_some()) co_return read.error;
    parser.put_eof(error);
    co_return error;
  }
  co_return boost::system::error_code();
}

}  // namespace linkgate::net
