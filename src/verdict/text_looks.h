#pragma once
// How a text looks, whatever it says: what tells made-up names from words.

#include <cstdint>
#include <string>
#include <string_view>

namespace linkgate::verdict {

struct Looks {
  uint32_t length = 0, letters = 0, digits = 0, hyphens = 0;
  uint32_t vowels = 0;        // "y" included
  uint32_t consonants = 0;    // of the longest run
  uint32_t alternations = 0;  // between letters and digits
  uint32_t longest = 0;       // longest run without a separator
  float entropy = 0;          // bits a character
};
Looks look_at(std::string_view text);

// 'v' for a vowel, 'c' for another letter, '0' for a digit; others as they are.
char letter_shape(char c);
// "ab12-c" is "a202-1a1": which letters and digits does not matter, how many does. At most 24 characters.
std::string exact_shape(std::string_view text);
// "Ab12-x.php" is "Aa0-a.a" and a letter for its length.
std::string run_shape(std::string_view text);
// 0 1 2 3 4 and then two a power of two.
uint32_t size_bucket(size_t n);

}  // namespace linkgate::verdict
