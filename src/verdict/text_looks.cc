#include "verdict/text_looks.h"

#include <algorithm>
#include <array>
#include <bit>

#include "base/ascii.h"
#include "verdict/plain_math.h"

namespace linkgate::verdict {
namespace {

constexpr size_t kMaxExactShape = 24;
constexpr size_t kMaxRunShape = 15;

bool is_separator(char c) { return c == '/' || c == '.' || c == '-' || c == '_'; }

// c log2 c, for the counts that texts have.
constexpr size_t kMostCounted = 256;
const std::array<float, kMostCounted>& count_bits() {
  static const auto* const table = [] {
    auto* all = new std::array<float, kMostCounted>{};
    for (size_t c = 1; c < kMostCounted; ++c)
      (*all)[c] = static_cast<float>(static_cast<double>(c) * plain_log2(static_cast<double>(c)));
    return all;
  }();
  return *table;
}

float entropy_of(std::string_view text) {
  text = text.substr(0, kMostCounted - 1);
  if (text.empty()) return 0;
  std::array<uint16_t, 256> counts{};
  for (const char c : text) ++counts[static_cast<uint8_t>(c)];
  const auto& bits = count_bits();
  float sum = bits[text.size()];
  for (const uint16_t count : counts) sum -= bits[count];
  return sum / static_cast<float>(text.size());
}

}  // namespace

char letter_shape(char c) {
  switch (c) {
    case 'a':
    case 'e':
    case 'i':
    case 'o':
    case 'u':
    case 'y':
      return 'v';
    default:
      return ascii::is_digit(c) ? '0' : ascii::is_alpha(c) ? 'c' : c;
  }
}

Looks look_at(std::string_view text) {
  Looks out;
  out.length = static_cast<uint32_t>(text.size());
  uint32_t consonants = 0, run = 0;
  char last = 0;
  for (const char c : text) {
    const char shape = letter_shape(c);
    const bool is_letter = shape == 'v' || shape == 'c';
    const bool is_digit = shape == '0';
    out.letters += is_letter;
    out.digits += is_digit;
    out.vowels += shape == 'v';
    out.hyphens += c == '-';
    consonants = shape == 'c' ? consonants + 1 : 0;
    out.consonants = std::max(out.consonants, consonants);
    run = is_separator(c) ? 0 : run + 1;
    out.longest = std::max(out.longest, run);
    if ((is_digit && (last == 'v' || last == 'c')) || (is_letter && last == '0')) ++out.alternations;
    last = shape;
  }
  out.entropy = entropy_of(text);
  return out;
}

std::string exact_shape(std::string_view text) {
  std::string shape;
  size_t run = 0;
  char last = 0;
  for (size_t i = 0; i <= text.size() && shape.size() < kMaxExactShape; ++i) {
    const char c = i == text.size() ? '\0' : text[i];
    const char kind = ascii::is_alpha(c) ? 'a' : ascii::is_digit(c) ? '0' : c;
    if (kind == last) {
      ++run;
      continue;
    }
    if (last != 0) shape.append(1, last).append(std::to_string(run));
    last = kind;
    run = 1;
  }
  return shape;
}

std::string run_shape(std::string_view text) {
  std::string shape;
  for (const char c : text) {
    const char kind = ascii::is_upper(c) ? 'A' : ascii::is_lower(c) ? 'a' : ascii::is_digit(c) ? '0' : c;
    if (!shape.empty() && shape.back() == kind) continue;
    if (shape.size() >= kMaxRunShape) break;
    shape.push_back(kind);
  }
  shape.push_back(static_cast<char>('A' + size_bucket(text.size())));
  return shape;
}

uint32_t size_bucket(size_t n) {
  if (n < 5) return static_cast<uint32_t>(n);
  const auto bits = static_cast<uint32_t>(std::bit_width(n - 1));
  return bits * 2 + static_cast<uint32_t>((n - 1) >> (bits - 2) & 1);
}

}  // namespace linkgate::verdict
