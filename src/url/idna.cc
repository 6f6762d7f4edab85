#include "url/idna.h"

#include <unicode/uidna.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <iterator>

#include "base/ascii.h"
#include "base/check.h"

namespace linkgate::url {

namespace {

// VerifyDnsLength and CheckHyphens are false in the URL Standard; ICU always checks and reports them.
constexpr uint32_t kIgnoredErrors = UIDNA_ERROR_EMPTY_LABEL | UIDNA_ERROR_LABEL_TOO_LONG |
                                    UIDNA_ERROR_DOMAIN_NAME_TOO_LONG | UIDNA_ERROR_LEADING_HYPHEN |
                                    UIDNA_ERROR_TRAILING_HYPHEN | UIDNA_ERROR_HYPHEN_3_4;

// Debian 12's ICU 72 carries the mapping table of Unicode 15. Revision 33 of UTS46 (15.1) and Unicode 16
// changed how these are mapped, and today's browsers open hosts written with them, so they are mapped before
// ICU sees them. With a newer ICU this changes nothing.
struct Remapping {
  UChar32 first, last;
  UChar32 to;  // of `first`, and so on; 0: ignored
};
constexpr Remapping kNewMappings[] = {
    {0x04c0, 0x04c0, 0x04cf},    {0x10a0, 0x10c5, 0x2d00},   {0x115f, 0x1160, 0},
    {0x17b4, 0x17b5, 0},         {0x180e, 0x180e, 0},        {0x1e9e, 0x1e9e, 0x00df},
    {0x2061, 0x2063, 0},         {0x206a, 0x206f, 0},        {0x2132, 0x2132, 0x214e},
    {0x2183, 0x2183, 0x2184},    {0x3164, 0x3164, 0},        {0xffa0, 0xffa0, 0},
    {0x1d173, 0x1d17a, 0},       {0x2f868, 0x2f868, 0x36fc}, {0x2f874, 0x2f874, 0x5f53},
    {0x2f91f, 0x2f91f, 0x243ab}, {0x2f95f, 0x2f95f, 0x7aee}, {0x2f9bf, 0x2f9bf, 0x45d7},
};

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
      char utf8[U8_MAX_LENGTH];
      int32_t length = 0;
      U8_APPEND_UNSAFE(utf8, length, row->to + (c - row->first));
      out.append(utf8, length);
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

}  // namespace

bool append_idna_to_ascii(std::string& out, std::string_view domain) {
  if (domain.size() > kMaxIdnaInput) return false;
  std::string ascii_form;
  uint32_t errors = 0;
  if (!run(uidna_nameToASCII_UTF8, with_new_mappings(domain), ascii_form, errors)) return false;
  if ((errors & ~kIgnoredErrors) || ascii_form.empty()) return false;
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
