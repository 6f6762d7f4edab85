#include "mail/charset_choice.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "base/ascii.h"
#include "mail/html_meta_charset.h"

namespace linkgate::mail {
namespace {

// Without these there is no link in text, nor in HTML. Three letters and more, so that the halves of Chinese
// characters hardly ever look like one.
bool shows_links(const Charset& charset, std::string_view bytes) {
  std::string storage;
  const std::string text = ascii::to_lower(charset.skeleton(bytes, storage));
  constexpr std::array<std::string_view, 4> kSigns = {"://", "www.", "href", "action"};
  return std::any_of(kSigns.begin(), kSigns.end(),
                     [&](std::string_view sign) { return text.find(sign) != std::string::npos; });
}

Charset by_names(std::string_view label, std::string_view bytes, bool is_html) {
  if (Charset::is_known(label)) return Charset::of(label, bytes);
  const auto declared = is_html ? declared_charset(bytes) : std::nullopt;
  return Charset::of(declared ? *declared : std::string_view(), bytes);
}

}  // namespace

CharsetChoice choose_charset(std::string_view label, std::string_view bytes, bool is_html) {
  CharsetChoice choice{by_names(label, bytes, is_html)};
  const bool keeps_ascii = choice.charset.shape() == Charset::Shape::kAscii ||
                           choice.charset.shape() == Charset::Shape::kIso2022Jp;
  // ASCII in UTF-16 and UTF-32 has zeros, and no other text that shows links has any.
  const bool has_zero = bytes.find('\0') != std::string_view::npos;
  if (keeps_ascii && !has_zero) return choice;
  std::vector<Charset> others;
  if (!keeps_ascii) others.push_back(Charset::of(is_valid_utf8(bytes) ? "utf-8" : "windows-1252", {}));
  for (const std::string_view wide : {"utf-16le", "utf-16be", "utf-32le", "utf-32be"}) {
    Charset other = Charset::of(wide, {});
    if (has_zero && other.shape() != choice.charset.shape()) others.push_back(std::move(other));
  }
  std::erase_if(others, [&](const Charset& other) { return !shows_links(other, bytes); });
  if (others.empty()) return choice;
  const bool shown = shows_links(choice.charset, bytes);
  if (shown && !has_zero && choice.charset.to_utf8("http") == "http") {
    choice.shows_as_ascii = true;
    return choice;
  }
  choice.contradictory = shown || others.size() > 1;
  if (!shown) choice.charset = others.front();
  return choice;
}

}  // namespace linkgate::mail
