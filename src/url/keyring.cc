// Keys, their subkeys, and the small seals: tokens, message stamps, the hash behind NetworkMessageId.
#include <sodium.h>

#include <algorithm>

#include "base/base64.h"
#include "base/check.h"
#include "url/seal_box.h"
#include "url/sealed_link.h"

namespace linkgate::url {

namespace {

// Subkey numbers for crypto_kdf under this context. Never renumber: delivered links depend on them.
constexpr char kKdfContext[crypto_kdf_CONTEXTBYTES + 1] = "LinkgSl1";
enum Subkey : uint64_t { kLinkCipher = 1, kLinkNonce = 2, kTokens = 3, kStamps = 4, kMessageIds = 5 };

std::array<uint8_t, 32> derive(const SealingKey& key, Subkey number) {
  std::array<uint8_t, 32> out;
  crypto_kdf_derive_from_key(out.data(), out.size(), number, kKdfContext, key.secret.data());
  return out;
}

template <size_t kSize>
std::array<uint8_t, kSize> keyed_hash(const std::array<uint8_t, 32>& key, std::string_view input) {
  std::array<uint8_t, kSize> out;
  crypto_generichash(out.data(), out.size(), reinterpret_cast<const unsigned char*>(input.data()),
                     input.size(), key.data(), key.size());
  return out;
}

// Sealing if there is such a key, else the newest that still opens.
const SealingKey* token_sealing_key(const Keyring& keys) {
  if (const SealingKey* key = keys.sealing()) return key;
  const SealingKey* newest = nullptr;
  for (const auto& key : keys.keys()) {
    if (key.state == KeyState::kRevoked) continue;
    if (newest == nullptr || key.created > newest->created) newest = &key;
  }
  return newest;
}

}  // namespace

SealingKey generate_key(uint32_t id, Time now) {
  ensure_sodium();
  SealingKey key;
  key.id = id;
  key.created = now;
  randombytes_buf(key.secret.data(), key.secret.size());
  return key;
}

Keyring::Keyring(std::vector<SealingKey> keys) : keys_(std::move(keys)) {
  static_assert(sizeof(SealingKey::secret) == crypto_kdf_KEYBYTES);
  ensure_sodium();
  derived_.reserve(keys_.size());
  for (const auto& key : keys_) {
    derived_.push_back({derive(key, kLinkCipher), derive(key, kLinkNonce), derive(key, kTokens),
                        derive(key, kStamps), derive(key, kMessageIds)});
  }
}

const SealingKey* Keyring::sealing() const {
  for (const auto& key : keys_) {
    if (key.state == KeyState::kSealing) return &key;
  }
  return nullptr;
}

const SealingKey* Keyring::find(uint32_t id) const {
  for (const auto& key : keys_) {
    if (key.id == id) return &key;
  }
  return nullptr;
}

BoxKeys KeyringAccess::link_keys(const Keyring& ring, const SealingKey& key) {
  const auto& derived = ring.derived_[static_cast<size_t>(&key - ring.keys_.data())];
  return {derived.link_cipher, derived.link_nonce};
}

BoxKeys KeyringAccess::token_keys(const Keyring& ring, const SealingKey& key, std::string_view purpose) {
  const auto& derived = ring.derived_[static_cast<size_t>(&key - ring.keys_.data())];
  const auto both = keyed_hash<64>(derived.tokens, purpose);
  BoxKeys keys;
  std::copy_n(both.begin(), 32, keys.cipher.begin());
  std::copy_n(both.begin() + 32, 32, keys.nonce.begin());
  return keys;
}

const std::array<uint8_t, 32>& KeyringAccess::stamp_key(const Keyring& ring, const SealingKey& key) {
  return ring.derived_[static_cast<size_t>(&key - ring.keys_.data())].stamps;
}

const std::array<uint8_t, 32>& KeyringAccess::message_id_key(const Keyring& ring, const SealingKey& key) {
  return ring.derived_[static_cast<size_t>(&key - ring.keys_.data())].message_ids;
}

std::string seal_token(std::string_view purpose, std::string_view plaintext, const Keyring& keys) {
  const SealingKey* key = token_sealing_key(keys);
  if (key == nullptr) return {};
  return base64url_encode(
      seal_box(KeyringAccess::token_keys(keys, *key, purpose), key->id, purpose, plaintext));
}

std::optional<std::string> open_token(std::string_view purpose, std::string_view token, const Keyring& keys) {
  const auto box = base64url_decode(token);
  if (!box) return std::nullopt;
  const auto id = box_key_id(*box);
  const SealingKey* key = id ? keys.find(*id) : nullptr;
  if (key == nullptr || key->state == KeyState::kRevoked) return std::nullopt;
  return open_box(KeyringAccess::token_keys(keys, *key, purpose), purpose, *box);
}

namespace {

// base64url of key id (4 bytes) and 16 bytes of keyed BLAKE2b over the id's text.
std::string stamp_mac(std::string_view network_message_id, const Keyring& keys, const SealingKey& key) {
  std::string mac;
  for (int shift = 24; shift >= 0; shift -= 8) mac.push_back(static_cast<char>(key.id >> shift));
  const auto hash = keyed_hash<16>(KeyringAccess::stamp_key(keys, key), network_message_id);
  mac.append(reinterpret_cast<const char*>(hash.data()), hash.size());
  return base64url_encode(mac);
}

}  // namespace

std::string message_stamp(std::string_view network_message_id, const Keyring& keys) {
  const SealingKey* key = token_sealing_key(keys);
  std::string stamp(network_message_id);
  if (key == nullptr) return stamp;
  return stamp.append(".").append(stamp_mac(network_message_id, keys, *key));
}

std::optional<std::string> verify_message_stamp(std::string_view header_value, const Keyring& keys) {
  const size_t dot = header_value.find('.');
  if (dot == std::string_view::npos) return std::nullopt;
  const std::string_view id = header_value.substr(0, dot);
  const std::string_view mac = header_value.substr(dot + 1);
  const auto bytes = base64url_decode(mac);
  if (!parse_uuid(id) || !bytes || bytes->size() != 20) return std::nullopt;
  uint32_t key_id = 0;
  for (int i = 0; i < 4; ++i) key_id = key_id << 8 | static_cast<uint8_t>((*bytes)[i]);
  const SealingKey* key = keys.find(key_id);
  if (key == nullptr || key->state == KeyState::kRevoked) return std::nullopt;
  const std::string expected = stamp_mac(id, keys, *key);
  if (expected.size() != mac.size() || sodium_memcmp(expected.data(), mac.data(), mac.size()) != 0)
    return std::nullopt;
  return std::string(id);
}

std::array<uint8_t, 16> message_id_hash(std::string_view input, const Keyring& keys) {
  CHECK(!keys.keys().empty());
  const auto oldest =
      std::min_element(keys.keys().begin(), keys.keys().end(), [](const auto& a, const auto& b) {
        return a.created != b.created ? a.created < b.created : a.id < b.id;
      });
  auto hash = keyed_hash<16>(KeyringAccess::message_id_key(keys, *oldest), input);
  hash[6] = static_cast<uint8_t>((hash[6] & 0x0f) | 0x80);  // version 8: our own contents
  hash[8] = static_cast<uint8_t>((hash[8] & 0x3f) | 0x80);  // the RFC's variant
  return hash;
}

std::string uuid_text(const std::array<uint8_t, 16>& bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text = "00000000-0000-0000-0000-000000000000";
  size_t at = 0;
  for (const uint8_t byte : bytes) {
    if (text[at] == '-') ++at;
    text[at++] = kDigits[byte >> 4];
    text[at++] = kDigits[byte & 15];
  }
  return text;
}

std::optional<std::array<uint8_t, 16>> parse_uuid(std::string_view text) {
  if (text.size() != 36) return std::nullopt;
  std::string hex;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash != (text[i] == '-')) return std::nullopt;
    if (!dash) hex.push_back(text[i]);
  }
  const auto bytes = hex_decode(hex);
  if (!bytes) return std::nullopt;
  std::array<uint8_t, 16> out;
  std::copy(bytes->begin(), bytes->end(), reinterpret_cast<char*>(out.data()));
  return out;
}

}  // namespace linkgate::url
