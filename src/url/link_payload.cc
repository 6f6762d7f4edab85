#include "url/link_payload.h"

#include <zlib.h>

#include <algorithm>

#include "base/ascii.h"
#include "base/check.h"
#include "url/url.h"

namespace linkgate::url {

namespace {

constexpr size_t kTimeBytes = 5;  // seconds since the epoch, two's complement: 17,000 years either way
constexpr size_t kFixedSize = 1 + 1 + 16 + 4 + kTimeBytes + 16 + 2;

int64_t clamp_to_time_bytes(int64_t seconds) {
  constexpr int64_t kLimit = (int64_t{1} << (8 * kTimeBytes - 1)) - 1;
  return std::clamp<int64_t>(seconds, -kLimit, kLimit);
}

void append_number(std::string& out, uint64_t value, size_t size) {
  for (size_t i = size; i-- > 0;) out.push_back(static_cast<char>(value >> (8 * i)));
}

// Takes bytes off the front. REQUIRES: they are there.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}
  std::string_view take(size_t size) {
    const auto taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }
  uint64_t number(size_t size) {
    uint64_t value = 0;
    for (const char c : take(size)) value = value << 8 | static_cast<uint8_t>(c);
    return value;
  }
  template <size_t kSize>
  void array(std::array<uint8_t, kSize>& out) {
    const auto taken = take(kSize);
    std::copy(taken.begin(), taken.end(), reinterpret_cast<char*>(out.data()));
  }
  std::string_view rest() const { return rest_; }

 private:
  std::string_view rest_;
};

std::string deflate_raw(std::string_view text) {
  z_stream stream{};
  CHECK(deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  std::string out(deflateBound(&stream, text.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));  // NOLINT: zlib's old signature
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const int status = deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  CHECK(status == Z_STREAM_END);
  return out;
}

std::optional<std::string> inflate_raw(std::string_view packed) {
  z_stream stream{};
  CHECK(inflateInit2(&stream, -MAX_WBITS) == Z_OK);
  std::string out(kMaxSealedUrl, '\0');
  stream.next_in =
      reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));  // NOLINT: zlib's old signature
  stream.avail_in = static_cast<uInt>(packed.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const int status = inflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  const bool whole = status == Z_STREAM_END && stream.avail_in == 0;
  inflateEnd(&stream);
  if (!whole) return std::nullopt;
  return out;
}

}  // namespace

std::array<uint8_t, 4> host_tag_of(std::string_view click_host) {
  uint32_t tag = 2166136261u;
  for (const char c : click_host) tag = (tag ^ static_cast<uint8_t>(c)) * 16777619u;
  return {static_cast<uint8_t>(tag >> 24), static_cast<uint8_t>(tag >> 16), static_cast<uint8_t>(tag >> 8),
          static_cast<uint8_t>(tag)};
}

size_t payload_size_without_url(const LinkClaims& claims) { return kFixedSize + claims.recipient.size(); }

std::string write_payload(uint8_t flags, const LinkClaims& claims, const std::array<uint8_t, 4>& host_tag,
                          const std::array<uint8_t, 16>& url_hash) {
  std::string packed;
  if (flags & LinkPayload::kUrlInside) {
    packed = deflate_raw(claims.url);
    if (packed.size() < claims.url.size()) {
      flags |= LinkPayload::kDeflated;
    } else {
      packed = claims.url;
    }
  }
  std::string out;
  out.reserve(payload_size_without_url(claims) + packed.size());
  out.push_back(static_cast<char>(flags));
  out.push_back(static_cast<char>(claims.location));
  out.append(reinterpret_cast<const char*>(claims.network_message_id.data()), 16);
  out.append(reinterpret_cast<const char*>(host_tag.data()), 4);
  const auto seconds =
      std::chrono::floor<std::chrono::seconds>(claims.message_time.time_since_epoch()).count();
  append_number(out, static_cast<uint64_t>(clamp_to_time_bytes(seconds)), kTimeBytes);
  out.append(reinterpret_cast<const char*>(url_hash.data()), 16);
  append_number(out, claims.recipient.size(), 2);
  return out.append(claims.recipient).append(packed);
}

std::optional<LinkPayload> read_payload(std::string_view bytes) {
  if (bytes.size() < kFixedSize) return std::nullopt;
  Reader in(bytes);
  LinkPayload payload;
  payload.flags = static_cast<uint8_t>(in.number(1));
  const auto location = in.number(1);
  if (payload.flags > 15 || location > static_cast<uint8_t>(LinkLocation::kForm)) return std::nullopt;
  payload.claims.location = static_cast<LinkLocation>(location);
  in.array(payload.claims.network_message_id);
  in.array(payload.host_tag);
  constexpr int kSignShift = 64 - 8 * static_cast<int>(kTimeBytes);
  const int64_t seconds = static_cast<int64_t>(in.number(kTimeBytes) << kSignShift) >> kSignShift;
  payload.claims.message_time = Time(std::chrono::seconds(clamp_to_time_bytes(seconds)));
  in.array(payload.url_hash);
  const size_t recipient_size = in.number(2);
  if (in.rest().size() < recipient_size) return std::nullopt;
  payload.claims.recipient = in.take(recipient_size);
  if (!(payload.flags & LinkPayload::kUrlInside))
    return in.rest().empty() ? std::optional(payload) : std::nullopt;
  if (!(payload.flags & LinkPayload::kDeflated)) {
    payload.claims.url = in.rest();
    return payload;
  }
  auto url = inflate_raw(in.rest());
  if (!url) return std::nullopt;
  payload.claims.url = std::move(*url);
  return payload;
}

std::optional<std::string> sealable_form(std::string_view url) {
  const auto parsed = Url::parse(url);
  if (!parsed || !(parsed->is_http() || parsed->scheme_kind() == SchemeKind::kFtp)) return std::nullopt;
  std::string form = parsed->href();
  for (size_t at = form.find('%'); at != std::string::npos; at = form.find('%', at + 1)) {
    if (at + 2 >= form.size() || !ascii::is_hex(form[at + 1]) || !ascii::is_hex(form[at + 2])) continue;
    for (size_t i = at + 1; i <= at + 2; ++i) {
      if (ascii::is_lower(form[i])) form[i] = static_cast<char>(form[i] - 0x20);
    }
  }
  return form;
}

}  // namespace linkgate::url
