#include "url/seal_box.h"

#include <sodium.h>

#include "base/check.h"

namespace linkgate::url {

namespace {

static_assert(kBoxNonceSize == crypto_aead_xchacha20poly1305_ietf_NPUBBYTES);
static_assert(kBoxTagSize == crypto_aead_xchacha20poly1305_ietf_ABYTES);

const unsigned char* bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* bytes(std::string& text, size_t offset) {
  return reinterpret_cast<unsigned char*>(text.data()) + offset;
}

void write_nonce(unsigned char* nonce, const BoxKeys& keys, std::string_view header,
                 std::string_view plaintext) {
  crypto_generichash_state state;
  crypto_generichash_init(&state, keys.nonce.data(), keys.nonce.size(), kBoxNonceSize);
  crypto_generichash_update(&state, bytes(header), header.size());
  crypto_generichash_update(&state, bytes(plaintext), plaintext.size());
  crypto_generichash_final(&state, nonce, kBoxNonceSize);
}

// Header and context. Contexts are hosts and purposes: short, so this rarely allocates.
std::string associated_data(std::string_view header, std::string_view context) {
  std::string data(header);
  return data.append(context);
}

}  // namespace

void ensure_sodium() {
  static const int status = sodium_init();
  CHECK(status >= 0);
}

std::array<uint8_t, 16> hash16(std::string_view text) {
  ensure_sodium();
  std::array<uint8_t, 16> hash;
  crypto_generichash(hash.data(), hash.size(), bytes(text), text.size(), nullptr, 0);
  return hash;
}

std::string seal_box(const BoxKeys& keys, uint32_t key_id, std::string_view context,
                     std::string_view plaintext) {
  std::string box(kBoxOverhead + plaintext.size(), '\0');
  box[0] = static_cast<char>(kBoxVersion);
  for (int i = 0; i < 4; ++i) box[1 + i] = static_cast<char>(key_id >> (24 - 8 * i));
  const std::string_view header = std::string_view(box).substr(0, kBoxHeaderSize);
  write_nonce(bytes(box, kBoxHeaderSize), keys, header, plaintext);
  const std::string bound = associated_data(header, context);
  crypto_aead_xchacha20poly1305_ietf_encrypt(bytes(box, kBoxHeaderSize + kBoxNonceSize), nullptr,
                                             bytes(plaintext), plaintext.size(), bytes(bound), bound.size(),
                                             nullptr, bytes(box, kBoxHeaderSize), keys.cipher.data());
  return box;
}

std::optional<uint32_t> box_key_id(std::string_view box) {
  if (box.size() < kBoxOverhead || static_cast<uint8_t>(box[0]) != kBoxVersion) return std::nullopt;
  uint32_t id = 0;
  for (int i = 1; i <= 4; ++i) id = id << 8 | static_cast<uint8_t>(box[i]);
  return id;
}

std::optional<std::string> open_box(const BoxKeys& keys, std::string_view context, std::string_view box) {
  const std::string bound = associated_data(box.substr(0, kBoxHeaderSize), context);
  const std::string_view nonce = box.substr(kBoxHeaderSize, kBoxNonceSize);
  const std::string_view sealed = box.substr(kBoxHeaderSize + kBoxNonceSize);
  std::string plaintext(sealed.size() - kBoxTagSize, '\0');
  const int status = crypto_aead_xchacha20poly1305_ietf_decrypt(
      bytes(plaintext, 0), nullptr, nullptr, bytes(sealed), sealed.size(), bytes(bound), bound.size(),
      bytes(nonce), keys.cipher.data());
  if (status != 0) return std::nullopt;
  return plaintext;
}

std::optional<std::string> open_box_ignoring_context(const BoxKeys& keys, std::string_view box) {
  const std::string_view nonce = box.substr(kBoxHeaderSize, kBoxNonceSize);
  const std::string_view sealed = box.substr(kBoxHeaderSize + kBoxNonceSize, box.size() - kBoxOverhead);
  std::string plaintext(sealed.size(), '\0');
  // Block 0 of the stream makes the Poly1305 key; the text begins at block 1 (RFC 8439, section 2.8).
  crypto_stream_xchacha20_xor_ic(bytes(plaintext, 0), bytes(sealed), sealed.size(), bytes(nonce), 1,
                                 keys.cipher.data());
  std::array<unsigned char, kBoxNonceSize> expected;
  write_nonce(expected.data(), keys, box.substr(0, kBoxHeaderSize), plaintext);
  if (sodium_memcmp(expected.data(), nonce.data(), expected.size()) != 0) return std::nullopt;
  return plaintext;
}

}  // namespace linkgate::url
