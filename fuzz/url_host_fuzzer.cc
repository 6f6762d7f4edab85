// Hosts beyond ASCII against ICU's UTS46 alone, without our mappings, stand-ins and Punycode: what it takes
// we take alike, in what we take it finds no fault, and a label decodes and encodes to itself.
#include <unicode/idna.h>

#include <algorithm>

#include "base/ascii.h"
#include "base/check.h"
#include "url/idna.h"
#include "url/idna_newer.h"
#include "url/punycode.h"
namespace url = linkgate::url;

static std::string icu_ascii(const std::string& domain) {  // empty: a failure
  static UErrorCode status = U_ZERO_ERROR;
  static const auto* const idna = icu::IDNA::createUTS46Instance(
      UIDNA_CHECK_BIDI | UIDNA_CHECK_CONTEXTJ | UIDNA_NONTRANSITIONAL_TO_ASCII, status);
  icu::IDNAInfo info;
  std::string out;
  icu::StringByteSink<std::string> sink(&out);
  idna->nameToASCII_UTF8(domain, sink, info, status);
  return (info.getErrors() & ~0x3fU) == 0 ? out : "";  // the first six check lengths and hyphens
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  if (size > url::kMaxIdnaInput || std::all_of(data, data + size, [](uint8_t c) { return c < 0x80; }))
    return 0;
  std::string ours;
  if (!url::append_idna_to_ascii(ours, text)) ours.clear();
  // Capital sharp s and five compatibility ideographs had other mappings before Unicode 16.
  const bool remapped = text.find("\u1e9e") != text.npos || text.find("\xf0\xaf") != text.npos;
  CHECK(icu_ascii(text).empty() || ours == icu_ascii(text) || remapped);
  for (const std::string_view label : linkgate::ascii::split(ours, '.')) {
    const auto decoded = url::punycode_decode(label.starts_with("xn--") ? label.substr(4) : "");
    CHECK(decoded && (decoded->empty() || "xn--" + url::punycode_encode(*decoded) == label));
    CHECK(url::has_newer_character(*decoded) || icu_ascii(std::string(label)) == label);
  }
  return 0;
}
