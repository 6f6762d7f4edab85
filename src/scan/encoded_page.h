#pragma once
// Pages that scripts keep encoded until they have made sure who looks: base64, percent signs, escapes, one
// within another. Whatever the script waits for (a click, a scroll, a graphics card), its document is read
// and judged as if it were shown. Pure; nothing is run.

#include <string>
#include <vector>

#include "verdict/page.h"

namespace linkgate::scan {

inline constexpr size_t kMaxEncodedPages = 4;      // that one page may hold
inline constexpr size_t kMinEncoded = 300;         // characters; less holds no page
inline constexpr size_t kMaxEncoded = 1ULL << 20;  // likewise, more is left out
inline constexpr int kMaxEncodings = 4;            // one within another

// The documents in the inline scripts of `page` that are written so that nobody can read them, at the same
// address and as the same visitor saw them. Markup that stands in a script plainly is a template like any
// other, and none of them.
std::vector<verdict::Page> encoded_pages(const verdict::Page& page);

}  // namespace linkgate::scan
