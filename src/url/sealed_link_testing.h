#pragma once
// What the tests of sealed links share: keys, claims, and ways to mangle a link. For *_test.cc only.

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "url/percent.h"
#include "url/sealed_link.h"

namespace linkgate::url {

inline constexpr std::string_view kOrigin = "https://links.example.net";
inline constexpr std::string_view kHost = "links.example.net";

inline SealingKey key(uint32_t id, KeyState state, uint8_t salt = 0) {
  SealingKey key;
  key.id = id;
  key.state = state;
  key.created = Time(std::chrono::seconds(1'700'000'000 + id));
  for (size_t i = 0; i < key.secret.size(); ++i) key.secret[i] = static_cast<uint8_t>(id * 31 + i + salt);
  return key;
}

inline Keyring ring() { return Keyring({key(7, KeyState::kSealing), key(3, KeyState::kOpenOnly)}); }

// Bytes that do not compress, the same in every run.
inline std::string noise_bytes(size_t size) {
  std::string bytes;
  uint32_t state = 1;
  while (bytes.size() < size)
    bytes.push_back(static_cast<char>((state = state * 1664525u + 1013904223u) >> 24));
  return bytes;
}

inline LinkClaims claims(std::string url) {
  LinkClaims claims;
  claims.network_message_id = *parse_uuid("01234567-89ab-cdef-0123-456789abcdef");
  claims.recipient = "alice@example.org";
  claims.location = LinkLocation::kQrCode;
  claims.message_time = Time(std::chrono::seconds(1'763'765'533));
  claims.url = std::move(url);
  return claims;
}

inline std::string target_of(std::string_view link) { return std::string(link.substr(link.find('/', 8))); }

inline std::string seal_or_die(const LinkClaims& claims, const Keyring& keys = ring()) {
  const auto link = seal(claims, kOrigin, keys);
  EXPECT_TRUE(link) << link.error().message();
  return link ? *link : "";
}

inline std::string describe(const tl::expected<OpenedLink, OpenError>& opened) {
  if (opened) return std::string(opened->needs_lookup ? "lookup" : opened->repaired ? "repaired" : "opens");
  switch (opened.error().failure) {
    case OpenFailure::kNotOurs:
      return "not ours";
    case OpenFailure::kDamaged:
      return "damaged";
    case OpenFailure::kUnknownKey:
      return "unknown key";
    case OpenFailure::kRevokedKey:
      return "revoked key";
    case OpenFailure::kOtherHost:
      return "other host";
    case OpenFailure::kAlteredUrl:
      return "altered";
  }
  return "?";
}

inline std::string replaced(std::string text, std::string_view from, std::string_view to) {
  const size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from << " is not in " << text;
  return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

inline std::string encode(std::string_view text) {
  std::string out;
  append_encoded(out, text, kUnreservedOnlySet);
  return out;
}

inline const std::string kPlain = "https://shop.example.com/path/item?id=42&ref=mail#top";
inline const std::string kShort = "https://shop.example.com/path";

inline std::string swap_url(const std::string& link, std::string_view value) {
  const size_t start = link.find("?url=") + 5;
  return link.substr(0, start) + std::string(value) + link.substr(link.rfind("&data="));
}

}  // namespace linkgate::url
