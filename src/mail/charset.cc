#include "mail/charset.h"

#include <unicode/ucnv.h>
#include <unicode/ustring.h>
#include <unicode/utf16.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <vector>

#include "base/ascii.h"
#include "mail/charset_labels.h"
#include "mail/html_entities.h"
#include "mail/iso2022jp.h"

namespace linkgate::mail {
namespace {

constexpr char kMasked = '\x80';

struct Close {
  void operator()(UConverter* converter) const { ucnv_close(converter); }
};
using Converter = std::unique_ptr<UConverter, Close>;

Converter open_converter(const std::string& name) {
  UErrorCode status = U_ZERO_ERROR;
  Converter converter(ucnv_open(name.c_str(), &status));
  return U_SUCCESS(status) ? std::move(converter) : nullptr;
}

// Whether bytes 0x09 to 0x7E mean ASCII wherever they stand outside multi-byte characters.
bool keeps_ascii(UConverter* converter) {
  switch (ucnv_getType(converter)) {
    case UCNV_UTF7:
    case UCNV_HZ:
    case UCNV_ISO_2022:
    case UCNV_SCSU:
    case UCNV_BOCU1:
    case UCNV_IMAP_MAILBOX:
    case UCNV_EBCDIC_STATEFUL:
    case UCNV_UTF16:
    case UCNV_UTF32:
    case UCNV_COMPOUND_TEXT:
      return false;
    default:
      break;
  }
  char probe[0x60];
  for (char c = 0x20; c < 0x7F; ++c) probe[c - 0x20] = c;
  UChar out[0x80];
  UErrorCode status = U_ZERO_ERROR;
  const int32_t length = ucnv_toUChars(converter, out, 0x80, probe, 0x5F, &status);
  if (U_FAILURE(status) || length != 0x5F) return false;
  // Shift_JIS and Johab may show 0x5C and 0x7E otherwise; links hold neither in a way that matters.
  for (int i = 0; i < length; ++i) {
    if (out[i] != 0x20 + i && i + 0x20 != '\\' && i + 0x20 != '~') return false;
  }
  return true;
}

Charset::Shape shape_of(UConverter* converter, std::string_view name) {
  if (keeps_ascii(converter)) return Charset::Shape::kAscii;
  switch (ucnv_getType(converter)) {
    case UCNV_UTF16_LittleEndian:
      return Charset::Shape::kUtf16Le;
    case UCNV_UTF16_BigEndian:
      return Charset::Shape::kUtf16Be;
    case UCNV_UTF32_LittleEndian:
      return Charset::Shape::kUtf32Le;
    case UCNV_UTF32_BigEndian:
      return Charset::Shape::kUtf32Be;
    default:
      break;
  }
  return ascii::iequals(name, "iso-2022-jp") ? Charset::Shape::kIso2022Jp : Charset::Shape::kOther;
}

std::string_view byte_order_mark(std::string_view body) {
  if (body.starts_with("\xEF\xBB\xBF")) return "UTF-8";
  if (body.starts_with(std::string_view("\xFF\xFE\0\0", 4))) return "UTF-32LE";
  if (body.starts_with(std::string_view("\0\0\xFE\xFF", 4))) return "UTF-32BE";
  if (body.starts_with("\xFF\xFE")) return "UTF-16LE";
  if (body.starts_with("\xFE\xFF")) return "UTF-16BE";
  return {};
}

std::string narrow(std::string_view bytes, size_t width, bool little_endian) {
  std::string out;
  out.reserve(bytes.size() / width);
  for (size_t at = 0; at + width <= bytes.size(); at += width) {
    uint32_t unit = 0;
    for (size_t i = 0; i < width; ++i) {
      unit = unit << 8 | static_cast<unsigned char>(bytes[at + (little_endian ? width - 1 - i : i)]);
    }
    out += unit < 0x80 ? static_cast<char>(unit) : kMasked;
  }
  return out;
}

std::string convert_to_utf8(UConverter* converter, std::string_view bytes) {
  std::vector<UChar> units(bytes.size() * 2 + 16);
  UErrorCode status = U_ZERO_ERROR;
  const int32_t length = ucnv_toUChars(converter, units.data(), static_cast<int32_t>(units.size()),
                                       bytes.data(), static_cast<int32_t>(bytes.size()), &status);
  std::string out;
  if (U_FAILURE(status) && status != U_STRING_NOT_TERMINATED_WARNING) return out;
  out.reserve(static_cast<size_t>(length) + 16);
  for (int32_t i = 0; i < length;) {
    UChar32 c = 0;
    U16_NEXT(units.data(), i, length, c);
    append_utf8(out, U_IS_SURROGATE(c) ? 0xFFFD : static_cast<char32_t>(c));
  }
  return out;
}

void append_percent(std::string& out, std::string_view bytes) {
  constexpr char kHex[] = "0123456789ABCDEF";
  for (const char c : bytes) {
    out += '%';
    out += kHex[static_cast<unsigned char>(c) >> 4];
    out += kHex[static_cast<unsigned char>(c) & 15];
  }
}

}  // namespace

bool is_ascii(std::string_view bytes) {
  size_t at = 0;
  for (; at + 8 <= bytes.size(); at += 8) {
    uint64_t word = 0;
    std::memcpy(&word, bytes.data() + at, 8);
    if ((word & 0x8080808080808080ULL) != 0) return false;
  }
  for (; at < bytes.size(); ++at) {
    if (static_cast<unsigned char>(bytes[at]) >= 0x80) return false;
  }
  return true;
}

bool is_valid_utf8(std::string_view bytes) {
  if (is_ascii(bytes)) return true;
  const auto* text = reinterpret_cast<const uint8_t*>(bytes.data());
  const auto length = static_cast<int32_t>(bytes.size());
  for (int32_t i = 0; i < length;) {
    UChar32 c = 0;
    U8_NEXT(text, i, length, c);
    if (c < 0) return false;
  }
  return true;
}

namespace {

// Of no text in UTF-16 or UTF-32, which has a zero byte in every space and line end. Asked only of bodies
// with a link, so that the answer is the same before and after a link was patched.
bool is_ascii_with_links(std::string_view body) {
  if (body.find('\0') != std::string_view::npos) return false;
  const std::string lower = ascii::to_lower(body);
  for (const std::string_view sign : {"://", "www.", "href"}) {
    if (lower.find(sign) != std::string::npos) return true;
  }
  return false;
}

}  // namespace

Charset Charset::of(std::string_view label, std::string_view body) {
  Charset result;
  std::string_view name = byte_order_mark(body);
  if (name.empty()) name = icu_label(ascii::trim(label));
  if (name.empty()) name = is_valid_utf8(body) ? "UTF-8" : "windows-1252";
  if (ascii::iequals(name, "UTF-8")) return result;
  Converter converter = open_converter(std::string(name));
  if (!converter) {
    name = is_valid_utf8(body) ? "UTF-8" : "windows-1252";
    if (name == "UTF-8") return result;
    converter = open_converter(std::string(name));
  }
  result.utf8_ = false;
  result.icu_name_ = name;
  result.shape_ = converter ? shape_of(converter.get(), name) : Shape::kAscii;
  const bool wide = ascii::istarts_with(name, "UTF-16") || ascii::istarts_with(name, "UTF-32");
  const bool disbelieved = wide && byte_order_mark(body).empty() && is_ascii_with_links(body);
  return disbelieved ? of("", body) : result;
}

bool Charset::is_known(std::string_view label) {
  const std::string_view name = icu_label(ascii::trim(label));
  return !name.empty() && open_converter(std::string(name)) != nullptr;
}

size_t Charset::width() const {
  switch (shape_) {
    case Shape::kUtf16Le:
    case Shape::kUtf16Be:
      return 2;
    case Shape::kUtf32Le:
    case Shape::kUtf32Be:
      return 4;
    default:
      return 1;
  }
}

std::string Charset::to_utf8(std::string_view bytes, char state) const {
  if (utf8_ || (shape_ == Shape::kAscii && is_ascii(bytes))) return std::string(bytes);
  if (shape_ == Shape::kIso2022Jp) return decode_iso2022jp(bytes, state).text;
  const Converter converter = open_converter(icu_name_);
  if (!converter) return std::string(bytes);
  return convert_to_utf8(converter.get(), bytes);
}

Charset::Mapped Charset::to_utf8_mapped(std::string_view bytes, char state) const {
  if (shape_ == Shape::kIso2022Jp) return decode_iso2022jp(bytes, state);
  Mapped result;
  const Converter converter = open_converter(icu_name_);
  if (!converter) return result;
  std::vector<UChar> units(bytes.size() * 2 + 16);
  std::vector<int32_t> offsets(units.size());
  UChar* target = units.data();
  const char* source = bytes.data();
  UErrorCode status = U_ZERO_ERROR;
  ucnv_toUnicode(converter.get(), &target, units.data() + units.size(), &source, bytes.data() + bytes.size(),
                 offsets.data(), 1, &status);
  const auto length = static_cast<int32_t>(target - units.data());
  for (int32_t i = 0; i < length;) {
    const auto offset = static_cast<size_t>(std::max(0, offsets[i]));
    UChar32 c = 0;
    U16_NEXT(units.data(), i, length, c);
    append_utf8(result.text, U_IS_SURROGATE(c) ? 0xFFFD : static_cast<char32_t>(c));
    result.source.resize(result.text.size(), offset);
  }
  result.source.push_back(bytes.size());
  return result;
}

std::string_view Charset::skeleton(std::string_view bytes, std::string& storage) const {
  switch (shape_) {
    case Shape::kAscii:
      return bytes;
    case Shape::kIso2022Jp:
      storage = iso2022jp_skeleton(bytes);
      break;
    case Shape::kOther:
      storage = to_utf8(bytes);
      break;
    default:
      storage = narrow(bytes, width(), shape_ == Shape::kUtf16Le || shape_ == Shape::kUtf32Le);
  }
  return storage;
}

std::string Charset::from_ascii(std::string_view text, char before, char after) const {
  std::string out;
  if (shape_ == Shape::kIso2022Jp) {
    const char state = is_ascii_state(before) ? before : kIso2022JpAscii;
    if (state != before) out = iso2022jp_escape(state);
    // The two that Roman shows as others: what is written is a URL, where they mean the same in this way.
    for (const char c : text)
      state == 'J' && (c == '\\' || c == '~') ? append_percent(out, {&c, 1}) : out.push_back(c);
    if (state != after) out += iso2022jp_escape(after);
    return out;
  }
  const size_t unit = width();
  if (unit == 1) return std::string(text);
  const bool little = shape_ == Shape::kUtf16Le || shape_ == Shape::kUtf32Le;
  for (const char c : text) {
    if (little) out += c;
    out.append(unit - 1, '\0');
    if (!little) out += c;
  }
  return out;
}

std::string Charset::encode_query(std::string_view utf8) const {
  const Converter converter = utf8_ || shape_ != Shape::kAscii ? nullptr : open_converter(icu_name_);
  // UTF-16 documents encode queries as UTF-8 (Encoding Standard, "get an output encoding"): the URL parser
  // does that.
  if (!converter || is_ascii(utf8)) return std::string(utf8);
  UErrorCode status = U_ZERO_ERROR;
  ucnv_setFromUCallBack(converter.get(), UCNV_FROM_U_CALLBACK_STOP, nullptr, nullptr, nullptr, &status);
  std::string out;
  for (int32_t i = 0, length = static_cast<int32_t>(utf8.size()); i < length;) {
    UChar32 c = 0;
    U8_NEXT(reinterpret_cast<const uint8_t*>(utf8.data()), i, length, c);
    if (c >= 0 && c < 0x80) {
      out += static_cast<char>(c);
      continue;
    }
    if (c < 0) c = 0xFFFD;
    UChar units[2];
    int32_t count = 0;
    U16_APPEND_UNSAFE(units, count, c);
    char bytes[16];
    status = U_ZERO_ERROR;
    const int32_t written = ucnv_fromUChars(converter.get(), bytes, sizeof bytes, units, count, &status);
    if (U_SUCCESS(status)) {
      append_percent(out, {bytes, static_cast<size_t>(written)});
    } else {
      out += "%26%23" + std::to_string(c) + "%3B";
    }
  }
  return out;
}

}  // namespace linkgate::mail
