#include "state/held_seal.h"

#include <sodium.h>

#include <cstring>

#include "base/ascii.h"
#include "base/base64.h"
#include "base/check.h"

namespace linkgate::state {
namespace {

static_assert(crypto_box_PUBLICKEYBYTES == sizeof(HeldKey) && crypto_box_SEEDBYTES == sizeof(HeldKey) &&
              crypto_kdf_KEYBYTES == sizeof(HeldKey));

struct Pair {
  HeldKey open, secret;
};

Pair pair_of(const HeldKey& quarantine_key) {
  CHECK(sodium_init() >= 0);
  HeldKey seed;
  crypto_kdf_derive_from_key(seed.data(), seed.size(), 1, "heldmail", quarantine_key.data());
  Pair pair;
  crypto_box_seed_keypair(pair.open.data(), pair.secret.data(), seed.data());
  sodium_memzero(seed.data(), seed.size());
  return pair;
}

const unsigned char* bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* bytes(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

}  // namespace

std::string held_key_file(std::string_view state_folder) {
  return std::string(state_folder) + "/quarantine.pub";
}

HeldKey held_public_key(const HeldKey& quarantine_key) { return pair_of(quarantine_key).open; }

std::string held_key_text(const HeldKey& public_key) {
  return hex_encode({reinterpret_cast<const char*>(public_key.data()), public_key.size()}) + "\n";
}

Result<HeldKey> parse_held_key(std::string_view text) {
  const auto decoded = hex_decode(ascii::trim(text));
  HeldKey key;
  if (!decoded || decoded->size() != key.size())
    return Error(ErrorCode::kCorrupt, "quarantine.pub: holds no key of 64 hexadecimal digits");
  std::memcpy(key.data(), decoded->data(), key.size());
  return key;
}

std::string seal_held(const HeldKey& public_key, std::string_view message) {
  CHECK(sodium_init() >= 0);
  std::string sealed(message.size() + crypto_box_SEALBYTES, '\0');
  CHECK(crypto_box_seal(bytes(sealed), bytes(message), message.size(), public_key.data()) == 0);
  return sealed;
}

Result<std::string> open_held(const HeldKey& quarantine_key, std::string_view sealed) {
  const Error corrupt(ErrorCode::kCorrupt,
                      "quarantine: a held message does not open: it was changed, or the key was");
  if (sealed.size() < crypto_box_SEALBYTES) return corrupt;
  Pair pair = pair_of(quarantine_key);
  std::string message(sealed.size() - crypto_box_SEALBYTES, '\0');
  const bool opened = crypto_box_seal_open(bytes(message), bytes(sealed), sealed.size(), pair.open.data(),
                                           pair.secret.data()) == 0;
  sodium_memzero(pair.secret.data(), pair.secret.size());
  if (!opened) return corrupt;
  return message;
}

}  // namespace linkgate::state
