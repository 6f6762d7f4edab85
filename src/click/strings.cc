#include "click/strings.h"

#include "base/ascii.h"

namespace linkgate::click {

extern const Strings kEnglish;
extern const Strings kGerman;

namespace {

const Strings* const kLanguages[] = {&kEnglish, &kGerman};
constexpr size_t kMaxRanges = 16;

// "q=0.8" in thousandths; 1000 where there is none, 0 for nonsense.
int quality(std::string_view parameters) {
  size_t at = parameters.find("q=");
  if (at == std::string_view::npos) return 1000;
  std::string_view number = ascii::trim(parameters.substr(at + 2));
  int value = 0;
  int scale = 1000;
  for (size_t i = 0; i < number.size() && scale > 0; ++i) {
    if (number[i] == '.' && i == 1) continue;
    if (!ascii::is_digit(number[i])) return 0;
    value += (number[i] - '0') * scale;
    scale /= 10;
  }
  return value > 1000 ? 0 : value;
}

}  // namespace

std::span<const Strings* const> languages() { return kLanguages; }

const Strings& choose_language(std::string_view accept_language) {
  const Strings* best = kLanguages[0];
  int best_quality = 0;
  size_t ranges = 0;
  for (std::string_view rest = accept_language; !rest.empty() && ranges < kMaxRanges; ++ranges) {
    std::string_view range = rest.substr(0, rest.find(','));
    rest.remove_prefix(std::min(rest.size(), range.size() + 1));
    size_t semicolon = range.find(';');
    std::string_view tag = ascii::trim(range.substr(0, semicolon));
    int q = semicolon == std::string_view::npos ? 1000 : quality(range.substr(semicolon));
    std::string_view primary = tag.substr(0, tag.find('-'));
    for (const Strings* language : kLanguages) {
      bool matches = primary == "*" || ascii::iequals(primary, language->language);
      if (!matches || q <= best_quality) continue;
      best = language;
      best_quality = q;
    }
  }
  return *best;
}

}  // namespace linkgate::click
