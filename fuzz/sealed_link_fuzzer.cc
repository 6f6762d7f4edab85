// Sealed links: the first byte chooses. 0: the rest is a URL that is sealed and opened again. Else: the rest
// is a target; what opens carries the claims of the one message this key ever sealed for, and a URL of the
// sealed hash.
#include <algorithm>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "url/sealed_link.h"

namespace url = linkgate::url;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  static const url::Keyring keys = [] {
    url::SealingKey key{7, url::KeyState::kSealing};
    key.secret.fill(42);
    return url::Keyring({key});
  }();
  const std::string_view text(reinterpret_cast<const char*>(data + 1), size - 1);
  const bool seals = data[0] == 0;
  url::LinkClaims claims;
  claims.recipient = "alice@example.org";
  claims.url = text;
  const auto link = url::seal(claims, "https://links.example.net", keys);
  if (seals && !link) return 0;
  const auto opened = url::open(seals ? link->substr(25) : text, "links.example.net", keys);
  CHECK(opened || !seals);
  if (!opened) return 0;
  CHECK(opened->claims.recipient == claims.recipient && opened->claims.message_time == claims.message_time);
  CHECK(opened->needs_lookup || url::url_hash(opened->claims.url) == opened->url_hash);
  CHECK(!seals || opened->url_hash == url::url_hash(text));
  const auto is_control = [](char c) { return static_cast<uint8_t>(c) < 0x20 || c == 0x7f; };
  const bool exact = seals && !opened->needs_lookup && std::none_of(text.begin(), text.end(), is_control);
  CHECK(!exact || opened->claims == claims);
  return 0;
}
