// gzip (RFC 1952) and zlib (RFC 1950) in base64.

#include <zlib.h>

#include <array>
#include <memory>

#include "base/base64.h"
#include "functions/function.h"
#include "functions/text.h"

namespace linkgate::functions {
namespace {

// Of what a text unpacks to. More, and all of it is refused.
constexpr size_t kMaxUnpackedBytes = 32u << 20;
constexpr int kGzip = 16, kWindowBits = 15;  // zlib.h: deflateInit2()
constexpr int kMemoryLevel = 8;

// As Kusto packs: fast, stored where nothing shrinks, and a gzip header that says neither effort nor system.
constexpr size_t kGzipEffort = 8, kGzipSystem = 9;
constexpr char kUnknownSystem = '\xff';

Value packed(std::string_view text, int window_bits) {
  std::string shortest;
  for (const int level : {Z_BEST_SPEED, Z_NO_COMPRESSION}) {
    if (level == Z_NO_COMPRESSION && shortest.size() < text.size()) break;
    z_stream stream = {};
    if (deflateInit2(&stream, level, Z_DEFLATED, window_bits, kMemoryLevel, Z_DEFAULT_STRATEGY) != Z_OK)
      return std::nullopt;
    const std::unique_ptr<z_stream, int (*)(z_streamp)> closing(&stream, deflateEnd);
    std::string out(deflateBound(&stream, text.size()), '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    stream.avail_in = static_cast<uInt>(text.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    if (deflate(&stream, Z_FINISH) != Z_STREAM_END) return std::nullopt;
    out.resize(stream.total_out);
    shortest = std::move(out);
  }
  if (window_bits > kWindowBits) {
    shortest[kGzipEffort] = '\0';
    shortest[kGzipSystem] = kUnknownSystem;
  }
  return shortest;
}

Value unpacked(std::string_view bytes, int window_bits) {
  z_stream stream = {};
  if (inflateInit2(&stream, window_bits) != Z_OK) return std::nullopt;
  const std::unique_ptr<z_stream, int (*)(z_streamp)> closing(&stream, inflateEnd);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  std::string out;
  std::array<char, 65536> piece;
  for (int state = Z_OK; state != Z_STREAM_END;) {
    stream.next_out = reinterpret_cast<Bytef*>(piece.data());
    stream.avail_out = static_cast<uInt>(piece.size());
    state = inflate(&stream, Z_NO_FLUSH);
    const size_t made = piece.size() - stream.avail_out;
    if ((state != Z_OK && state != Z_STREAM_END) || out.size() + made > kMaxUnpackedBytes)
      return std::nullopt;
    out.append(piece.data(), made);
  }
  if (!from_utf8(out)) return std::nullopt;
  return out;
}

Value compress(const Arguments& a, int window_bits) {
  const Value bytes = packed(a.text(0), window_bits);
  if (!bytes) return std::nullopt;
  return base64_encode(*bytes);
}
Value decompress(const Arguments& a, int window_bits) {
  const auto bytes = base64_decode(a.text(0));
  if (!bytes) return std::nullopt;
  return unpacked(*bytes, window_bits);
}
Value gzip_compress(const Arguments& a) { return compress(a, kWindowBits + kGzip); }
Value gzip_decompress(const Arguments& a) { return decompress(a, kWindowBits + kGzip); }
Value zlib_compress(const Arguments& a) { return compress(a, kWindowBits); }
Value zlib_decompress(const Arguments& a) { return decompress(a, kWindowBits); }

constexpr auto kRows = std::to_array<FunctionRow>({
    {"gzip_compress_to_base64_string", 1, 1, gzip_compress},
    {"gzip_decompress_from_base64_string", 1, 1, gzip_decompress},
    {"zlib_compress_to_base64_string", 1, 1, zlib_compress},
    {"zlib_decompress_from_base64_string", 1, 1, zlib_decompress},
});

}  // namespace

std::span<const FunctionRow> compression_rows() { return kRows; }

}  // namespace linkgate::functions
