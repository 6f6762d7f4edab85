#pragma once
// The box inside sealed links and tokens: version | key id | nonce | ciphertext and tag. Inside url/ only.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "url/sealed_link.h"

namespace linkgate::url {

inline constexpr uint8_t kBoxVersion = 1;
inline constexpr size_t kBoxHeaderSize = 1 + 4;
inline constexpr size_t kBoxNonceSize = 24;
inline constexpr size_t kBoxTagSize = 16;
inline constexpr size_t kBoxOverhead = kBoxHeaderSize + kBoxNonceSize + kBoxTagSize;

struct BoxKeys {
  std::array<uint8_t, 32> cipher;
  std::array<uint8_t, 32> nonce;
};

struct KeyringAccess {
  static BoxKeys link_keys(const Keyring& ring, const SealingKey& key);
  static BoxKeys token_keys(const Keyring& ring, const SealingKey& key, std::string_view purpose);
  static const std::array<uint8_t, 32>& stamp_key(const Keyring& ring, const SealingKey& key);
  static const std::array<uint8_t, 32>& message_id_key(const Keyring& ring, const SealingKey& key);
};

// `context` is bound as associated data: the click host of a link. Deterministic: the nonce is a keyed hash
// of header and plaintext. REQUIRES: a plaintext that is sealed for several contexts names its context, or
// one nonce (and with it one Poly1305 key) would serve two different texts.
std::string seal_box(const BoxKeys& keys, uint32_t key_id, std::string_view context,
                     std::string_view plaintext);

// The key id a box names; nullopt where `box` is too short or of another version.
std::optional<uint32_t> box_key_id(std::string_view box);

// REQUIRES: box_key_id(box) has a value. nullopt: altered, or sealed under another key or context.
std::optional<std::string> open_box(const BoxKeys& keys, std::string_view context, std::string_view box);

// The plaintext of a box that was sealed under these keys for whatever context: tells a link of another click
// host from a forged one. Trustworthy without the tag, since the nonce is a keyed hash of header and
// plaintext and is checked.
std::optional<std::string> open_box_ignoring_context(const BoxKeys& keys, std::string_view box);

// Keyless BLAKE2b of 16 bytes; initialises libsodium.
std::array<uint8_t, 16> hash16(std::string_view bytes);
void ensure_sodium();

}  // namespace linkgate::url
