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
// What Unicode 15.1, 16 and 17 assigned, and UTS46 calls valid, by bidi class (L, R or AL, NSM, L again for
// marks that take room, ON, AN) and, of the marks, by canonical combining class (0, 230, 220, 234, 9). U+1806
// is older, and valid since.
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
constexpr Range kMarks[] = {{0x10efc, 0x10efc}, {0x113bb, 0x113c0}, {0x113d2, 0x113d2}, {0x113e1, 0x113e2},
                            {0x11b60, 0x11b60}, {0x11b62, 0x11b64}, {0x11b66, 0x11b66}, {0x11f5a, 0x11f5a},
                            {0x1611e, 0x16129}, {0x1612d, 0x1612e}};
constexpr Range kMarksAbove[] = {
    {0x0897, 0x0897},   {0x1acf, 0x1adc},   {0x1ae0, 0x1ae5},   {0x1ae7, 0x1aea},   {0x10d69, 0x10d6d},
    {0x1e5ee, 0x1e5ee}, {0x1e6e3, 0x1e6e3}, {0x1e6e6, 0x1e6e6}, {0x1e6ee, 0x1e6ef}, {0x1e6f5, 0x1e6f5}};
constexpr Range kMarksBelow[] = {{0x1add, 0x1add}, {0x1ae6, 0x1ae6}, {0x10efa, 0x10efb}, {0x1e5ef, 0x1e5ef}};
constexpr Range kDoubleMarksAbove[] = {{0x1aeb, 0x1aeb}};
constexpr Range kViramas[] = {{0x113ce, 0x113ce}, {0x113d0, 0x113d0}, {0x1612f, 0x1612f}};
constexpr Range kSpacingMarks[] = {{0x113b8, 0x113ba}, {0x113c2, 0x113c2}, {0x113c5, 0x113c5},
                                   {0x113c7, 0x113ca}, {0x113cc, 0x113cd}, {0x11b61, 0x11b61},
                                   {0x11b65, 0x11b65}, {0x11b67, 0x11b67}, {0x1612a, 0x1612c}};
constexpr Range kSpacingViramas[] = {{0x113cf, 0x113cf}};
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
  char32_t stand_in;  // older, of the same classes, and neither mapped nor composed with anything
  const Range *begin, *end;
};
template <size_t kSize>
constexpr Kind kind(char32_t stand_in, const Range (&ranges)[kSize]) {
  return {stand_in, ranges, ranges + kSize};
}
constexpr Kind kKinds[] = {
    kind(0x10450, kLetters),             // Shavian letter peep
    kind(0x10a60, kRightToLeftLetters),  // Old South Arabian letter he
    kind(0x0e31, kMarks),                // Thai mai han-akat
    kind(0x0364, kMarksAbove),           // combining e
    kind(0x1dca, kMarksBelow),           // combining r below
    kind(0x035d, kDoubleMarksAbove),     // combining double breve
    kind(0x1163f, kViramas),             // Modi virama
    kind(0x0903, kSpacingMarks),         // Devanagari visarga
    kind(0x1bf3, kSpacingViramas),       // Batak panongonan
    kind(0x2600, kSymbols),              // sun
    kind(0x10e60, kRightToLeftDigits),   // Rumi digit one
};
static_assert(std::size(kKinds) == kStandInKinds);

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

constexpr size_t kNone = kStandInKinds;

// The kind of a newer character, or kNone.
size_t kind_of_newer(char32_t c) {
  if (c < kFirstNewer || icu_knows_all()) return kNone;
  for (size_t i = 0; i < kStandInKinds; ++i) {
    const Range* range = std::lower_bound(kKinds[i].begin, kKinds[i].end, c,
                                          [](const Range& r, char32_t value) { return r.last < value; });
    if (range != kKinds[i].end && c >= range->first) return i;
  }
  return kNone;
}

size_t kind_of_stand_in(char32_t c) {
  const auto found =
      std::find_if(std::begin(kKinds), std::end(kKinds), [c](const Kind& k) { return k.stand_in == c; });
  return static_cast<size_t>(found - std::begin(kKinds));
}

const Composition* composition_of(char32_t first, char32_t second) {
  const auto row =
      std::find_if(std::begin(kCompositions), std::end(kCompositions),
                   [&](const Composition& pair) { return pair.first == first && pair.second == second; });
  return row == std::end(kCompositions) ? nullptr : row;
}

// Only first parts are composed themselves.
void append_decomposed(std::u32string& out, char32_t c) {
  const size_t at = out.size();
  const auto is_composed = [&](const Composition& pair) { return pair.composed == c; };
  for (auto row = std::find_if(std::begin(kCompositions), std::end(kCompositions), is_composed);
       row != std::end(kCompositions);
       row = std::find_if(std::begin(kCompositions), std::end(kCompositions), is_composed)) {
    out.insert(out.begin() + static_cast<std::ptrdiff_t>(at), row->second);
    c = row->first;
  }
  out.insert(out.begin() + static_cast<std::ptrdiff_t>(at), c);
}

uint8_t combining_class_of(char32_t c) {
  const size_t kind = kind_of_newer(c);
  return u_getCombiningClass(static_cast<UChar32>(kind == kNone ? c : kKinds[kind].stand_in));
}

}  // namespace

bool has_newer_character(std::u32string_view text) {
  return std::any_of(text.begin(), text.end(), [](char32_t c) { return kind_of_newer(c) != kNone; });
}

// UAX 15: parted first, then composed with the last starter over marks of a lower class.
std::u32string compose_newer(std::u32string_view text) {
  std::u32string parted;
  for (const char32_t c : text) append_decomposed(parted, c);
  std::u32string out;
  size_t starter = 0;
  uint8_t last_class = 0;
  for (const char32_t c : parted) {
    const uint8_t combining = combining_class_of(c);
    const bool reaches = !out.empty() && (starter + 1 == out.size() || last_class < combining);
    if (const Composition* pair = reaches ? composition_of(out[starter], c) : nullptr) {
      out[starter] = pair->composed;
      continue;
    }
    if (combining == 0) starter = out.size();
    last_class = combining;
    out.push_back(c);
  }
  return out;
}

std::u32string StandIns::hide(std::u32string_view text) {
  std::u32string out(text);
  for (char32_t& c : out) {
    const size_t newer = kind_of_newer(c);
    const size_t kind = newer != kNone ? newer : kind_of_stand_in(c);
    if (kind == kNone) continue;
    hidden_[kind].push_back(c);
    c = kKinds[kind].stand_in;
  }
  return out;
}

std::optional<std::u32string> StandIns::reveal(std::u32string_view text) const {
  std::u32string out(text);
  std::array<size_t, kStandInKinds> next{};
  for (char32_t& c : out) {
    const size_t kind = kind_of_stand_in(c);
    if (kind == kNone) continue;
    if (next[kind] == hidden_[kind].size()) return std::nullopt;
    c = hidden_[kind][next[kind]++];
  }
  for (size_t i = 0; i < kStandInKinds; ++i) {
    if (next[i] != hidden_[i].size()) return std::nullopt;
  }
  return out;
}

}  // namespace linkgate::url
