#include "scan/charset.h"

#include <iconv.h>

#include <array>
#include <cerrno>
#include <cstdint>

#include "base/ascii.h"

namespace linkgate::scan {
namespace {

constexpr size_t kPrescanBytes = 1024;
constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

// Labels whose decoder is another one's in the Encoding Standard, as iconv calls it.
struct Label {
  std::string_view label, decoder;
};
constexpr Label kLabels[] = {{"utf8", "UTF-8"},           {"utf-8", "UTF-8"},
                             {"ascii", "CP1252"},         {"us-ascii", "CP1252"},
                             {"iso-8859-1", "CP1252"},    {"iso8859-1", "CP1252"},
                             {"latin1", "CP1252"},        {"l1", "CP1252"},
                             {"windows-1252", "CP1252"},  {"x-cp1252", "CP1252"},
                             {"iso-8859-9", "CP1254"},    {"latin5", "CP1254"},
                             {"iso-8859-11", "CP874"},    {"tis-620", "CP874"},
                             {"gb2312", "GB18030"},       {"gbk", "GB18030"},
                             {"x-gbk", "GB18030"},        {"gb18030", "GB18030"},
                             {"shift_jis", "CP932"},      {"shift-jis", "CP932"},
                             {"sjis", "CP932"},           {"x-sjis", "CP932"},
                             {"euc-kr", "CP949"},         {"ks_c_5601-1987", "CP949"},
                             {"utf-16", "UTF-16LE"},      {"utf-16le", "UTF-16LE"},
                             {"utf-16be", "UTF-16BE"},    {"utf-7", "CP1252"},
                             {"x-user-defined", "CP1252"}};

std::string decoder_of(std::string_view label) {
  for (const Label& known : kLabels) {
    if (known.label == label) return std::string(known.decoder);
  }
  return std::string(label);
}

struct Decoder {
  explicit Decoder(const std::string& name) : handle(::iconv_open("UTF-8", name.c_str())) {}
  ~Decoder() {
    if (is_known()) ::iconv_close(handle);
  }
  // iconv_open answers (iconv_t)-1 for what it does not know.
  // NOLINTNEXTLINE(performance-no-int-to-ptr): POSIX says so
  bool is_known() const { return handle != reinterpret_cast<iconv_t>(-1); }
  iconv_t handle;
};

std::string decode(std::string_view bytes, iconv_t decoder) {
  std::string out, piece(16 * 1024, '\0');
  std::string copy(bytes);  // iconv wants it writable
  char* in = copy.data();
  size_t left = copy.size();
  while (left > 0) {
    char* to = piece.data();
    size_t room = piece.size();
    const size_t done = ::iconv(decoder, &in, &left, &to, &room);
    out.append(piece, 0, piece.size() - room);
    if (done != static_cast<size_t>(-1) || errno == E2BIG) continue;
    out += kReplacement;
    if (errno == EINVAL) break;  // cut off in the middle of a character
    ++in;
    --left;
  }
  return out;
}

bool is_utf8(std::string_view bytes) {
  bool is_proven = false;  // by a whole character of several bytes
  for (size_t i = 0; i < bytes.size();) {
    const auto lead = static_cast<uint8_t>(bytes[i]);
    const size_t more = lead < 0x80 ? 0 : lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : 1;
    if ((lead >= 0x80 && lead < 0xc2) || lead > 0xf4) return false;
    for (size_t k = 1; k <= more; ++k) {
      if (i + k >= bytes.size()) return is_proven;  // cut off
      if ((static_cast<uint8_t>(bytes[i + k]) & 0xc0) != 0x80) return false;
    }
    is_proven = is_proven || more > 0;
    i += more + 1;
  }
  return true;
}

std::string charset_in(std::string_view bytes) {
  const std::string head = ascii::to_lower(bytes.substr(0, kPrescanBytes));
  const size_t meta = head.find("<meta");
  return meta == head.npos ? "" : charset_of(std::string_view(head).substr(meta));
}

}  // namespace

std::string charset_of(std::string_view content_type) {
  const std::string lower = ascii::to_lower(content_type);
  size_t at = lower.find("charset");
  if (at == lower.npos) return "";
  at += 7;
  while (at < lower.size() &&
         (ascii::is_space(lower[at]) || lower[at] == '=' || lower[at] == '"' || lower[at] == '\''))
    ++at;
  size_t end = at;
  while (end < lower.size() &&
         (ascii::is_alnum(lower[end]) || std::string_view("-_:.").find(lower[end]) != std::string_view::npos))
    ++end;
  return lower.substr(at, end - at);
}

std::string to_utf8(std::string_view bytes, std::string_view content_type) {
  std::string name;
  if (bytes.starts_with("\xEF\xBB\xBF")) {
    name = "UTF-8";
    bytes.remove_prefix(3);
  } else if (bytes.starts_with("\xFF\xFE") || bytes.starts_with("\xFE\xFF")) {
    name = bytes.front() == '\xFF' ? "UTF-16LE" : "UTF-16BE";
    bytes.remove_prefix(2);
  }
  if (name.empty()) name = decoder_of(charset_of(content_type));
  if (name.empty()) name = decoder_of(charset_in(bytes));
  if (name.empty()) name = is_utf8(bytes) ? "UTF-8" : "CP1252";
  const Decoder decoder(name);
  if (decoder.is_known()) return decode(bytes, decoder.handle);
  const Decoder fallback(is_utf8(bytes) ? "UTF-8" : "CP1252");
  return fallback.is_known() ? decode(bytes, fallback.handle) : std::string(bytes);
}

}  // namespace linkgate::scan
