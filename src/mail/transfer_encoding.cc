#include "mail/transfer_encoding.h"

#include <algorithm>
#include <array>

#include "base/ascii.h"
#include "base/base64.h"

namespace linkgate::mail {
namespace {

constexpr size_t kNone = std::string_view::npos;

// At '=': the length of the unit, and the byte it gives or -1 for a soft line break.
struct Unit {
  size_t length = 1;
  int byte = '=';
};
Unit unit_at(std::string_view text, size_t at) {
  if (at + 2 < text.size() && ascii::is_hex(text[at + 1]) && ascii::is_hex(text[at + 2])) {
    return {3, ascii::hex_value(text[at + 1]) * 16 + ascii::hex_value(text[at + 2])};
  }
  size_t end = at + 1;
  while (end < text.size() && (text[end] == ' ' || text[end] == '\t')) ++end;
  if (end == text.size()) return {end - at, -1};
  if (text[end] == '\n') return {end + 1 - at, -1};
  if (text[end] == '\r' && end + 1 < text.size() && text[end + 1] == '\n') return {end + 2 - at, -1};
  return {};
}

std::string decode_quoted_printable(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t at = 0; at < text.size();) {
    const size_t equals = std::min(text.find('=', at), text.size());
    out.append(text, at, equals - at);
    if (equals == text.size()) break;
    const Unit unit = unit_at(text, equals);
    if (unit.byte >= 0) out += static_cast<char>(unit.byte);
    at = equals + unit.length;
  }
  return out;
}

constexpr std::array<int, 256> base64_values() {
  std::array<int, 256> values{};
  for (auto& v : values) v = -1;
  for (int i = 0; i < 26; ++i) values['A' + i] = i, values['a' + i] = 26 + i;
  for (int i = 0; i < 10; ++i) values['0' + i] = 52 + i;
  values['+'] = 62, values['/'] = 63;
  return values;
}
constexpr auto kBase64 = base64_values();

// Characters outside the alphabet are skipped; padding ends a group, after which another may begin.
std::string decode_base64(std::string_view text) {
  std::string out;
  out.reserve(text.size() / 4 * 3 + 3);
  uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    const int value = kBase64[static_cast<unsigned char>(c)];
    if (value < 0) {
      if (c == '=') {
        if (count == 3) out += static_cast<char>(bits >> 10), out += static_cast<char>(bits >> 2);
        if (count == 2) out += static_cast<char>(bits >> 4);
        count = 0, bits = 0;
      }
      continue;
    }
    bits = (bits << 6) | static_cast<uint32_t>(value);
    if (++count < 4) continue;
    const char group[3] = {static_cast<char>(bits >> 16), static_cast<char>(bits >> 8),
                           static_cast<char>(bits)};
    out.append(group, 3);
    count = 0, bits = 0;
  }
  if (count == 3) out += static_cast<char>(bits >> 10), out += static_cast<char>(bits >> 2);
  if (count == 2) out += static_cast<char>(bits >> 4);
  return out;
}

// Whether bytes that only some readers see hold what could be a link.
bool may_hold_links(std::string_view bytes) {
  const std::string lower = ascii::to_lower(bytes);
  return lower.find("://") != kNone || lower.find("www.") != kNone || lower.find("href") != kNone;
}

std::string decode_uuencode(std::string_view text) {
  std::string out;
  bool inside = false;
  for (const std::string_view raw : ascii::split(text, '\n')) {
    const std::string_view line = raw.ends_with('\r') ? raw.substr(0, raw.size() - 1) : raw;
    if (!inside) {
      inside = line.starts_with("begin ");
      continue;
    }
    if (line == "end") break;
    if (line.empty()) continue;
    const auto value = [&](size_t i) {
      return i < line.size() ? (static_cast<uint32_t>(line[i]) - 32) & 63 : 0U;
    };
    size_t left = value(0);
    for (size_t i = 1; left > 0 && i < line.size(); i += 4) {
      const uint32_t bits = value(i) << 18 | value(i + 1) << 12 | value(i + 2) << 6 | value(i + 3);
      for (int shift = 16; shift >= 0 && left > 0; shift -= 8, --left)
        out += static_cast<char>(bits >> shift);
    }
  }
  return out;
}

void append_escaped(std::string& out, char c) {
  constexpr char kHex[] = "0123456789ABCDEF";
  const auto byte = static_cast<unsigned char>(c);
  out += '=';
  out += kHex[byte >> 4];
  out += kHex[byte & 15];
}

bool is_literal(char c) { return (c >= '!' && c <= '~' && c != '=') || c == ' ' || c == '\t'; }

// At the start of a line these could be taken for a boundary, an mbox separator or the end of SMTP data.
bool is_unsafe_first(char c) { return c == '-' || c == '.' || c == 'F'; }

}  // namespace

