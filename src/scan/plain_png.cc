#include "scan/plain_png.h"

#include <zlib.h>

#include <array>
#include <optional>

namespace linkgate::scan {
namespace {

constexpr std::string_view kSignature("\x89PNG\r\n\x1a\n", 8);
constexpr size_t kFrame = 12;  // length, type and sum of a chunk
constexpr size_t kHeaderBytes = 13;
constexpr size_t kPaletteEntry = 3, kMaxPalette = 256 * kPaletteEntry;

Error wrong(const char* what) { return Error(ErrorCode::kInvalidArgument, std::string("no PNG: ") + what); }

uint32_t number_at(std::string_view bytes, size_t at) {
  uint32_t number = 0;
  for (size_t i = 0; i < 4; ++i) number = number << 8 | static_cast<uint8_t>(bytes[at + i]);
  return number;
}

struct Chunk {
  std::string_view type, data, whole;
};

Result<Chunk> chunk_at(std::string_view bytes, size_t at) {
  if (bytes.size() - at < kFrame) return wrong("it ends within a chunk");
  const uint32_t length = number_at(bytes, at);
  if (length > bytes.size() - at - kFrame) return wrong("a chunk is longer than the file");
  Chunk chunk{bytes.substr(at + 4, 4), bytes.substr(at + 8, length), bytes.substr(at, length + kFrame)};
  const auto sum = ::crc32(0, reinterpret_cast<const Bytef*>(bytes.data() + at + 4), length + 4);
  if (sum != number_at(bytes, at + 8 + length)) return wrong("the sum of a chunk is wrong");
  return chunk;
}

// How many bytes the picture has before it is packed: a filter byte for each line.
Result<uint64_t> unpacked_bytes(std::string_view header) {
  if (header.size() != kHeaderBytes) return wrong("its header has another size");
  const uint32_t width = number_at(header, 0), height = number_at(header, 4);
  const auto depth = static_cast<unsigned char>(header[8]), colour = static_cast<unsigned char>(header[9]);
  if (width == 0 || height == 0) return wrong("it has no pixels");
  if (width > kMaxPngSide || height > kMaxPngSide || uint64_t{width} * height > kMaxPngPixels)
    return Error(ErrorCode::kLimit, "the picture has too many pixels");
  const bool is_plain =
      depth == 8 && (colour == 0 || colour == 2 || colour == 3 || colour == 4 || colour == 6);
  if (!is_plain || header[10] != 0 || header[11] != 0 || header[12] != 0)
    return wrong("its kind is none that browsers make of a page");
  const uint64_t channels = colour == 2 ? 3 : colour == 4 ? 2 : colour == 6 ? 4 : 1;
  return (uint64_t{width} * channels + 1) * height;
}

// Counts what comes out, and keeps none of it.
class Unpacking {
 public:
  explicit Unpacking(uint64_t wanted) : wanted_(wanted) { is_ready_ = inflateInit(&stream_) == Z_OK; }
  ~Unpacking() { inflateEnd(&stream_); }
  Unpacking(const Unpacking&) = delete;
  Unpacking& operator=(const Unpacking&) = delete;

  bool take(std::string_view packed) {
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
    stream_.avail_in = static_cast<uInt>(packed.size());
    while (is_ready_ && stream_.avail_in > 0) {
      if (is_done_) return false;
      std::array<Bytef, 65536> out;
      stream_.next_out = out.data();
      stream_.avail_out = out.size();
      const int said = inflate(&stream_, Z_NO_FLUSH);
      count_ += out.size() - stream_.avail_out;
      is_done_ = said == Z_STREAM_END;
      if ((said != Z_OK && !is_done_) || count_ > wanted_) return false;
    }
    return is_ready_;
  }
  bool is_whole() const { return is_done_ && count_ == wanted_; }

 private:
  z_stream stream_{};
  bool is_ready_ = false, is_done_ = false;
  uint64_t wanted_, count_ = 0;
};

}  // namespace

Result<std::string> plain_png(std::string_view bytes) {
  if (bytes.size() > kMaxPngBytes) return Error(ErrorCode::kLimit, "the picture has too many bytes");
  if (!bytes.starts_with(kSignature)) return wrong("it does not begin as one");
  std::string plain(kSignature);
  std::optional<Unpacking> picture;
  bool has_data = false, is_data_over = false, has_palette = false, has_transparency = false;
  for (size_t at = kSignature.size(); at < bytes.size();) {
    TRY_ASSIGN(const Chunk chunk, chunk_at(bytes, at));
    at += chunk.whole.size();
    const bool is_data = chunk.type == "IDAT";
    if (!picture) {
      if (chunk.type != "IHDR") return wrong("its header is not first");
      TRY_ASSIGN(const uint64_t wanted, unpacked_bytes(chunk.data));
      picture.emplace(wanted);
      plain += chunk.whole;
      continue;
    }
    if (chunk.type == "IEND") {
      if (!chunk.data.empty() || !picture->is_whole()) return wrong("it ends before its picture does");
      return plain.append(chunk.whole);
    }
    if (is_data) {
      if (is_data_over || !picture->take(chunk.data)) return wrong("its picture does not unpack");
      has_data = true;
    } else {
      is_data_over = has_data;
    }
    const bool is_palette = chunk.type == "PLTE", is_transparency = chunk.type == "tRNS";
    if ((is_palette && (has_palette || has_data || chunk.data.size() > kMaxPalette ||
                        chunk.data.size() % kPaletteEntry != 0)) ||
        (is_transparency && (has_transparency || has_data || chunk.data.size() > 256)) ||
        chunk.type == "IHDR") {
      return wrong("a chunk is not where it may be");
    }
    has_palette = has_palette || is_palette;
    has_transparency = has_transparency || is_transparency;
    if (is_data || is_palette || is_transparency) plain += chunk.whole;
  }
  return wrong("it has no end");
}

}  // namespace linkgate::scan
