#include "click/click_token.h"

#include <sodium.h>

#include <cstring>

namespace linkgate::click {
namespace {

constexpr std::string_view kPurpose = "click";
constexpr uint8_t kFormat = 1;
constexpr size_t kBytes = 1 + 1 + 16 + 8 + 8 + 16 + 1 + 1 + 1 + 8;

void put(std::string& out, uint64_t number) {
  for (int shift = 0; shift < 64; shift += 8) out += static_cast<char>(number >> shift);
}

// Reads what put() and append() wrote, in order. REQUIRES: the size was checked.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}
  uint8_t byte() { return static_cast<uint8_t>(bytes_[at_++]); }
  uint64_t number() {
    uint64_t number = 0;
    for (int shift = 0; shift < 64; shift += 8) number |= static_cast<uint64_t>(byte()) << shift;
    return number;
  }
  Time time() { return Time(Ticks(static_cast<int64_t>(number()))); }
  Id id() {
    Id id;
    std::memcpy(id.data(), bytes_.data() + at_, id.size());
    at_ += id.size();
    return id;
  }

 private:
  std::string_view bytes_;
  size_t at_ = 0;
};

void append(std::string& out, const Id& id) {
  out.append(reinterpret_cast<const char*>(id.data()), id.size());
}

}  // namespace

Id random_id() {
  // Asked of the system for many at once: a click takes two.
  thread_local std::array<Id, 256> ids;
  thread_local size_t used = ids.size();
  if (used == ids.size()) {
    std::array<unsigned char, randombytes_SEEDBYTES> seed;
    randombytes_buf(seed.data(), seed.size());
    randombytes_buf_deterministic(ids.data(), sizeof(ids), seed.data());
    used = 0;
  }
  Id id = ids[used++];
  id[6] = static_cast<uint8_t>((id[6] & 0x0f) | 0x40);  // RFC 9562: version 4, variant 10
  id[8] = static_cast<uint8_t>((id[8] & 0x3f) | 0x80);
  return id;
}

Id click_key(const Id& link, std::string_view client_address, std::string_view user_agent) {
  static const auto secret = [] {  // so that nobody can choose an agent whose clicks are taken for another's
    std::array<unsigned char, crypto_shorthash_siphashx24_KEYBYTES> bytes;
    randombytes_buf(bytes.data(), bytes.size());
    return bytes;
  }();
  thread_local std::string text;
  text.assign(reinterpret_cast<const char*>(link.data()), link.size());
  text.append(client_address).append(1, '\n').append(user_agent);
  Id key{};
  static_assert(sizeof(key) == crypto_shorthash_siphashx24_BYTES);
  crypto_shorthash_siphashx24(key.data(), reinterpret_cast<const unsigned char*>(text.data()), text.size(),
                              secret.data());
  return key;
}

std::string seal(const ClickToken& token, const url::Keyring& keys) {
  std::string bytes;
  bytes.reserve(kBytes);
  bytes += static_cast<char>(kFormat);
  bytes += static_cast<char>(token.use);
  append(bytes, token.click.report_id);
  put(bytes, static_cast<uint64_t>(token.click.start.time_since_epoch().count()));
  put(bytes, static_cast<uint64_t>(token.issued.time_since_epoch().count()));
  append(bytes, token.link);
  bytes += static_cast<char>(token.disposition);
  bytes += static_cast<char>(token.page);
  bytes += static_cast<char>(token.may_continue ? 1 : 0);
  put(bytes, token.nonce);
  return url::seal_token(kPurpose, bytes, keys);
}

std::optional<ClickToken> open(std::string_view text, TokenUse use, const Id& link, Time now,
                               const url::Keyring& keys) {
  auto bytes = url::open_token(kPurpose, text, keys);
  if (!bytes || bytes->size() != kBytes) return std::nullopt;
  Reader reader(*bytes);
  if (reader.byte() != kFormat || reader.byte() != static_cast<uint8_t>(use)) return std::nullopt;
  ClickToken token;
  token.use = use;
  token.click.report_id = reader.id();
  token.click.start = reader.time();
  token.issued = reader.time();
  token.link = reader.id();
  token.disposition = static_cast<verdict::Disposition>(reader.byte());
  token.page = static_cast<verdict::Page>(reader.byte());
  token.may_continue = reader.byte() != 0;
  token.nonce = reader.number();
  if (token.link != link) return std::nullopt;
  if (now - token.issued > kTokenLifetime || token.issued - now > kTokenClockSkew) return std::nullopt;
  return token;
}

}  // namespace linkgate::click
