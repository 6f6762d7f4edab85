#include "url/punycode.h"

#include <algorithm>

#include "base/ascii.h"

namespace linkgate::url {

namespace {

// RFC 3492, section 5.
constexpr uint32_t kBase = 36, kMinThreshold = 1, kMaxThreshold = 26, kSkew = 38, kDamp = 700;
constexpr uint32_t kInitialBias = 72, kInitialCode = 0x80;

char digit_of(uint32_t value) { return static_cast<char>(value < 26 ? 'a' + value : '0' + value - 26); }

// kBase: no digit.
uint32_t value_of(char digit) {
  if (ascii::is_alpha(digit)) return static_cast<uint32_t>(ascii::to_lower(digit) - 'a');
  return ascii::is_digit(digit) ? static_cast<uint32_t>(digit - '0' + 26) : kBase;
}

uint32_t threshold(uint32_t k, uint32_t bias) {
  return k <= bias ? kMinThreshold : std::min(k - bias, kMaxThreshold);
}

uint32_t adapt(uint64_t delta, uint64_t count, bool first) {
  delta /= first ? kDamp : 2;
  delta += delta / count;
  uint32_t k = 0;
  for (; delta > (kBase - kMinThreshold) * kMaxThreshold / 2; k += kBase) delta /= kBase - kMinThreshold;
  return k + static_cast<uint32_t>((kBase - kMinThreshold + 1) * delta / (delta + kSkew));
}

}  // namespace

std::string punycode_encode(std::u32string_view label) {
  std::string out;
  for (const char32_t c : label) {
    if (c < kInitialCode) out.push_back(static_cast<char>(c));
  }
  const size_t basic = out.size();
  if (basic > 0) out.push_back('-');
  uint32_t code = kInitialCode, bias = kInitialBias;
  uint64_t delta = 0;
  for (size_t handled = basic; handled < label.size(); ++delta, ++code) {
    char32_t next = 0x110000;
    for (const char32_t c : label) {
      if (c >= code) next = std::min(next, c);
    }
    delta += uint64_t{next - code} * (handled + 1);
    code = next;
    for (const char32_t c : label) {
      if (c < code) ++delta;
      if (c != code) continue;
      uint64_t rest = delta;
      for (uint32_t k = kBase;; k += kBase) {
        const uint32_t t = threshold(k, bias);
        if (rest < t) break;
        out.push_back(digit_of(static_cast<uint32_t>(t + (rest - t) % (kBase - t))));
        rest = (rest - t) / (kBase - t);
      }
      out.push_back(digit_of(static_cast<uint32_t>(rest)));
      bias = adapt(delta, handled + 1, handled == basic);
      delta = 0;
      ++handled;
    }
  }
  return out;
}

std::optional<std::u32string> punycode_decode(std::string_view encoded) {
  const size_t hyphen = encoded.rfind('-');
  std::u32string out;
  for (const char c : encoded.substr(0, hyphen == std::string_view::npos ? 0 : hyphen)) {
    if (static_cast<uint8_t>(c) >= kInitialCode) return std::nullopt;
    out.push_back(static_cast<char32_t>(c));
  }
  encoded.remove_prefix(hyphen == std::string_view::npos ? 0 : hyphen + 1);
  uint32_t code = kInitialCode, bias = kInitialBias;
  for (uint64_t at = 0; !encoded.empty(); ++at) {
    const uint64_t before = at;
    uint64_t weight = 1;
    for (uint32_t k = kBase;; k += kBase) {
      if (encoded.empty()) return std::nullopt;
      const uint32_t digit = value_of(encoded[0]);
      encoded.remove_prefix(1);
      if (digit == kBase) return std::nullopt;
      at += digit * weight;
      if (at > UINT32_MAX) return std::nullopt;
      const uint32_t t = threshold(k, bias);
      if (digit < t) break;
      weight *= kBase - t;
      if (weight > UINT32_MAX) return std::nullopt;
    }
    bias = adapt(at - before, out.size() + 1, before == 0);
    const uint64_t next = code + at / (out.size() + 1);
    if (next > 0x10ffff || (next >= 0xd800 && next <= 0xdfff)) return std::nullopt;
    code = static_cast<uint32_t>(next);
    at %= out.size() + 1;
    out.insert(out.begin() + static_cast<std::ptrdiff_t>(at), static_cast<char32_t>(code));
  }
  return out;
}

}  // namespace linkgate::url
