// List entries: "<entry>\n<url>". An entry that is accepted keeps its text, and what it allows it also
// blocks.
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "url/pattern.h"
#include "url/url.h"

namespace url = linkgate::url;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const size_t line = text.find('\n');
  const std::string_view entry = text.substr(0, line);
  const std::string_view link = line == std::string_view::npos ? "" : text.substr(line + 1);
  if (const auto tabl = url::TablPattern::parse(entry)) {
    CHECK(tabl->text() == entry);
    const bool allowed = tabl->matches(link, url::ListAction::kAllow);
    CHECK(!allowed || tabl->matches(link, url::ListAction::kBlock));
  }
  if (const auto kept = url::DoNotRewritePattern::parse(entry)) {
    CHECK(kept->text() == entry);
    const auto parsed = url::Url::parse(link);
    CHECK(kept->matches(link) == (parsed && kept->matches(parsed->href())));
  }
  return 0;
}