Encoding encoding_from(std::string_view header_value) {
  std::string_view value = ascii::trim(header_value);
  value = value.substr(0, std::min(value.find_first_of(" \t;("), value.size()));
  if (ascii::iequals(value, "quoted-printable")) return Encoding::kQuotedPrintable;
  if (ascii::iequals(value, "base64")) return Encoding::kBase64;
  for (const std::string_view name : {"x-uuencode", "uuencode", "x-uue", "uue"}) {
    if (ascii::iequals(value, name)) return Encoding::kUuencode;
  }
  return Encoding::kIdentity;
}

std::string decode(std::string_view encoded, Encoding encoding) {
  switch (encoding) {
    case Encoding::kIdentity:
      return std::string(encoded);
    case Encoding::kQuotedPrintable:
      return decode_quoted_printable(encoded);
    case Encoding::kBase64:
      return decode_base64(encoded);
    case Encoding::kUuencode:
      return decode_uuencode(encoded);
  }
  return {};
}

size_t base64_extent(std::string_view encoded) {
  const size_t padding = encoded.find('=');
  if (padding == kNone) return encoded.size();
  const size_t end = std::min(encoded.find_first_not_of('=', padding), encoded.size());
  const std::string_view rest = encoded.substr(end);
  const bool foreign = std::any_of(rest.begin(), rest.end(), [](char c) {
    return kBase64[static_cast<unsigned char>(c)] < 0 && c != '=' && c != '\r' && c != '\n';
  });
  return foreign && !may_hold_links(decode_base64(rest)) ? end : encoded.size();
}

std::string encode_quoted_printable(std::string_view bytes, std::string_view newline, bool binary) {
  std::string out;
  out.reserve(bytes.size() + bytes.size() / 8);
  size_t column = 0;
  for (size_t i = 0; i < bytes.size(); ++i) {
    const char c = bytes[i];
    const bool crlf = c == '\r' && i + 1 < bytes.size() && bytes[i + 1] == '\n';
    if (!binary && (c == '\n' || crlf)) {
      out.append(crlf ? "\r\n" : "\n");
      i += crlf ? 1 : 0;
      column = 0;
      continue;
    }
    const bool blank = c == ' ' || c == '\t';
    const char next = i + 1 < bytes.size() ? bytes[i + 1] : '\n';
    const bool before_end = blank && (next == '\n' || next == '\r');
    bool literal = is_literal(c) && !before_end && !(column == 0 && is_unsafe_first(c));
    if (column + (literal ? 1 : 3) > kMaxEncodedLine - 1) {
      out += '=';
      out += newline;
      column = 0;
      literal = literal && !is_unsafe_first(c);
    }
    if (literal) {
      out += c, ++column;
    } else {
      append_escaped(out, c), column += 3;
    }
  }
  return out;
}

std::string encode_base64(std::string_view bytes, size_t line_length, std::string_view newline) {
  std::string out;
  const size_t line_bytes = std::max<size_t>(line_length / 4, 1) * 3;
  out.reserve(bytes.size() / 3 * 4 + 4 + bytes.size() / line_bytes * newline.size() + newline.size());
  for (size_t at = 0; at < bytes.size(); at += line_bytes) {
    if (at > 0) out += newline;
    out += base64_encode(bytes.substr(at, line_bytes));
  }
  return out;
}

size_t QuotedPrintableCursor::end_of(size_t decoded) {
  while (decoded_ < decoded && at_ < encoded_.size()) {
    if (encoded_[at_] == '=') {
      const Unit unit = unit_at(encoded_, at_);
      at_ += unit.length;
      decoded_ += unit.byte >= 0 ? 1 : 0;
      continue;
    }
    const size_t wanted = std::min(decoded - decoded_, encoded_.size() - at_);
    const size_t equals = encoded_.substr(at_, wanted).find('=');
    const size_t plain = equals == kNone ? wanted : equals;
    at_ += plain;
    decoded_ += plain;
  }
  return at_;
}

size_t QuotedPrintableCursor::begin_of(size_t decoded) {
  end_of(decoded);
  while (at_ < encoded_.size() && encoded_[at_] == '=') {
    const Unit unit = unit_at(encoded_, at_);
    if (unit.byte >= 0) break;
    at_ += unit.length;
  }
  return at_;
}

std::string encode_patch(std::string_view bytes, size_t& column, size_t rest, std::string_view newline) {
  std::string out;
  const auto soft_break = [&] {
    out += '=';
    out += newline;
    column = 0;
  };
  for (size_t i = 0; i < bytes.size(); ++i) {
    const char c = bytes[i];
    // White space is literal only between other characters of the patch: at its edges a line end might
    // follow.
    const bool blank = c == ' ' || c == '\t';
    bool literal = is_literal(c) && !(blank && i + 1 == bytes.size());
    // The last character goes to a new line together with what follows, where both no longer fit on this one.
    const bool last = i + 1 == bytes.size();
    const size_t width = (literal ? 1 : 3) + (last ? rest : 1);
    if (column > 0 && column + width > kMaxEncodedLine) soft_break();
    if (column == 0 && (is_unsafe_first(c) || blank)) literal = false;
    if (literal) {
      out += c, ++column;
    } else {
      append_escaped(out, c), column += 3;
    }
  }
  return out;
}

}  // namespace linkgate::mail
