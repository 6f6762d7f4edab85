#include "mail/html_entities.h"

#include <algorithm>
#include <cstdint>

#include "base/ascii.h"
#include "mail/html_entities_table.h"

namespace linkgate::mail {
namespace {

// What numbers 0x80 to 0x9F mean: their characters in windows-1252 (13.2.5.80).
constexpr char16_t kC1[32] = {0x20AC, 0x81,   0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021,
                              0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0x8D,   0x017D, 0x8F,
                              0x90,   0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
                              0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x9D,   0x017E, 0x0178};

char32_t repaired(uint32_t number) {
  if (number == 0 || number > 0x10FFFF || (number >= 0xD800 && number <= 0xDFFF)) return 0xFFFD;
  if (number >= 0x80 && number <= 0x9F) return kC1[number - 0x80];
  return number;
}

// `text` starts after "&#". Returns the characters consumed, 0 where it is no reference.
size_t numeric_reference(std::string_view text, std::string& out) {
  const bool hex = !text.empty() && (text[0] == 'x' || text[0] == 'X');
  const size_t start = hex ? 1 : 0;
  size_t i = start;
  uint32_t number = 0;
  for (; i < text.size(); ++i) {
    if (hex ? !ascii::is_hex(text[i]) : !ascii::is_digit(text[i])) break;
    number = number * (hex ? 16 : 10) + static_cast<uint32_t>(ascii::hex_value(text[i]));
    number = std::min<uint32_t>(number, 0x110000);  // stays out of range instead of wrapping around
  }
  if (i == start) return 0;
  append_utf8(out, repaired(number));
  return i < text.size() && text[i] == ';' ? i + 1 : i;
}

// The longest name of the table that `text` (after '&') begins with; nullptr where there is none.
const NamedReference* longest_match(std::string_view text) {
  const NamedReference* low = kNamedReferences;
  const NamedReference* high = kNamedReferences + kNamedReferenceCount;
  const NamedReference* best = nullptr;
  for (size_t i = 0; i < text.size() && low < high; ++i) {
    // All of [low, high) share the first i characters with text; narrow to those that share one more.
    const auto at = [i](const NamedReference& r) { return r.text[i] != '\0' ? int{r.text[i]} : -1; };
    const int c = static_cast<unsigned char>(text[i]);
    low = std::partition_point(low, high, [&](const NamedReference& r) { return at(r) < c; });
    high = std::partition_point(low, high, [&](const NamedReference& r) { return at(r) <= c; });
    if (low < high && low->text[i + 1] == '\0') best = low;
  }
  return best;
}

// `text` starts after '&'. Returns the characters consumed, 0 where the ampersand stands for itself.
size_t named_reference(std::string_view text, ReferenceContext context, std::string& out) {
  const NamedReference* match = longest_match(text);
  if (match == nullptr) return 0;
  const size_t length = match->name().size();
  if (context == ReferenceContext::kAttribute && match->name().back() != ';' && length < text.size() &&
      (text[length] == '=' || ascii::is_alnum(text[length]))) {
    return 0;
  }
  append_utf8(out, match->first);
  if (match->second != 0) append_utf8(out, match->second);
  return length;
}

}  // namespace

void append_utf8(std::string& out, char32_t c) {
  if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += static_cast<char>(0xC0 | (c >> 6));
    out += static_cast<char>(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    out += static_cast<char>(0xE0 | (c >> 12));
    out += static_cast<char>(0x80 | ((c >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (c & 0x3F));
  } else {
    out += static_cast<char>(0xF0 | (c >> 18));
    out += static_cast<char>(0x80 | ((c >> 12) & 0x3F));
    out += static_cast<char>(0x80 | ((c >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (c & 0x3F));
  }
}

size_t decode_reference(std::string_view text, ReferenceContext context, std::string& out) {
  if (text.size() > 1 && text[1] == '#') {
    const size_t used = numeric_reference(text.substr(2), out);
    return used > 0 ? used + 2 : 0;
  }
  const size_t used = named_reference(text.substr(1), context, out);
  return used > 0 ? used + 1 : 0;
}

std::string decode_references(std::string_view text, ReferenceContext context) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const size_t ampersand = std::min(text.find('&'), text.size());
    out.append(text.substr(0, ampersand));
    text.remove_prefix(ampersand);
    if (text.empty()) break;
    size_t used = decode_reference(text, context, out);
    if (used == 0) {
      out += '&';
      used = 1;
    }
    text.remove_prefix(used);
  }
  return out;
}

std::string escape_attribute(std::string_view url) {
  std::string out;
  out.reserve(url.size() + 16);
  for (const char c : url) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

}  // namespace linkgate::mail
