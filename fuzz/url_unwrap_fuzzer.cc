// Other vendors' wrappers: what is none comes back as it was, taking off is done when nothing is left to take
// off, and a URL comes out of a wrapper as it went in.
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "url/percent.h"
#include "url/unwrap.h"
#include "url/url.h"

namespace url = linkgate::url;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto unwrapped = url::unwrap(text);
  CHECK(unwrapped.wrappers.size() <= static_cast<size_t>(url::kMaxUnwrapDepth));
  if (unwrapped.wrappers.empty()) {
    CHECK(unwrapped.url == text);
    const auto parsed = url::Url::parse(text);
    if (!parsed || !parsed->is_http()) return 0;
    std::string wrapped = "https://nam01.safelinks.protection.outlook.com/?url=";
    url::append_encoded(wrapped, text, url::kUnreservedOnlySet);
    CHECK(url::unwrap(wrapped + "&data=05&reserved=0").url == text);
  } else if (!unwrapped.opaque && unwrapped.wrappers.size() < static_cast<size_t>(url::kMaxUnwrapDepth)) {
    CHECK(url::unwrap(unwrapped.url).wrappers.empty());
  }
  return 0;
}
