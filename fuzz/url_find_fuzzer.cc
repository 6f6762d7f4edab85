// URLs in text: in order, apart, each a URL, and found again when it stands alone.
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "url/find.h"
#include "url/url.h"

namespace url = linkgate::url;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  size_t last = 0;
  for (const auto& found : url::find_urls(text)) {
    CHECK(found.begin >= last && found.begin < found.end && found.end <= size);
    last = found.end;
    const std::string_view one = text.substr(found.begin, found.end - found.begin);
    const bool scheme = found.kind == url::FoundKind::kScheme;
    CHECK(url::Url::parse(scheme ? std::string(one) : "http://" + std::string(one)));
    const auto again = url::find_urls(one);
    CHECK(again.size() == 1 && again[0].begin == 0 && again[0].end == one.size() &&
          again[0].kind == found.kind);
  }
  return 0;
}
