#pragma once
// Mail on its way into quarantine is sealed to a public key (libsodium's sealed boxes: X25519,
// XSalsa20-Poly1305), so that who puts it down cannot read it again. The key pair is made from that of the
// quarantine (respond/quarantine_seal.h); its public half lies beside it, in quarantine.pub.

#include <array>
#include <string>
#include <string_view>

#include "base/result.h"

namespace linkgate::state {

using HeldKey = std::array<unsigned char, 32>;

// Of the folder of state.
std::string held_key_file(std::string_view state_folder);

HeldKey held_public_key(const HeldKey& quarantine_key);
// The text of the file, and back. kCorrupt: it is no key.
std::string held_key_text(const HeldKey& public_key);
Result<HeldKey> parse_held_key(std::string_view text);

std::string seal_held(const HeldKey& public_key, std::string_view message);
// kCorrupt: cut, changed, or sealed to another key.
Result<std::string> open_held(const HeldKey& quarantine_key, std::string_view sealed);

}  // namespace linkgate::state
