#pragma once
// The plaintext of a sealed link and its bytes, docs/sealed-links.md. Inside url/ only.

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "url/sealed_link.h"

namespace linkgate::url {

struct LinkPayload {
  enum Flags : uint8_t {
    kUrlInside = 1,  // the whole URL follows, see kDeflated
    kDeflated = 2,   // raw deflate; without it the URL's own bytes
    kStoredUrl = 4,  // longer than kMaxSealedUrl: state has it under the hash
    kForm = 8,       // opens under /f/ only
  };
  uint8_t flags = 0;
  LinkClaims claims;                  // url: the sealed one with kUrlInside, else empty
  std::array<uint8_t, 4> host_tag{};  // see host_tag_of
  std::array<uint8_t, 16> url_hash{};
  std::array<uint8_t, 16> digest{};  // OpenedLink::digest; not of the payload itself
};

// FNV-1a of the click host. It tells the hosts of one installation apart, which an administrator names;
// nothing rests on its being hard to collide.
std::array<uint8_t, 4> host_tag_of(std::string_view click_host);

// The first part of the layout, whose size depends on the recipient alone.
size_t payload_size_without_url(const LinkClaims& claims);
// `claims.url` goes in where `flags` have kUrlInside, deflated where that makes it shorter.
std::string write_payload(uint8_t flags, const LinkClaims& claims, const std::array<uint8_t, 4>& host_tag,
                          const std::array<uint8_t, 16>& url_hash);
// nullopt: not what write_payload writes. Decompression stops at kMaxSealedUrl bytes.
std::optional<LinkPayload> read_payload(std::string_view bytes);

// What url_hash hashes: the href with the hex digits of its escapes in upper case; nullopt where `url` is no
// URL that is ever sealed.
std::optional<std::string> sealable_form(std::string_view url);

}  // namespace linkgate::url
