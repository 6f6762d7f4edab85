// Finding well-known names in hosts and paths, spelt right or nearly so.
#include <algorithm>
#include <array>
#include <string>

#include "base/ascii.h"
#include "verdict/url_words.h"

namespace linkgate::verdict {
namespace {

constexpr size_t kMinInside = 5;  // shorter names count only as whole words: "ups" is in "startups"
constexpr size_t kMinNearly = 6;  // shorter names have too many neighbours
constexpr size_t kMaxWord = 40;

// The letter that a digit stands for in a disguise.
char undisguised(char c) {
  switch (c) {
    case '0':
      return 'o';
    case '1':
      return 'l';
    case '3':
      return 'e';
    case '4':
      return 'a';
    case '5':
      return 's';
    default:
      return c;
  }
}

// Brands by their first two characters, and by the first alone.
constexpr size_t kLetters = 32;
size_t letter(char c) { return static_cast<size_t>(c & 31); }
using ByBegin = std::array<std::vector<const Brand*>, kLetters * kLetters>;
const ByBegin& by_begin() {
  static const auto* const index = [] {
    auto* all = new ByBegin;
    for (const Brand& brand : brands())
      (*all)[letter(brand.name[0]) * kLetters + letter(brand.name[1])].push_back(&brand);
    // The longest first: "microsoftonline" before "microsoft".
    for (auto& list : *all) {
      std::stable_sort(list.begin(), list.end(),
                       [](const Brand* a, const Brand* b) { return a->name.size() > b->name.size(); });
    }
    return all;
  }();
  return *index;
}

const std::array<std::vector<const Brand*>, kLetters>& by_letter() {
  static const auto* const index = [] {
    auto* all = new std::array<std::vector<const Brand*>, kLetters>;
    for (const Brand& brand : brands()) (*all)[letter(brand.name[0])].push_back(&brand);
    return all;
  }();
  return *index;
}

// How many characters at the begin of `word` spell `name` with one letter wrong, missing, added or swapped
// with the next; 0: none do. A name without its last letter does not count: most such words are others.
size_t nearly(std::string_view word, std::string_view name) {
  size_t same = 0;
  while (same < name.size() && same < word.size() && word[same] == name[same]) ++same;
  if (same == name.size()) return same;
  if (same == 0) return 0;
  const std::string_view rest = name.substr(same);
  const auto goes_on = [&](size_t skipped_in_word, size_t skipped_in_name) {
    return word.size() >= same + skipped_in_word && rest.size() > skipped_in_name &&
           word.substr(same + skipped_in_word).starts_with(rest.substr(skipped_in_name));
  };
  if (goes_on(1, 1)) return name.size();      // wrong
  if (goes_on(1, 0)) return name.size() + 1;  // added
  if (goes_on(0, 1)) return name.size() - 1;  // missing
  if (rest.size() > 2 && word.size() > same + 1 && word[same] == rest[1] && word[same + 1] == rest[0] &&
      goes_on(2, 2))
    return name.size();
  return 0;
}

Borrowed exact_at(std::string_view word, size_t at) {
  if (!ascii::is_lower(word[at]) || at + 1 >= word.size()) return {};
  for (const Brand* brand : by_begin()[letter(word[at]) * kLetters + letter(word[at + 1])]) {
    const bool is_word = at == 0 && word.size() == brand->name.size();
    if (!is_word && brand->name.size() < kMinInside) continue;
    if (word.substr(at).starts_with(brand->name))
      return {brand, static_cast<uint16_t>(at), static_cast<uint16_t>(brand->name.size()), true, is_word};
  }
  return {};
}

Borrowed nearly_at_begin(std::string_view word) {
  std::string plain(word);
  std::transform(plain.begin(), plain.end(), plain.begin(), undisguised);
  if (!ascii::is_lower(plain[0])) return {};
  for (const Brand* brand : by_letter()[letter(plain[0])]) {
    if (brand->name.size() < kMinNearly && plain != brand->name) continue;
    const size_t length = nearly(plain, brand->name);
    if (length == 0) continue;
    return {brand, 0, static_cast<uint16_t>(length), false, length == word.size()};
  }
  return {};
}

void find_in_word(std::string_view word, size_t offset, std::vector<Borrowed>* found) {
  const size_t before = found->size();
  for (size_t at = 0; at < word.size() && found->size() < kMaxBorrowed;) {
    Borrowed borrowed = exact_at(word, at);
    at += std::max<size_t>(borrowed.length, 1);
    if (borrowed.brand == nullptr) continue;
    borrowed.begin = static_cast<uint16_t>(borrowed.begin + offset);
    found->push_back(borrowed);
  }
  if (found->size() > before || word.size() < 4 || found->size() >= kMaxBorrowed) return;
  Borrowed borrowed = nearly_at_begin(word);
  if (borrowed.brand == nullptr) return;
  borrowed.begin = static_cast<uint16_t>(offset);
  found->push_back(borrowed);
}

}  // namespace

std::vector<Borrowed> find_brands(std::string_view text) {
  std::vector<Borrowed> found;
  for (size_t begin = 0; begin < text.size() && found.size() < kMaxBorrowed;) {
    size_t end = begin;
    while (end < text.size() && ascii::is_alnum(text[end])) ++end;
    if (end > begin) find_in_word(text.substr(begin, std::min(end - begin, kMaxWord)), begin, &found);
    begin = end + 1;
  }
  return found;
}

}  // namespace linkgate::verdict
