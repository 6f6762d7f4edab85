#pragma once
// What lies in quarantine is encrypted (libsodium's secretstream, XChaCha20-Poly1305, in pieces of 64 KiB),
// so that a copy of the database alone shows no mail. The key lies beside the databases of state, in
// quarantine.key, for linkgate-respond and root: without it nothing in quarantine can be read.

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace linkgate::respond {

using QuarantineKey = std::array<unsigned char, 32>;

// Made on first use (mode 0600), unless `read_only`. Errors: kIo, kNotFound, kPermission; kCorrupt: no key.
Result<QuarantineKey> quarantine_key(const std::string& path, bool read_only = false);

// `id` is bound: what was sealed for one message does not open as another.
std::string seal_message(const QuarantineKey& key, std::string_view id, std::string_view message);
// kCorrupt: cut, changed, of another key or id.
Result<std::string> open_message(const QuarantineKey& key, std::string_view id, std::string_view sealed);

}  // namespace linkgate::respond
