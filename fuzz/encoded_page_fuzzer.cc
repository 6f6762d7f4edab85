// Any bytes as a script that keeps pages encoded, and as an archive. Laws: no more than the limits, the same
// twice, and a page that is put into one more layer of base64 is found still.
#include <algorithm>

#include "base/base64.h"
#include "base/check.h"
#include "scan/archive_names.h"
#include "scan/charset.h"
#include "scan/encoded_page.h"

using namespace linkgate;

static std::vector<verdict::Page> read(const std::string& script) {
  verdict::Page page;
  page.chain.push_back({"https://a.example/", verdict::HopKind::kStart, 200});
  page.inline_scripts.push_back(script);
  return scan::encoded_pages(page);
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), std::min<size_t>(size, 50'000));
  const std::string text = scan::to_utf8(bytes, "");
  const auto pages = read(text);
  CHECK(pages.size() <= scan::kMaxEncodedPages);
  CHECK(read(text).size() == pages.size());
  const std::string document = "<form>" + text + std::string(scan::kMinEncoded, ' ');
  CHECK(read("f('" + base64_encode(document) + "')").size() == 1);
  const auto names = scan::archive_names(bytes);
  CHECK(names.size() <= scan::kMaxArchiveNames);
  for (const std::string& name : names) CHECK(name.size() <= scan::kMaxArchiveName);
  return 0;
}
