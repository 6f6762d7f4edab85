#pragma once
// The named character references of HTML (WHATWG HTML, section 13.5), sorted by name in byte order. Generated
// table.

#include <cstddef>
#include <string_view>

namespace linkgate::mail {

struct NamedReference {
  char text[33];  // of the name; the longest, CounterClockwiseContourIntegral;, fills it
  char32_t first = 0;
  char32_t second = 0;  // 0: the reference is one code point
  // Without '&'; with ';' where the reference has one: some stand in both spellings.
  std::string_view name() const { return text; }
};

inline constexpr size_t kNamedReferenceCount = 2231;
extern const NamedReference kNamedReferences[kNamedReferenceCount];

}  // namespace linkgate::mail
