#include "url/sealed_link.h"

#include "base/ascii.h"
#include "base/base64.h"
#include "url/link_payload.h"
#include "url/percent.h"
#include "url/seal_box.h"
#include "url/url.h"

namespace linkgate::url {

namespace {

constexpr size_t kVisibleStart =
    120;  // of a URL that travels sealed: enough for an origin and the start of a path

// Characters of base64url without padding for `bytes` bytes.
constexpr size_t base64_length(size_t bytes) { return (bytes * 4 + 2) / 3; }

size_t encoded_length(std::string_view text) {
  size_t length = text.size();
  for (const char c : text) length += in_set(c, kUnreservedOnlySet) ? 2 : 0;
  return length;
}

// "https://Links.example.net:8443" is sealed for "links.example.net".
std::string host_of_origin(std::string_view origin) {
  const size_t slashes = origin.find("//");
  std::string_view host = slashes == std::string_view::npos ? origin : origin.substr(slashes + 2);
  const size_t colon = host.find(':', host.starts_with('[') ? host.find(']') : 0);
  return ascii::to_lower(host.substr(0, colon));
}

// What a reader sees of a URL that is too long to be shown: origin and path, cut, never within an escape.
std::string visible_start(std::string_view form) {
  const size_t query = form.find_first_of("?#");
  std::string_view start = form.substr(0, std::min(query, kVisibleStart));
  const size_t escape = start.rfind('%');
  if (escape != std::string_view::npos && escape + 3 > start.size()) start = start.substr(0, escape);
  return std::string(start) + "...";
}

struct Draft {
  const SealingKey* key = nullptr;
  std::string host;
  std::string form;  // see sealable_form
  uint8_t flags = 0;
};

Result<Draft> draft(const LinkClaims& claims, std::string_view click_origin, const Keyring& keys) {
  Draft draft;
  draft.key = keys.sealing();
  if (draft.key == nullptr)
    return Error(ErrorCode::kUnavailable, "no key of this installation is in state sealing");
  if (claims.recipient.size() > kMaxRecipient) {
    return Error(ErrorCode::kInvalidArgument, "the recipient's address is too long to be sealed");
  }
  auto form = sealable_form(claims.url);
  if (!form) return Error(ErrorCode::kInvalidArgument, "not an absolute http, https or ftp URL");
  draft.form = std::move(*form);
  draft.host = host_of_origin(click_origin);
  if (needs_stored_url(claims.url)) draft.flags = LinkPayload::kStoredUrl;
  return draft;
}

std::string sealed_data(const Draft& draft, const LinkClaims& claims, const Keyring& keys) {
  const std::string payload = write_payload(draft.flags, claims, host_tag_of(draft.host), hash16(draft.form));
  return base64url_encode(
      seal_box(KeyringAccess::link_keys(keys, *draft.key), draft.key->id, draft.host, payload));
}

}  // namespace

bool needs_stored_url(std::string_view url) { return url.size() > kMaxSealedUrl; }

std::string url_hash(std::string_view url) {
  const auto form = sealable_form(url);
  const auto hash = hash16(form ? std::string_view(*form) : url);
  return std::string(reinterpret_cast<const char*>(hash.data()), hash.size());
}

Result<std::string> seal(const LinkClaims& claims, std::string_view click_origin, const Keyring& keys) {
  TRY_ASSIGN(Draft draft, linkgate::url::draft(claims, click_origin, keys));
  const size_t frame = click_origin.size() + std::string_view("/?url=&data=").size() +
                       base64_length(kBoxOverhead + payload_size_without_url(claims));
  std::string_view visible = claims.url;
  std::string start;
  if (frame + encoded_length(visible) > kMaxVisibleLink) {
    if (draft.flags == 0) draft.flags = LinkPayload::kUrlInside;
    visible = start = visible_start(draft.form);
  }
  std::string link;
  link.reserve(frame + 3 * visible.size());
  link.append(click_origin).append("/?url=");
  append_encoded(link, visible, kUnreservedOnlySet);
  return link.append("&data=").append(sealed_data(draft, claims, keys));
}

Result<std::string> seal_form(const LinkClaims& claims, std::string_view click_origin, const Keyring& keys) {
  TRY_ASSIGN(Draft draft, linkgate::url::draft(claims, click_origin, keys));
  // No url= stands beside a form's seal, so the URL always travels inside it, or in state.
  if (draft.flags == 0) draft.flags = LinkPayload::kUrlInside;
  draft.flags |= LinkPayload::kForm;
  return std::string(click_origin) + "/f/" + sealed_data(draft, claims, keys);
}

bool looks_sealed(std::string_view url, std::string_view click_host) {
  const size_t slashes = url.find("//");
  if (slashes == std::string_view::npos) return false;
  const std::string_view rest = url.substr(slashes + 2);
  if (!ascii::istarts_with(rest, click_host)) return false;
  std::string_view target = rest.substr(click_host.size());
  if (target.starts_with(':')) {
    target.remove_prefix(std::min(target.find_first_not_of("0123456789", 1), target.size()));
  }
  if (target.starts_with("/f/")) return true;
  return target.starts_with("/?url=") ||
         (target.starts_with("/?") && target.find("data=") != std::string_view::npos);
}

}  // namespace linkgate::url
