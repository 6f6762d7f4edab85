#include "net/gzip.h"

#include <zlib.h>

#include <array>

#include "base/check.h"

namespace linkgate::net {
namespace {
constexpr int kGzipOrZlib = 15 + 32;  // zlib's windowBits: largest window, format detected
constexpr int kGzip = 15 + 16;
constexpr size_t kStep = 64 * 1024;
}  // namespace

Result<std::string> inflate_all(std::string_view bytes, size_t max_bytes) {
  z_stream stream{};
  CHECK(inflateInit2(&stream, kGzipOrZlib) == Z_OK);
  const std::unique_ptr<z_stream, int (*)(z_stream*)> guard(&stream, inflateEnd);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  std::string out;
  std::array<char, kStep> buffer;
  for (int status = Z_OK; status != Z_STREAM_END;) {
    stream.next_out = reinterpret_cast<Bytef*>(buffer.data());
    stream.avail_out = buffer.size();
    status = inflate(&stream, Z_NO_FLUSH);
    if (status != Z_OK && status != Z_STREAM_END)
      return Error(ErrorCode::kInvalidArgument, "not a whole gzip stream");
    out.append(buffer.data(), buffer.size() - stream.avail_out);
    if (out.size() > max_bytes)
      return Error(ErrorCode::kLimit, "more than " + std::to_string(max_bytes) + " octets unpacked");
    if (status == Z_STREAM_END && stream.avail_in > 1 && stream.next_in[0] == 0x1f &&
        stream.next_in[1] == 0x8b) {
      CHECK(inflateReset(&stream) == Z_OK);
      status = Z_OK;
    }
  }
  return out;
}

struct GzipStream::Impl {
  z_stream stream{};
};

GzipStream::GzipStream() : impl_(std::make_unique<Impl>()) {
  CHECK(deflateInit2(&impl_->stream, Z_BEST_SPEED, Z_DEFLATED, kGzip, 8, Z_DEFAULT_STRATEGY) == Z_OK);
}

GzipStream::~GzipStream() { deflateEnd(&impl_->stream); }

std::string GzipStream::add(std::string_view bytes, bool last) {
  z_stream& stream = impl_->stream;
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  std::string out;
  std::array<char, kStep> buffer;
  do {
    stream.next_out = reinterpret_cast<Bytef*>(buffer.data());
    stream.avail_out = buffer.size();
    CHECK(deflate(&stream, last ? Z_FINISH : Z_SYNC_FLUSH) != Z_STREAM_ERROR);
    out.append(buffer.data(), buffer.size() - stream.avail_out);
  } while (stream.avail_out == 0);
  return out;
}

}  // namespace linkgate::net
