#include "scan/unpack.h"

#include <zlib.h>

#include <array>
#include <optional>

#include "scan/feed_collector.h"

namespace linkgate::scan {
namespace {

constexpr size_t kPiece = 256 << 10;
constexpr std::string_view kGzip = "\x1f\x8b", kZip = "PK\x03\x04";

Error broken(const std::string& what) {
  return Error(ErrorCode::kInvalidArgument, "is compressed and " + what);
}

// A stream of zlib's, ended on all ways out.
struct Inflater {
  z_stream stream{};
  bool is_ready;
  explicit Inflater(int window_bits) : is_ready(inflateInit2(&stream, window_bits) == Z_OK) {}
  ~Inflater() {
    if (is_ready) inflateEnd(&stream);
  }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;
};

// `window_bits` as zlib has them: 16 more for gzip, negative for none of its own headers. Several gzip
// members follow one another.
Result<uint32_t> inflate_all(const FeedBytes& from, std::string_view packed, int window_bits,
                             FeedBytes* out) {
  Inflater inflater(window_bits);
  if (!inflater.is_ready) return Error(ErrorCode::kInternal, "zlib cannot start");
  z_stream& stream = inflater.stream;
  std::string piece(kPiece, '\0');
  uLong crc = crc32(0, nullptr, 0);
  bool is_at_end = false;
  while (!is_at_end) {
    if (stream.avail_in == 0) {
      const size_t next = std::min(packed.size(), kPiece);
      if (next == 0) return broken("cut short");
      from.release_pages();
      stream.next_in =
          reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));  // zlib does not write there
      stream.avail_in = static_cast<uInt>(next);
      packed.remove_prefix(next);
    }
    stream.next_out = reinterpret_cast<Bytef*>(piece.data());
    stream.avail_out = static_cast<uInt>(piece.size());
    const int code = inflate(&stream, Z_NO_FLUSH);
    if (code != Z_OK && code != Z_STREAM_END && code != Z_BUF_ERROR) return broken("damaged");
    const std::string_view made(piece.data(), piece.size() - stream.avail_out);
    if (out->size() + made.size() > kMaxFeedBytes)
      return Error(ErrorCode::kLimit, "is larger than 2 GiB when unpacked");
    crc = crc32(crc, reinterpret_cast<const Bytef*>(made.data()), static_cast<uInt>(made.size()));
    TRY(out->append(made));
    if (code != Z_STREAM_END) continue;
    const bool has_more = window_bits > 0 && (stream.avail_in > 0 || !packed.empty());
    if (!has_more || inflateReset(&stream) != Z_OK) is_at_end = true;
  }
  return static_cast<uint32_t>(crc);
}

uint32_t little(std::string_view bytes, size_t at, size_t size) {
  uint32_t value = 0;
  for (size_t i = 0; i < size; ++i)
    value |= static_cast<uint32_t>(static_cast<uint8_t>(bytes[at + i])) << (8 * i);
  return value;
}

// Of the one file in a ZIP archive (PKWARE APPNOTE 4.3), by its central directory.
struct Packed {
  uint32_t method, crc;
  std::string_view bytes;
};
Result<Packed> find_file(std::string_view archive) {
  constexpr size_t kEnd = 22, kCentral = 46, kLocal = 30, kMaxComment = 65'535;
  if (archive.size() < kEnd) return broken("cut short");
  const size_t searched = std::min(archive.size(), kEnd + kMaxComment);
  const size_t end = archive.rfind(std::string_view("PK\x05\x06"), archive.size() - kEnd);
  if (end == archive.npos || archive.size() - end > searched) return broken("cut short");
  if (little(archive, end + 10, 2) != 1) return broken("an archive of several files");
  const size_t central = little(archive, end + 16, 4);
  if (central + kCentral > end || archive.substr(central, 4) != "PK\x01\x02") return broken("damaged");
  if ((little(archive, central + 8, 2) & 1) != 0) return broken("encrypted");
  const size_t local = little(archive, central + 42, 4), size = little(archive, central + 20, 4);
  if (local + kLocal > end || archive.substr(local, 4) != kZip) return broken("damaged");
  const size_t begin = local + kLocal + little(archive, local + 26, 2) + little(archive, local + 28, 2);
  if (begin > end || size > end - begin) return broken("damaged");
  return Packed{little(archive, central + 10, 2), little(archive, central + 16, 4),
                archive.substr(begin, size)};
}

}  // namespace

Result<FeedBytes> unpack(FeedBytes bytes, const std::string& folder) {
  TRY_ASSIGN(const std::string_view view, bytes.view());
  const bool is_gzip = view.starts_with(kGzip);
  if (!is_gzip && !view.starts_with(kZip)) return bytes;
  TRY_ASSIGN(FeedBytes out, FeedBytes::create(folder));
  if (is_gzip) {
    TRY(inflate_all(bytes, view, MAX_WBITS + 16, &out));
    return out;
  }
  TRY_ASSIGN(const Packed packed, find_file(view));
  if (packed.method == 0) {
    TRY(out.append(packed.bytes));
    return out;
  }
  if (packed.method != Z_DEFLATED) return broken("packed in a way that is not known");
  TRY_ASSIGN(const uint32_t crc, inflate_all(bytes, packed.bytes, -MAX_WBITS, &out));
  if (crc != packed.crc) return broken("damaged");
  return out;
}

}  // namespace linkgate::scan
