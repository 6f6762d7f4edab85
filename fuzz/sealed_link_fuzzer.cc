// Sealed links: the first byte chooses. 0: the rest is a URL that is sealed and opened again. Else: the rest
// is a target; what opens carries the claims of the one message this key ever sealed for, and a URL of the
// sealed hash.
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "url/sealed_link.h"

namespace url = linkgate::url;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  static const url::Keyring keys = [] {
    url::SealingKey key;
    key.id = 7;
    key.state = url::KeyState::kSealing;
    key.secret.fill(42);
    return url::Keyring({key});
  }();
  const std::string_view text(reinterpret_cast<const char*>(data + 1), size - 1);
  url::LinkClaims claims;
  claims.recipient = "alice@example.org";
  if (data[0] == 0) {
    claims.url = text;
    const auto link = url::seal(claims, "https://links.example.net", keys);
    if (!link) return 0;
    const auto opened = url::open(link->substr(25), "links.example.net", keys);
    CHECK(opened && opened->url_hash == url::url_hash(text));
    CHECK(opened->needs_lookup ? opened->claims.url.empty() : opened->claims == claims);
    return 0;
  }
  const auto opened = url::open(text, "links.example.net", keys);
  if (!opened) return 0;
  CHECK(opened->claims.recipient == claims.recipient &&
        opened->claims.network_message_id == claims.network_message_id);
  CHECK(opened->needs_lookup || url::url_hash(opened->claims.url) == opened->url_hash);
  return 0;
}
