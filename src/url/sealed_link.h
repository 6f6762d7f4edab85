#pragma once
// Links of ours: https://HOST/?url=<original, percent-encoded>&data=<base64url>, and https://HOST/f/<data>
// for forms.
//
// `data` opens by itself with a key alone; nothing is looked up (long links excepted). Layout, see
// docs/sealed-links.md:
//   version (1 byte) | key id (4 bytes) | nonce (24 bytes) | XChaCha20-Poly1305 of the payload, tag behind
//   payload: flags, location, NetworkMessageId, host tag, time of the message, 16-byte hash of the URL,
//   recipient, [compressed URL]. Associated data: version, key id, click host. Nonce: keyed BLAKE2b of
//   version, key id and payload (which names the host by its tag), so sealing is deterministic and no nonce
//   ever serves two texts.
// Only this file, its .cc files, keyring.cc, seal_box.h and link_payload.h know the format.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace linkgate::url {

inline constexpr size_t kMaxVisibleLink =
    2000;  // longer links show origin and path start, the whole URL travels sealed
inline constexpr size_t kMaxSealedUrl = 8000;  // longer URLs are kept in state and looked up by their hash

// published -> sealing -> open_only -> revoked. One key seals at a time; all but revoked ones open.
enum class KeyState { kPublished, kSealing, kOpenOnly, kRevoked };

struct SealingKey {
  uint32_t id = 0;
  KeyState state = KeyState::kPublished;
  std::array<uint8_t, 32> secret{};  // never printed, never logged
  Time created{};
};

// A fresh key in state kPublished, from the system's random source.
SealingKey generate_key(uint32_t id, Time now);

// The keys of one installation: a value, swapped as a whole when state changes. Thread-safe to read. Making
// one derives the subkeys of every key (some microseconds), so make it once a change, not once a link.
class Keyring {
 public:
  Keyring() = default;
  // Ids are unique; where two keys share one, the first counts.
  explicit Keyring(std::vector<SealingKey> keys);
  const SealingKey* sealing() const;          // absent: nothing may be sealed now (an error of ours)
  const SealingKey* find(uint32_t id) const;  // also finds revoked ones, so that the page can say so
  const std::vector<SealingKey>& keys() const { return keys_; }

 private:
  friend struct KeyringAccess;  // seal_box.h: the derived keys, for nobody else
  struct Derived {
    std::array<uint8_t, 32> link_cipher, link_nonce, tokens, stamps, message_ids;
  };
  std::vector<SealingKey> keys_;
  std::vector<Derived> derived_;  // as keys_
};

// Where in the message a link stood; EmailUrlInfo.UrlLocation and click rows carry it. Values are stored:
// never renumber.
enum class LinkLocation : uint8_t {
  kBody = 0,
  kSubject = 1,
  kAttachment = 2,
  kQrCode = 3,
  kCalendar = 4,
  kForm = 5
};

// What a link says about itself.
struct LinkClaims {
  std::array<uint8_t, 16> network_message_id{};  // UUID bytes
  std::string recipient;                         // envelope recipient it was sealed for
  LinkLocation location = LinkLocation::kBody;
  Time message_time{};  // seconds resolution
  std::string url;      // the original, as it stood in the message after decoding
  friend bool operator==(const LinkClaims&, const LinkClaims&) = default;
};

// Seals. `click_origin` is e.g. "https://links.example.net" (scheme, host, optional port, no slash). The
// same claims under the same key give the same bytes. Errors: kUnavailable, no sealing key; kInvalidArgument,
// url is not an absolute http(s) or ftp URL, or the recipient is longer than kMaxRecipient. Where claims.url
// is longer than kMaxSealedUrl the caller must have stored it: see needs_stored_url().
inline constexpr size_t kMaxRecipient = 1024;
Result<std::string> seal(const LinkClaims& claims, std::string_view click_origin, const Keyring& keys);
Result<std::string> seal_form(const LinkClaims& claims, std::string_view click_origin, const Keyring& keys);
bool needs_stored_url(std::string_view url);
// 16 bytes of BLAKE2b over the URL's normal form (its WHATWG href, hex digits of escapes in upper case): what
// the seal carries, and the key under which a stored URL is kept. Spellings that every browser opens alike
// have one hash.
std::string url_hash(std::string_view url);

// Why a link does not open: each has its own page and row.
enum class OpenFailure {
  kNotOurs,     // no data, not the shape of our links: "not issued here"
  kDamaged,     // truncated or altered seal
  kUnknownKey,  // a key this installation never had, or lost
  kRevokedKey,
  kOtherHost,   // sealed for another click host
  kAlteredUrl,  // the seal is good, but no repair makes the URL beside it match; claims without url are known
};

struct OpenedLink {
  // claims.url is the original; where url= came in another spelling that browsers open alike, that spelling,
  // and the href where control characters stood in it.
  LinkClaims claims;
  bool repaired = false;  // target or url= came altered; one of the repairs of docs/sealed-links.md fitted
  bool needs_lookup = false;  // claims.url is empty: fetch it from state by url_hash
  std::string url_hash;
  // The same for every copy of this link, repaired or not, and for no other: the seal's synthetic nonce,
  // which is a keyed hash of all that the seal says.
  std::array<uint8_t, 16> digest{};
};
struct OpenError {
  OpenFailure failure;
  std::optional<LinkClaims> claims;  // with kAlteredUrl: message and recipient, url empty
};

// `target` is the request target as it came ("/?url=...&data=..." or "/f/..."), `host` the click host without
// port.
tl::expected<OpenedLink, OpenError> open(std::string_view target, std::string_view host, const Keyring& keys);

// True where `url` has the shape of a link of ours on `click_host` (whoever sealed it), also where a client
// broke it off before its data. Cheap; used before opening.
bool looks_sealed(std::string_view url, std::string_view click_host);

// Seals of other short statements under the same keys, for what the click server hands to a browser and wants
// back unchanged (click tokens), and for X-Linkgate-Id. `purpose` separates uses: a token of one never opens
// as another. Where no key seals, the newest one that is not revoked does; without any the token is empty and
// opens as nothing.
std::string seal_token(std::string_view purpose, std::string_view plaintext, const Keyring& keys);
std::optional<std::string> open_token(std::string_view purpose, std::string_view token, const Keyring& keys);
// Value of the X-Linkgate-Id header: "<NetworkMessageId>.<MAC>", and its check. NetworkMessageId in UUID text
// form.
std::string message_stamp(std::string_view network_message_id, const Keyring& keys);
std::optional<std::string> verify_message_stamp(std::string_view header_value, const Keyring& keys);
// Keyed hash (BLAKE2b, 16 bytes in the form of a version 8 UUID, RFC 9562) that makes NetworkMessageId:
// stable over key rotation, being keyed by the oldest key, revoked or not. REQUIRES: the keyring is not
// empty.
std::array<uint8_t, 16> message_id_hash(std::string_view input, const Keyring& keys);

std::string uuid_text(const std::array<uint8_t, 16>& bytes);
std::optional<std::array<uint8_t, 16>> parse_uuid(std::string_view text);

}  // namespace linkgate::url
