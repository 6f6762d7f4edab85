// Opens sealed links: finds data and url in a target that others may have mangled, opens the box, matches the
// URL.
#include <algorithm>
#include <array>
#include <cstring>

#include "base/ascii.h"
#include "base/base64.h"
#include "url/link_payload.h"
#include "url/percent.h"
#include "url/seal_box.h"
#include "url/sealed_link.h"
#include "url/url.h"
#include "url/url_repairs.h"

namespace linkgate::url {

namespace {

constexpr size_t kMaxTarget = 64 * 1024;  // a sealed link has at most about 11,000 characters
constexpr size_t kMaxDataCandidates = 8;
constexpr size_t kMaxTrimmedData = 3;  // "_" and "-" that emphasis or a dash glued to the end

// The run of base64url characters at the front.
std::string_view base64url_run(std::string_view text) {
  static constexpr auto kBelongs = [] {
    std::array<bool, 256> belongs{};
    for (int c = 0; c < 256; ++c) {
      belongs[static_cast<size_t>(c)] = ascii::is_alnum(static_cast<char>(c)) || c == '-' || c == '_';
    }
    return belongs;
  }();
  size_t length = 0;
  while (length < text.size() && kBelongs[static_cast<uint8_t>(text[length])]) ++length;
  return text.substr(0, length);
}

struct Candidate {
  std::string_view data;    // the run of base64url characters
  std::string_view before;  // of the query, without the separator
  std::string_view after;
};

// Where a parameter's name may begin: at the start or behind a separator, escaped or not.
bool is_separator_before(std::string_view query, size_t at) {
  if (at == 0) return true;
  const std::string_view before = query.substr(0, at);
  return internal::contains("?&;", before.back()) || ascii::iends_with(before, "%26") ||
         ascii::iends_with(before, "%3b");
}

std::string_view without_separator(std::string_view text) {
  if (ascii::iends_with(text, "&amp;")) return text.substr(0, text.size() - 5);
  if (ascii::iends_with(text, "%26amp%3b")) return text.substr(0, text.size() - 9);
  if (ascii::iends_with(text, "%26")) return text.substr(0, text.size() - 3);
  if (!text.empty() && internal::contains("&;", text.back())) return text.substr(0, text.size() - 1);
  return text;
}

// The length of "=", "%3D" or quoted-printable's "=3D" at the front; 0: none of them.
size_t equals_length(std::string_view text) {
  if (text.starts_with("=3D")) return 3;
  if (ascii::istarts_with(text, "%3d")) return 3;
  return text.starts_with('=') ? 1 : 0;
}

// Where the last "data" begins, or npos. Nearly all of a query is the value behind it, where 'd' is rare.
size_t find_last_data(std::string_view query) {
  constexpr std::string_view kData = "data";
  while (query.size() >= kData.size()) {
    const size_t behind = query.size() - kData.size() + 1;
    const auto* d = static_cast<const char*>(memrchr(query.data(), 'd', behind));
    if (d == nullptr) return std::string_view::npos;
    const size_t at = static_cast<size_t>(d - query.data());
    if (query.substr(at, kData.size()) == kData) return at;
    query = query.substr(0, at + kData.size() - 1);
  }
  return std::string_view::npos;
}

// All values of `data`, from the last to the first: what was appended in front of or behind ours stays
// possible.
std::vector<Candidate> find_data(std::string_view query) {
  std::vector<Candidate> found;
  for (size_t at = find_last_data(query); at != std::string_view::npos && found.size() < kMaxDataCandidates;
       at = find_last_data(query.substr(0, at))) {
    const size_t equals = equals_length(query.substr(at + 4));
    if (equals == 0 || !is_separator_before(query, at)) continue;
    const std::string_view value = query.substr(at + 4 + equals);
    const std::string_view data = base64url_run(value);
    found.push_back({data, without_separator(query.substr(0, at)), value.substr(data.size())});
  }
  return found;
}

// Readings of url=: up to data=, up to the next parameter, and, where url= comes last, to the end.
std::vector<std::string_view> find_url_values(const Candidate& candidate) {
  std::vector<std::string_view> values;
  for (const std::string_view part : {candidate.before, candidate.after}) {
    for (size_t at = part.find("url"); at != std::string_view::npos; at = part.find("url", at + 1)) {
      const size_t equals = equals_length(part.substr(at + 3));
      if (equals == 0 || !is_separator_before(part, at)) continue;
      const std::string_view value = part.substr(at + 3 + equals);
      values.push_back(value);
      const size_t end = value.find('&');
      if (end != std::string_view::npos) values.push_back(value.substr(0, end));
      break;  // a later url= is one of the original's own parameters
    }
  }
  return values;
}

tl::expected<LinkPayload, OpenError> open_data(std::string_view data, std::string_view host,
                                               const Keyring& keys) {
  const auto failure = [](OpenFailure why) { return tl::unexpected(OpenError{why, std::nullopt}); };
  const auto box = base64url_decode(data);
  if (!box || !box_key_id(*box)) {
    // Version 1 begins with these bits; what begins otherwise was never a seal of ours.
    const bool ours =
        data.empty() || (data[0] == 'A' && (data.size() == 1 || (data[1] >= 'Q' && data[1] <= 'f')));
    return failure(ours ? OpenFailure::kDamaged : OpenFailure::kNotOurs);
  }
  const SealingKey* key = keys.find(*box_key_id(*box));
  if (key == nullptr) return failure(OpenFailure::kUnknownKey);
  if (key->state == KeyState::kRevoked) return failure(OpenFailure::kRevokedKey);
  const BoxKeys box_keys = KeyringAccess::link_keys(keys, *key);
  if (const auto plaintext = open_box(box_keys, host, *box)) {
    auto payload = read_payload(*plaintext);
    if (!payload || payload->host_tag != host_tag_of(host)) return failure(OpenFailure::kDamaged);
    std::copy_n(box->begin() + kBoxHeaderSize, payload->digest.size(), payload->digest.begin());
    return *std::move(payload);
  }
  const auto plaintext = open_box_ignoring_context(box_keys, *box);
  const auto payload = plaintext ? read_payload(*plaintext) : std::nullopt;
  const bool other_host = payload && payload->host_tag != host_tag_of(host);
  return failure(other_host ? OpenFailure::kOtherHost : OpenFailure::kDamaged);
}

// As open_data; where the data does not open, '-' and '_' at its end are tried as foreign punctuation.
tl::expected<LinkPayload, OpenError> open_data_trimming(std::string_view data, std::string_view host,
                                                        const Keyring& keys, bool& trimmed) {
  auto opened = open_data(data, host, keys);
  for (size_t i = 0; i < kMaxTrimmedData && !opened && opened.error().failure == OpenFailure::kDamaged; ++i) {
    if (data.empty() || !internal::contains("-_", data.back())) break;
    data.remove_suffix(1);
    auto again = open_data(data, host, keys);
    if (again) trimmed = true, opened = std::move(again);
  }
  return opened;
}

// A newline or tab in a URL means nothing to a browser, and to whoever prints a header much too much.
void print_without_controls(std::string& url) {
  const auto is_control = [](char c) { return static_cast<uint8_t>(c) < 0x20 || c == 0x7f; };
  if (std::none_of(url.begin(), url.end(), is_control)) return;
  const auto parsed = Url::parse(url);
  url = parsed ? parsed->href() : "";
}

OpenedLink opened_link(LinkPayload payload, bool repaired) {
  OpenedLink link;
  print_without_controls(payload.claims.url);
  link.url_hash.assign(reinterpret_cast<const char*>(payload.url_hash.data()), payload.url_hash.size());
  link.needs_lookup = payload.flags & LinkPayload::kStoredUrl;
  link.repaired = repaired;
  link.digest = payload.digest;
  link.claims = std::move(payload.claims);
  return link;
}

// The more a failure knows, the better it explains.
int rank(OpenFailure failure) {
  switch (failure) {
    case OpenFailure::kNotOurs:
      return 0;
    case OpenFailure::kDamaged:
      return 1;
    case OpenFailure::kUnknownKey:
      return 2;
    case OpenFailure::kRevokedKey:
      return 3;
    case OpenFailure::kOtherHost:
      return 4;
    case OpenFailure::kAlteredUrl:
      return 5;
  }
  return 0;
}

tl::expected<OpenedLink, OpenError> open_form(std::string_view rest, std::string_view host,
                                              const Keyring& keys) {
  const std::string_view data = base64url_run(rest);
  bool trimmed = false;
  auto payload = open_data_trimming(data, host, keys, trimmed);
  if (!payload) return tl::unexpected(payload.error());
  if (!(payload->flags & LinkPayload::kForm))
    return tl::unexpected(OpenError{OpenFailure::kDamaged, std::nullopt});
  return opened_link(*std::move(payload), trimmed);
}

tl::expected<OpenedLink, OpenError> open_candidate(const Candidate& candidate, std::string_view host,
                                                   const Keyring& keys) {
  bool repaired = false;
  auto payload = open_data_trimming(candidate.data, host, keys, repaired);
  if (!payload) return tl::unexpected(payload.error());
  if (payload->flags & LinkPayload::kForm)
    return tl::unexpected(OpenError{OpenFailure::kDamaged, std::nullopt});
  if (payload->flags & (LinkPayload::kUrlInside | LinkPayload::kStoredUrl)) {
    return opened_link(*std::move(payload), repaired);
  }
  auto url = match_url(find_url_values(candidate), payload->url_hash);
  if (!url) return tl::unexpected(OpenError{OpenFailure::kAlteredUrl, std::move(payload->claims)});
  payload->claims.url = std::move(url->url);
  return opened_link(*std::move(payload), repaired || url->repaired);
}

tl::expected<OpenedLink, OpenError> open_query(std::string_view query, std::string_view host,
                                               const Keyring& keys) {
  OpenError best{OpenFailure::kNotOurs, std::nullopt};
  for (const auto& candidate : find_data(query)) {
    auto opened = open_candidate(candidate, host, keys);
    if (opened) return opened;
    if (rank(opened.error().failure) > rank(best.failure)) best = std::move(opened.error());
  }
  return tl::unexpected(std::move(best));
}

// Path and query of a target in absolute form, as some proxies send it.
std::string_view without_origin(std::string_view target) {
  if (!ascii::istarts_with(target, "http://") && !ascii::istarts_with(target, "https://")) return target;
  const size_t path = target.find_first_of("/?", target.find("//") + 2);
  return path == std::string_view::npos ? "/" : target.substr(path);
}

}  // namespace

tl::expected<OpenedLink, OpenError> open(std::string_view target, std::string_view host,
                                         const Keyring& keys) {
  const OpenError not_ours{OpenFailure::kNotOurs, std::nullopt};
  if (target.size() > kMaxTarget) return tl::unexpected(not_ours);
  std::string click_host = ascii::to_lower(host);
  if (click_host.ends_with('.')) click_host.pop_back();
  target = without_origin(target);
  target = target.substr(0, target.find('#'));
  if (target.starts_with("/f/")) return open_form(target.substr(3), click_host, keys);
  std::string decoded;
  bool escaped = false;
  if (ascii::istarts_with(target, "/%3f")) {  // the '?' was escaped with all the rest
    decoded = percent_decode(target);
    target = decoded;
    escaped = true;
  }
  if (target.starts_with('/')) target.remove_prefix(1);
  if (!target.starts_with('?')) return tl::unexpected(not_ours);
  auto opened = open_query(target.substr(1), click_host, keys);
  if (opened && escaped) opened->repaired = true;
  return opened;
}

}  // namespace linkgate::url
