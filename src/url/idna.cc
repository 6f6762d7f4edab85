#include "url/idna.h"

#include <unicode/uidna.h>
#include <unicode/unorm2.h>
#include <unicode/utf16.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <iterator>
#include <optional>

#include "base/ascii.h"
#include "base/check.h"
#include "url/idna_newer.h"
#include "url/punycode.h"

namespace linkgate::url {

namespace {

// VerifyDnsLength and CheckHyphens are false in the URL Standard; ICU always checks and reports them.
constexpr uint32_t kIgnoredErrors = UIDNA_ERROR_EMPTY_LABEL | UIDNA_ERROR_LABEL_TOO_LONG |
                                    UIDNA_ERROR_DOMAIN_NAME_TOO_LONG | UIDNA_ERROR_LEADING_HYPHEN |
                                    UIDNA_ERROR_TRAILING_HYPHEN | UIDNA_ERROR_HYPHEN_3_4;

// Debian 12's ICU 72 carries the mapping table of Unicode 15. Revision 33 of UTS46 (15.1), Unicode 16 and 17
// changed how these are mapped, or added them, and today's browsers open hosts written with them, so they are
// mapped before ICU sees them. With a newer ICU this changes nothing.
struct Remapping {
  UChar32 first, last;
  UChar32 to;  // of `first`, and so on; 0: ignored
};
constexpr Remapping kNewMappings[] = {
    {0x04c0, 0x04c0, 0x04cf},    {0x10a0, 0x10c5, 0x2d00},    {0x115f, 0x1160, 0},
    {0x17b4, 0x17b5, 0},         {0x180e, 0x180e, 0},         {0x1c89, 0x1c89, 0x1c8a},
    {0x1e9e, 0x1e9e, 0x00df},    {0x2061, 0x2063, 0},         {0x206a, 0x206f, 0},
    {0x2132, 0x2132, 0x214e},    {0x2183, 0x2183, 0x2184},    {0x3164, 0x3164, 0},
    {0xa7cb, 0xa7cb, 0x0264},    {0xa7cc, 0xa7cc, 0xa7cd},    {0xa7ce, 0xa7ce, 0xa7cf},
    {0xa7d2, 0xa7d2, 0xa7d3},    {0xa7d4, 0xa7d4, 0xa7d5},    {0xa7da, 0xa7da, 0xa7db},
    {0xa7dc, 0xa7dc, 0x019b},    {0xa7f1, 0xa7f1, 0x0073},    {0xffa0, 0xffa0, 0},
    {0x10d50, 0x10d65, 0x10d70}, {0x16ea0, 0x16eb8, 0x16ebb}, {0x1ccd6, 0x1ccef, 0x0061},
    {0x1ccf0, 0x1ccf9, 0x0030},  {0x1d173, 0x1d17a, 0},       {0x2f868, 0x2f868, 0x36fc},
    {0x2f874, 0x2f874, 0x5f53},  {0x2f91f, 0x2f91f, 0x243ab}, {0x2f95f, 0x2f95f, 0x7aee},
    {0x2f9bf, 0x2f9bf, 0x45d7},
};

// No name in DNS is longer, encoded or not. Bounds our own Punycode, whose work grows with a label's square.
constexpr size_t kMaxDnsName = 255;

void append_utf8(std::string& out, char32_t c) {
  char utf8[U8_MAX_LENGTH];
  int32_t length = 0;
  U8_APPEND_UNSAFE(utf8, length, static_cast<UChar32>(c));
  out.append(utf8, static_cast<size_t>(length));
}

std::string utf8_of(std::u32string_view text) {
  std::string out;
  for (const char32_t c : text) append_utf8(out, c);
  return out;
}

// Invalid bytes are U+FFFD, which no host may hold.
std::u32string code_points_of(std::string_view text) {
  std::u32string out;
  const auto size = static_cast<int32_t>(text.size());
  for (int32_t at = 0; at < size;) {
    UChar32 c = 0;
    U8_NEXT_OR_FFFD(text.data(), at, size, c);
    out.push_back(static_cast<char32_t>(c));
  }
  return out;
}

std::string with_new_mappings(std::string_view domain) {
  std::string out;
  out.reserve(domain.size());
  const auto size = static_cast<int32_t>(domain.size());
  for (int32_t at = 0; at < size;) {
    const int32_t start = at;
    UChar32 c = 0;
    U8_NEXT(domain.data(), at, size, c);
    const auto row = std::find_if(std::begin(kNewMappings), std::end(kNewMappings),
                                  [&](const Remapping& r) { return r.first <= c && c <= r.last; });
    if (row == std::end(kNewMappings)) {
      out.append(domain.substr(start, at - start));
    } else if (row->to != 0) {
      append_utf8(out, static_cast<char32_t>(row->to + (c - row->first)));
    }
  }
  return out;
}

const UIDNA* uts46() {
  static const UIDNA* const instance = [] {
    UErrorCode status = U_ZERO_ERROR;
    UIDNA* idna = uidna_openUTS46(UIDNA_CHECK_BIDI | UIDNA_CHECK_CONTEXTJ | UIDNA_NONTRANSITIONAL_TO_ASCII |
                                      UIDNA_NONTRANSITIONAL_TO_UNICODE,
                                  &status);
    CHECK(U_SUCCESS(status));
    return idna;
  }();
  return instance;
}

using Convert = int32_t (*)(const UIDNA*, const char*, int32_t, char*, int32_t, UIDNAInfo*, UErrorCode*);

// Runs `convert`, growing the buffer once where it does not fit. False: ICU itself failed.
bool run(Convert convert, std::string_view domain, std::string& out, uint32_t& errors) {
  out.resize(domain.size() * 2 + 64);
  for (int attempt = 0; attempt < 2; ++attempt) {
    UIDNAInfo info = UIDNA_INFO_INITIALIZER;
    UErrorCode status = U_ZERO_ERROR;
    const int32_t length = convert(uts46(), domain.data(), static_cast<int32_t>(domain.size()), out.data(),
                                   static_cast<int32_t>(out.size()), &info, &status);
    if (status == U_BUFFER_OVERFLOW_ERROR) {
      out.resize(static_cast<size_t>(length) + 1);
      continue;
    }
    if (U_FAILURE(status)) return false;
    out.resize(static_cast<size_t>(length));
    errors = info.errors;
    return true;
  }
  return false;
}

// UTS46's mapping and NFC, which part the labels and tell "xn--" in every spelling. nullopt: ICU itself
// failed.
std::optional<std::u32string> map_and_normalize(std::u32string_view text) {
  UErrorCode status = U_ZERO_ERROR;
  const UNormalizer2* normalizer = unorm2_getInstance(nullptr, "uts46", UNORM2_COMPOSE, &status);
  if (U_FAILURE(status)) return std::nullopt;
  std::u16string units;
  for (const char32_t c : text) {
    if (c > 0xffff) units.push_back(static_cast<char16_t>(U16_LEAD(c)));
    units.push_back(static_cast<char16_t>(c > 0xffff ? U16_TRAIL(c) : c));
  }
  std::u16string mapped(units.size() * 18 + 1, u'\0');  // the longest mapping
  const int32_t length = unorm2_normalize(normalizer, units.data(), static_cast<int32_t>(units.size()),
                                          mapped.data(), static_cast<int32_t>(mapped.size()), &status);
  if (U_FAILURE(status)) return std::nullopt;
  std::u32string out;
  for (int32_t at = 0; at < length;) {
    UChar32 c = 0;
    U16_NEXT(mapped.data(), at, length, c);
    out.push_back(static_cast<char32_t>(c));
  }
  return out;
}

// `domain` with its xn-- labels decoded; nullopt where one does not decode.
std::optional<std::u32string> decode_labels(std::u32string_view domain) {
  std::u32string out;
  while (true) {
    const size_t dot = domain.find(U'.');
    const std::u32string_view label = domain.substr(0, dot);
    if (label.starts_with(U"xn--")) {
      const auto decoded = punycode_decode(utf8_of(label.substr(4)));
      if (!decoded || decoded->find(U'.') != std::u32string::npos) return std::nullopt;
      out += *decoded;
    } else {
      out += label;
    }
    if (dot == std::u32string_view::npos) return out;
    out.push_back(U'.');
    domain.remove_prefix(dot + 1);
  }
}

std::string encode_labels(std::u32string_view domain) {
  std::string out;
  while (true) {
    const size_t dot = domain.find(U'.');
    const std::u32string_view label = domain.substr(0, dot);
    const bool is_ascii = std::all_of(label.begin(), label.end(), [](char32_t c) { return c < 0x80; });
    out += is_ascii ? utf8_of(label) : "xn--" + punycode_encode(label);
    if (dot == std::u32string_view::npos) return out;
    out.push_back('.');
    domain.remove_prefix(dot + 1);
  }
}

// ToASCII for a domain with characters that ICU does not know: with stand-ins in their place ICU maps and
// checks the rest, and the Punycode is ours. Empty: failure.
std::string newer_to_ascii(std::string_view domain) {
  StandIns first;
  auto mapped = map_and_normalize(first.hide(code_points_of(domain)));
  if (mapped) mapped = first.reveal(*mapped);
  if (!mapped) return {};
  const std::u32string composed = compose_newer(*mapped);
  if (composed.size() > kMaxDnsName) return {};
  const auto decoded = decode_labels(composed);
  if (!decoded || !has_newer_character(*decoded) || compose_newer(*decoded) != *decoded) return {};
  StandIns second;
  std::string checked;
  uint32_t errors = 0;
  if (!run(uidna_nameToUnicodeUTF8, utf8_of(second.hide(*decoded)), checked, errors)) return {};
  const auto unicode = (errors & ~kIgnoredErrors) ? std::nullopt : second.reveal(code_points_of(checked));
  if (!unicode) return {};
  // Nothing was left to map or to compose, in labels that came as xn-- neither.
  std::string encoded = encode_labels(*unicode);
  return encoded == encode_labels(composed) ? encoded : std::string();
}

}  // namespace

bool append_idna_to_ascii(std::string& out, std::string_view domain) {
  if (domain.size() > kMaxIdnaInput) return false;
  std::string ascii_form;
  uint32_t errors = 0;
  const std::string mapped = with_new_mappings(domain);
  if (!run(uidna_nameToASCII_UTF8, mapped, ascii_form, errors)) return false;
  if (errors & ~kIgnoredErrors) ascii_form = newer_to_ascii(mapped);
  if (ascii_form.empty()) return false;
  out += ascii_form;
  return true;
}

std::string domain_to_unicode(std::string_view domain) {
  std::string readable;
  uint32_t errors = 0;
  if (domain.size() > kMaxIdnaInput || !run(uidna_nameToUnicodeUTF8, domain, readable, errors)) {
    return std::string(domain);
  }
  return (errors & ~kIgnoredErrors) ? std::string(domain) : readable;
}

}  // namespace linkgate::url
