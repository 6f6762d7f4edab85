#include "url/idna_newer.h"

#include <unicode/uchar.h>

#include <algorithm>
#include <iterator>

namespace linkgate::url {

namespace {

constexpr char32_t kFirstNewer = 0x088f;

struct Range {
  char32_t first, last;
};
// What Unicode 15.1, 16 and 17 assigned, and UTS46 calls valid, by bidi class: L, R or AL, NSM, marks of
// class L, ON, AN. U+1806 is older, and valid since.
constexpr Range kLetters[] = {
    {0x0c5c, 0x0c5c},   {0x0cdc, 0x0cdc},   {0x1b4e, 0x1b4f},   {0x1b7f, 0x1b7f},   {0x1c8a, 0x1c8a},
    {0xa7cd, 0xa7cd},   {0xa7cf, 0xa7cf},   {0xa7db, 0xa7db},   {0x105c0, 0x105f3}, {0x11380, 0x11389},
    {0x1138b, 0x1138b}, {0x1138e, 0x1138e}, {0x11390, 0x113b5}, {0x113b7, 0x113b7}, {0x113d1, 0x113d1},
    {0x113d3, 0x113d5}, {0x113d7, 0x113d8}, {0x116d0, 0x116e3}, {0x11bc0, 0x11be1}, {0x11bf0, 0x11bf9},
    {0x11db0, 0x11ddb}, {0x11de0, 0x11de9}, {0x13460, 0x143fa}, {0x16100, 0x1611d}, {0x16130, 0x16139},
    {0x16d40, 0x16d79}, {0x16ebb, 0x16ed3}, {0x16ff2, 0x16ff6}, {0x187f8, 0x187ff}, {0x18cff, 0x18cff},
    {0x18d09, 0x18d1e}, {0x18d80, 0x18df2}, {0x1e5d0, 0x1e5ed}, {0x1e5f0, 0x1e5fa}, {0x1e5ff, 0x1e5ff},
    {0x1e6c0, 0x1e6de}, {0x1e6e0, 0x1e6e2}, {0x1e6e4, 0x1e6e5}, {0x1e6e7, 0x1e6ed}, {0x1e6f0, 0x1e6f4},
    {0x1e6fe, 0x1e6ff}, {0x2b73a, 0x2b73f}, {0x2cea2, 0x2cead}, {0x2ebf0, 0x2ee5d}, {0x323b0, 0x33479}};
constexpr Range kRightToLeftLetters[] = {{0x088f, 0x088f},   {0x10940, 0x10959}, {0x10d4a, 0x10d4f},
                                         {0x10d6f, 0x10d85}, {0x10d8e, 0x10d8f}, {0x10ec2, 0x10ec7}};
constexpr Range kMarks[] = {{0x0897, 0x0897},   {0x1acf, 0x1add},   {0x1ae0, 0x1aeb},   {0x10d69, 0x10d6d},
                            {0x10efa, 0x10efc}, {0x113bb, 0x113c0}, {0x113ce, 0x113ce}, {0x113d0, 0x113d0},
                            {0x113d2, 0x113d2}, {0x113e1, 0x113e2}, {0x11b60, 0x11b60}, {0x11b62, 0x11b64},
                            {0x11b66, 0x11b66}, {0x11f5a, 0x11f5a}, {0x1611e, 0x16129}, {0x1612d, 0x1612f},
                            {0x1e5ee, 0x1e5ef}, {0x1e6e3, 0x1e6e3}, {0x1e6e6, 0x1e6e6}, {0x1e6ee, 0x1e6ef},
                            {0x1e6f5, 0x1e6f5}};
constexpr Range kSpacingMarks[] = {
    {0x113b8, 0x113ba}, {0x113c2, 0x113c2}, {0x113c5, 0x113c5}, {0x113c7, 0x113ca}, {0x113cc, 0x113cd},
    {0x113cf, 0x113cf}, {0x11b61, 0x11b61}, {0x11b65, 0x11b65}, {0x11b67, 0x11b67}, {0x1612a, 0x1612c}};
constexpr Range kSymbols[] = {
    {0x1806, 0x1806},   {0x20c1, 0x20c1},   {0x2427, 0x2429},   {0x2b96, 0x2b96},   {0x31e4, 0x31e5},
    {0xfbc3, 0xfbd2},   {0xfd90, 0xfd91},   {0xfdc8, 0xfdce},   {0x10d6e, 0x10d6e}, {0x10ed0, 0x10ed8},
    {0x1cc00, 0x1ccd5}, {0x1ccfa, 0x1ccfc}, {0x1cd00, 0x1ceb3}, {0x1ceba, 0x1ced0}, {0x1cee0, 0x1cef0},
    {0x1f6d8, 0x1f6d8}, {0x1f777, 0x1f77a}, {0x1f8b2, 0x1f8bb}, {0x1f8c0, 0x1f8c1}, {0x1f8d0, 0x1f8d8},
    {0x1fa54, 0x1fa57}, {0x1fa89, 0x1fa8a}, {0x1fa8e, 0x1fa8f}, {0x1fabe, 0x1fabe}, {0x1fac6, 0x1fac6},
    {0x1fac8, 0x1fac8}, {0x1facd, 0x1facd}, {0x1fadc, 0x1fadc}, {0x1fadf, 0x1fadf}, {0x1fae9, 0x1faea},
    {0x1faef, 0x1faef}, {0x1fbcb, 0x1fbef}, {0x1fbfa, 0x1fbfa}};
constexpr Range kRightToLeftDigits[] = {{0x10d40, 0x10d49}};

struct Kind {
  char32_t stand_in;
  const Range *begin, *end;
};
// Stand-ins: Shavian, Old South Arabian, Thai, Devanagari, a sun, and a Rumi digit.
constexpr Kind kKinds[] = {
    {0x10450, std::begin(kLetters), std::end(kLetters)},
    {0x10a60, std::begin(kRightToLeftLetters), std::end(kRightToLeftLetters)},
    {0x0e31, std::begin(kMarks), std::end(kMarks)},
    {0x0903, std::begin(kSpacingMarks), std::end(kSpacingMarks)},
    {0x2600, std::begin(kSymbols), std::end(kSymbols)},
    {0x10e60, std::begin(kRightToLeftDigits), std::end(kRightToLeftDigits)},
};

// The canonical compositions among them, and with the dot above.
struct Composition {
  char32_t first, second;
  char32_t composed;
};
constexpr Composition kCompositions[] = {
    {0x105d2, 0x0307, 0x105c9},  {0x105da, 0x0307, 0x105e4},  {0x11382, 0x113c9, 0x11383},
    {0x11384, 0x113bb, 0x11385}, {0x1138b, 0x113c2, 0x1138e}, {0x11390, 0x113c9, 0x11391},
    {0x113c2, 0x113c2, 0x113c5}, {0x113c2, 0x113b8, 0x113c7}, {0x113c2, 0x113c9, 0x113c8},
    {0x1611e, 0x1611e, 0x16121}, {0x1611e, 0x16129, 0x16122}, {0x1611e, 0x1611f, 0x16123},
    {0x16129, 0x1611f, 0x16124}, {0x1611e, 0x16120, 0x16125}, {0x16121, 0x1611f, 0x16126},
    {0x16122, 0x1611f, 0x16127}, {0x16121, 0x16120, 0x16128}, {0x16d67, 0x16d67, 0x16d68},
    {0x16d63, 0x16d67, 0x16d69}, {0x16d69, 0x16d67, 0x16d6a}};

bool icu_knows_all() {
  static const bool knows = [] {
    UVersionInfo version;
    u_getUnicodeVersion(version);
    return version[0] >= 17;
  }();
  return knows;
}

// What stands in for `c`; 0 where nothing has to.
char32_t stand_in_of(char32_t c) {
  if (c < kFirstNewer || icu_knows_all()) return 0;
  for (const Kind& kind : kKinds) {
    const Range* range = std::lower_bound(kind.begin, kind.end, c,
                                          [](const Range& r, char32_t value) { return r.last < value; });
    if (range != kind.end && c >= range->first) return kind.stand_in;
  }
  return 0;
}

bool is_stand_in(char32_t c) {
  return std::any_of(std::begin(kKinds), std::end(kKinds),
                     [c](const Kind& kind) { return kind.stand_in == c; });
}

}  // namespace

bool has_newer_character(std::u32string_view text) {
  return std::any_of(text.begin(), text.end(), [](char32_t c) { return stand_in_of(c) != 0; });
}

std::u32string compose_newer(std::u32string_view text) {
  std::u32string out;
  for (const char32_t c : text) {
    const auto row =
        std::find_if(std::begin(kCompositions), std::end(kCompositions), [&](const Composition& pair) {
          return !out.empty() && pair.first == out.back() && pair.second == c;
        });
    if (row == std::end(kCompositions)) {
      out.push_back(c);
    } else {
      out.back() = row->composed;
    }
  }
  return out;
}

std::u32string StandIns::hide(std::u32string_view text) {
  std::u32string out(text);
  for (char32_t& c : out) {
    const char32_t stand_in = stand_in_of(c);
    if (stand_in != 0 || is_stand_in(c)) hidden_.push_back(c);
    if (stand_in != 0) c = stand_in;
  }
  return out;
}

std::optional<std::u32string> StandIns::reveal(std::u32string_view text) const {
  std::u32string out(text);
  size_t next = 0;
  for (char32_t& c : out) {
    if (!is_stand_in(c)) continue;
    if (next == hidden_.size()) return std::nullopt;
    c = hidden_[next++];
  }
  if (next != hidden_.size()) return std::nullopt;
  return out;
}

}  // namespace linkgate::url
